//! A Postgres of the tests' own: initialised in a temporary folder, on a free loopback port, as the user `postgres`
//! (it refuses to run as root), ended when dropped. A missing server is a failure that says what to run.

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use tempfile::TempDir;

pub struct Postgres {
    folder: TempDir,
    port: u16,
}

impl Postgres {
    pub fn start() -> Self {
        let folder = tempfile::Builder::new().prefix("consult-pg-").tempdir().expect("a temporary folder");
        let data = folder.path().join("data");
        let port = free_port();
        own(&folder);
        run(
            "initdb",
            &["-D", &text(&data), "-U", "consult", "--auth=trust", "-E", "UTF8", "--locale=C", "--no-sync"],
        );
        let options = format!(
            "-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c max_connections=60"
        );
        let log = text(&folder.path().join("log"));
        run("pg_ctl", &["-D", &text(&data), "-w", "-t", "60", "-l", &log, "-o", &options, "start"]);
        Self { folder, port }
    }

    /// The server's address, without a database.
    pub fn address(&self) -> String {
        format!("postgres://consult@127.0.0.1:{}", self.port)
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        run("pg_ctl", &["-D", &text(&self.folder.path().join("data")), "-m", "immediate", "stop"]);
    }
}

fn own(folder: &TempDir) {
    let done = Command::new("chown").args(["postgres", &text(folder.path())]).status().expect("chown");
    assert!(done.success(), "the user postgres is missing: run `make test-setup`");
}

/// Runs one of Postgres's own tools as the user `postgres`, from wherever Debian put it.
fn run(tool: &str, arguments: &[&str]) {
    let path = tools().join(tool);
    let output = Command::new("runuser")
        .args(["-u", "postgres", "--"])
        .arg(&path)
        .args(arguments)
        .current_dir("/tmp")
        .stdin(Stdio::null())
        .output()
        .unwrap_or_else(|e| panic!("{} does not start ({e}): run `make test-setup`", path.display()));
    assert!(output.status.success(), "{tool} failed: {}", String::from_utf8_lossy(&output.stderr));
}

fn tools() -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql")
        .unwrap_or_else(|_| panic!("Postgres is missing: run `make test-setup`"));
    let mut versions: Vec<PathBuf> = versions
        .filter_map(|e| e.ok().map(|e| e.path().join("bin")))
        .filter(|p| p.join("initdb").exists())
        .collect();
    versions.sort();
    versions.pop().unwrap_or_else(|| panic!("Postgres is missing: run `make test-setup`"))
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a free port").port()
}

fn text(path: &std::path::Path) -> String {
    path.to_string_lossy().into_owned()
}
