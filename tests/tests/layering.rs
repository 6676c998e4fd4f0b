//! The invariants of ARCHITECTURE.md that are absences: who knows whom, who names a driver, how long a file is.
//! Reads the sources as text; a rule broken is named with its file and line.

use std::fs;
use std::path::{Path, PathBuf};

/// The floors of consult-server from the ground up: a folder or file uses only what stands before it.
const FLOORS: &[&str] = &[
    "time",
    "ids",
    "error",
    "crypto",
    "config",
    "refs",
    "names",
    "db",
    "ground",
    "http",
    "access",
    "directory",
    "settings",
    "patients",
    "audit",
    "break_glass",
    "documents",
    "messages",
    "studies",
    "conference",
    "referrals",
    "beds",
    "routing",
    "consults",
    "notices",
    "followup",
    "todos",
    "page",
    "metrics",
    "tls",
    "gate",
    "admin",
    "demo",
    "worker",
    "routes",
    "lib",
    "main",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// Every Rust source below a folder, by its path from the root.
fn sources(folder: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut open = vec![root().join(folder)];
    while let Some(at) = open.pop() {
        for entry in fs::read_dir(&at).unwrap_or_else(|e| panic!("{}: {e}", at.display())) {
            let path = entry.unwrap().path();
            if path.is_dir() {
                if !path.ends_with("target") && !path.ends_with("node_modules") {
                    open.push(path);
                }
            } else if path.extension().is_some_and(|e| e == "rs") {
                let name = path.strip_prefix(root()).unwrap().to_string_lossy().into_owned();
                found.push((name, fs::read_to_string(&path).unwrap()));
            }
        }
    }
    found.sort();
    assert!(!found.is_empty(), "{folder} has no sources");
    found
}

/// Code without comments and without the tests below it.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines()
        .enumerate()
        .take_while(|(_, line)| !line.starts_with("#[cfg(test)]"))
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
}

fn offenders(files: &[(String, String)], offends: impl Fn(&str, &str) -> bool) -> Vec<String> {
    files
        .iter()
        .flat_map(|(name, text)| {
            code(text)
                .filter(|(_, line)| offends(name, line))
                .map(move |(n, line)| format!("{name}:{}: {}", n + 1, line.trim()))
        })
        .collect()
}

fn none(what: &str, found: Vec<String>) {
    assert!(found.is_empty(), "{what}:\n{}", found.join("\n"));
}

#[test]
fn the_libraries_do_not_know_one_another() {
    for (library, others) in [
        ("referral", ["imaging", "media", "web", "consult-server"]),
        ("imaging", ["referral", "media", "web", "consult-server"]),
        ("media", ["referral", "imaging", "web", "consult-server"]),
        ("web", ["referral", "imaging", "media", "consult-server"]),
    ] {
        let manifest = fs::read_to_string(root().join(library).join("Cargo.toml")).unwrap();
        for other in others {
            assert!(
                !manifest
                    .lines()
                    .any(|line| line.starts_with(&format!("{other}."))
                        || line.starts_with(&format!("{other} "))),
                "{library} depends on {other}"
            );
        }
    }
}

#[test]
fn the_referral_crate_is_pure() {
    let files = sources("referral/src");
    let impure =
        ["async ", ".await", "SystemTime", "Instant::now", "std::fs", "std::net", "std::env", "rand::"];
    none("referral is pure", offenders(&files, |_, line| impure.iter().any(|word| line.contains(word))));
}

#[test]
fn imaging_has_never_heard_of_a_referral_and_media_not_of_a_patient() {
    none(
        "imaging",
        offenders(&sources("imaging/src"), |_, line| {
            line.contains("referral::") || line.contains("consult_server")
        }),
    );
    none("media", offenders(&sources("media/src"), |_, line| line.to_lowercase().contains("patient")));
}

#[test]
fn the_store_driver_is_named_only_in_db_and_sql_files() {
    let files = sources("consult-server/src");
    none(
        "sqlx",
        offenders(&files, |name, line| {
            line.contains("sqlx::")
                && !name.starts_with("consult-server/src/db/")
                && !name.ends_with("/sql.rs")
                && !name.contains("/sql/")
        }),
    );
}

#[test]
fn the_webrtc_family_is_named_only_in_medias_io() {
    let files = sources("media/src");
    none(
        "rtc_",
        offenders(&files, |name, line| {
            line.contains("rtc_") && line.contains("::") && !name.starts_with("media/src/io/")
        }),
    );
}

#[test]
fn the_clock_is_read_only_where_it_is_handed_out() {
    let reads = ["SystemTime::now", "Instant::now", "jiff::Timestamp::now", "Zoned::now"];
    for folder in ["consult-server/src", "media/src", "imaging/src", "referral/src"] {
        let may = |name: &str| {
            name == "consult-server/src/main.rs"
                || name == "consult-server/src/db/writer.rs"
                || name.contains("/io/")
                || name.contains("/dimse/")
        };
        none(
            "the clock",
            offenders(&sources(folder), |name, line| {
                reads.iter().any(|read| line.contains(read)) && !may(name)
            }),
        );
    }
}

#[test]
fn pure_rooms_neither_await_nor_touch_the_store() {
    let files = sources("consult-server/src");
    let is_pure = |name: &str| {
        ["/rules.rs", "/state.rs", "/report.rs", "/policy.rs", "/identity.rs", "/throttle.rs"]
            .iter()
            .any(|room| name.ends_with(room))
    };
    none(
        "pure rooms",
        offenders(&files, |name, line| {
            is_pure(name) && (line.contains(".await") || line.contains("async fn") || line.contains("Conn"))
        }),
    );
}

#[test]
fn no_handler_writes_sql_and_no_flow_builds_a_response() {
    let files = sources("consult-server/src");
    none(
        "flows know HTTP",
        offenders(&files, |name, line| {
            name.ends_with("/flow.rs") && (line.contains("axum::") || line.contains("Reply"))
        }),
    );
}

#[test]
fn each_folder_uses_only_the_floors_below_it() {
    let floor = |name: &str| FLOORS.iter().position(|f| *f == name);
    let mut found = Vec::new();
    for (name, text) in sources("consult-server/src") {
        let inner = name.trim_start_matches("consult-server/src/");
        let own = inner.split(['/', '.']).next().unwrap();
        let Some(own_floor) = floor(own) else {
            found.push(format!("{name}: {own} has no floor"));
            continue;
        };
        for (n, line) in code(&text) {
            for used in line.split("crate::").skip(1) {
                let used: String = used.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                if floor(&used).is_some_and(|f| f > own_floor) {
                    found.push(format!("{name}:{}: uses {used} from above", n + 1));
                }
            }
        }
    }
    none("floors", found);
}

#[test]
fn every_source_begins_with_what_it_is_and_stays_readable() {
    let mut found = Vec::new();
    for folder in [
        "consult-server/src",
        "imaging/src",
        "media/src",
        "referral/src",
        "web/src",
        "tests/src",
        "tests/tests",
    ] {
        if folder == "web/src" && !root().join("web/src/lib.rs").exists() {
            continue;
        }
        for (name, text) in sources(folder) {
            if !text.starts_with("//!") {
                found.push(format!("{name}: does not say what it is"));
            }
            let lines = text.lines().count();
            if lines > 500 && !text.lines().take(12).any(|line| line.contains("over 500 lines because")) {
                found.push(format!("{name}: {lines} lines"));
            }
        }
    }
    none("sources", found);
}

#[test]
fn no_personal_data_goes_into_a_log() {
    let personal = ["name", "phone", "birth", "address", "identity", "password", "token"];
    let files: Vec<_> = ["consult-server/src", "imaging/src", "media/src"]
        .iter()
        .flat_map(|folder| sources(folder))
        .collect();
    none(
        "logs",
        offenders(&files, |_, line| {
            let Some(at) = [
                "tracing::info!",
                "tracing::warn!",
                "tracing::error!",
                "tracing::debug!",
                "tracing::trace!",
                "info_span!",
            ]
            .iter()
            .find_map(|m| line.find(m)) else {
                return false;
            };
            let fields: String = line[at..].split('"').step_by(2).collect();
            personal.iter().any(|word| fields.contains(word))
        }),
    );
}
