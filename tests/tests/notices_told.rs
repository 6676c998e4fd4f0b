//! Who is told of what: by side and not by role alone, in a large house only those who have to do with it, and nothing that names
//! people is unknown to the table of kinds.

use consult_server::db::outbox;
use consult_server::notices::{kinds, recipients};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use tests::harness::{Answer, Product, User, text};
use tests::referrals::*;

/// Whom the newest event of a kind on a subject is told, by name.
async fn told(product: &Product, subject: &str, kind: &str) -> Vec<String> {
    let ground = &product.app.ground;
    let mut reader = ground.db.read().await.unwrap();
    let entries = outbox::since(&mut reader, 0, 10_000).await.unwrap();
    let newest = entries.iter().rfind(|entry| entry.subject_id == subject && entry.kind == kind);
    let newest = newest.unwrap_or_else(|| panic!("no {kind} on {subject}"));
    let people = recipients::of(&mut reader, newest, ground.now()).await.unwrap();
    drop(reader);
    let admin = product.sign_in("admin").await;
    let mut names = Vec::new();
    for person in people {
        let found = admin.get(&format!("/api/v1/people/{person}")).await.expect(200).json;
        names.push(text(&found["name"]));
    }
    names.sort();
    names
}

/// A colleague at the county hospital, without an account.
async fn colleague(product: &Product, number: usize, role: &str, department: Option<&str>) -> String {
    let admin = product.sign_in("admin").await;
    let body = json!({ "id": admin.new_id(), "staff_number": format!("XQ{number:03}"), "name": "贾宝林",
                       "licence_number": format!("1101305001{number:05}"), "licence_until": "2030-01-01T00:00:00Z", "work_phone": "0319-5559001" });
    let person = admin.post("/api/v1/people", body).await.expect(201).id();
    let body = json!({ "id": admin.new_id(), "person_id": person, "organisation_id": admin.organisation(COUNTY).await,
                       "department_id": department, "role": role });
    admin.post("/api/v1/positions", body).await.expect(201);
    person
}

async fn rebooked(user: &User<'_>, leg: &Answer) -> Answer {
    step(user, leg, "rebook", json!({ "expected_at": after_start(24 * HOUR) })).await
}

#[tokio::test]
async fn what_came_back_is_told_to_the_side_that_waits_for_it_and_a_request_to_the_side_that_is_asked() {
    let product = Product::start().await;
    let (village, desk) = (product.sign_in("village").await, product.sign_in("desk").await);
    let doctor = product.sign_in("doctor").await;
    colleague(&product, 1, "receiving_doctor", None).await;
    let leg = submitted(&village, "urgent").await;
    assert_eq!(
        told(&product, &leg.id(), "leg.submitted").await,
        ["孙丽"],
        "the desk, and nobody who sent it"
    );
    let leg = accepted(&desk, &doctor, &leg).await;
    let senders = ["周文英", "宋雪梅"];
    assert_eq!(told(&product, &leg.id(), "leg.accepted").await, senders);
    let leg = step(&desk, &leg, "arrive", json!({ "at": after_start(0), "signature": "周文英" })).await;
    assert_eq!(told(&product, &leg.id(), "leg.arrived").await, senders);
    let leg = step(&doctor, &leg, "send_outcome", outcome("stays")).await;
    assert_eq!(told(&product, &leg.id(), "leg.outcome_sent").await, senders, "not whoever wrote it");
    step(&village, &leg, "acknowledge", json!({})).await;
    assert_eq!(told(&product, &leg.id(), "leg.acknowledged").await, ["何志刚"], "whoever took the patient");
}

#[tokio::test]
async fn a_cancellation_that_is_refused_and_a_new_date_are_told_to_the_other_side() {
    let product = Product::start().await;
    let (village, desk) = (product.sign_in("village").await, product.sign_in("desk").await);
    let doctor = product.sign_in("doctor").await;
    let leg = accepted(&desk, &doctor, &submitted(&village, "routine").await).await;
    let asked = step(&village, &leg, "cancel", json!({ "reason": "患者好转" })).await;
    let receivers = ["何志刚", "孙丽"];
    assert_eq!(told(&product, &leg.id(), "leg.cancel_requested").await, receivers);
    let asked = reread(&desk, &asked.id()).await;
    let leg = step(&desk, &asked, "refuse_cancel", json!({ "reason": "已派车" })).await;
    let senders = ["周文英", "宋雪梅"];
    assert_eq!(told(&product, &leg.id(), "leg.cancel_refused").await, senders);
    let attempts =
        json!([{ "at": after_start(0), "note": "无人接听" }, { "at": after_start(0), "note": "无人接听" }]);
    let missed = step(&desk, &leg, "no_show", json!({ "attempts": attempts })).await;
    assert_eq!(told(&product, &leg.id(), "leg.no_show").await, senders);
    let leg = rebooked(&village, &reread(&village, &missed.id()).await).await;
    assert_eq!(told(&product, &leg.id(), "leg.rebooked").await, receivers);
    let missed =
        step(&desk, &reread(&desk, &leg.id()).await, "no_show", json!({ "attempts": attempts })).await;
    rebooked(&desk, &missed).await;
    assert_eq!(told(&product, &leg.id(), "leg.rebooked").await, senders);
    let leg =
        step(&village, &reread(&village, &leg.id()).await, "cancel", json!({ "reason": "患者好转" })).await;
    step(&desk, &reread(&desk, &leg.id()).await, "confirm_cancel", json!({})).await;
    assert_eq!(told(&product, &leg.id(), "leg.cancelled").await, senders, "whoever asked for it");
}

#[tokio::test]
async fn the_duty_of_the_department_is_told_with_the_desk_and_no_other_doctor_of_it() {
    let product = Product::start().await;
    let (village, admin) = (product.sign_in("village").await, product.sign_in("admin").await);
    let cardiology = department(&village, COUNTY, "心血管内科").await;
    for number in 1..4 {
        colleague(&product, number, "receiving_doctor", Some(&cardiology)).await;
    }
    let on_duty = colleague(&product, 4, "receiving_doctor", Some(&cardiology)).await;
    let duty = json!({ "id": admin.new_id(), "kind": "department", "organisation_id": admin.organisation(COUNTY).await, "department_id": cardiology,
                       "person_id": on_duty, "rank": "duty", "starts_at": after_start(0), "ends_at": after_start(8 * HOUR) });
    admin.post("/api/v1/rosters", json!({ "items": [duty] })).await.expect(201);
    let leg = submitted(&village, "urgent").await;
    assert_eq!(told(&product, &leg.id(), "leg.submitted").await, ["孙丽", "贾宝林"]);
}

#[tokio::test]
async fn in_a_large_house_that_asks_only_whoever_asked_and_the_desk_are_told() {
    let product = Product::start().await;
    let (village, desk) = (product.sign_in("village").await, product.sign_in("desk").await);
    let doctor = product.sign_in("doctor").await;
    for number in 1..15 {
        colleague(&product, number, "receiving_doctor", None).await;
    }
    let leg = arrived(&desk, &doctor, &submitted(&village, "urgent").await).await;
    let leg = step(&doctor, &leg, "send_outcome", outcome("back_down")).await;
    let down = reread(&doctor, leg.json["follow_up"].as_str().unwrap()).await;
    let patch = json!({ "consent": { "kind": "written" } });
    let down = doctor.patch(&format!("/api/v1/legs/{}", down.id()), down.version(), patch).await.expect(200);
    let down = step(&doctor, &down, "submit", json!({})).await;
    let clinic = ["周文英", "宋雪梅"];
    assert_eq!(told(&product, &down.id(), "leg.submitted").await, clinic[..1], "a clinic has no desk");
    let down = step(&village, &reread(&village, &down.id()).await, "open", json!({})).await;
    step(&village, &down, "ask", json!({ "text": "请补充出院带药" })).await;
    assert_eq!(told(&product, &down.id(), "leg.asked").await, ["何志刚", "孙丽"]);
}

#[tokio::test]
async fn a_webhook_can_be_told_of_every_kind() {
    let product = Product::start().await;
    let security = product.sign_in("security").await;
    let known = security.get("/api/v1/webhooks").await.expect(200).json["kinds"].clone();
    assert_eq!(known, json!(kinds::names().collect::<Vec<_>>()));
    let body = json!({ "id": security.new_id(), "name": "平台", "adapter": "standard", "url": "https://county.example/hook",
                       "language": "zh-CN", "events": known, "template": null, "secret": null });
    security.post("/api/v1/webhooks", body).await.expect(201);
}

/// Kinds of events that files which name people record, and that are nobody's to be told of.
const SILENT: &[&str] = &[
    "activation.issued",
    "message.read",
    "message.withdrawn",
    "patient.changed",
    "patient.registered",
    "patient.revealed",
    "person.changed",
    "person.created",
    "position.created",
    "position.ended",
];

/// Steps of a leg that are seen on its page, and disturb nobody.
const SEEN_ON_THE_PAGE: &[&str] = &[
    "case.closed",
    "leg.admitted",
    "leg.decision_acknowledged",
    "leg.discarded",
    "leg.drafted",
    "leg.force_closed",
    "leg.late_noted",
    "leg.marked_in_error",
    "leg.noted",
    "leg.opened",
    "leg.record_completed",
    "leg.redirect_requested",
    "leg.redirect_withdrawn",
    "leg.reserved",
    "leg.revised",
];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|end| end == "rs") {
            found.push(path);
        }
    }
}

/// Every literal of a text that looks like a type of event: `duty.planned`, and `duty_swap.` of what is put together.
fn kinds_in(code: &str) -> BTreeSet<String> {
    let literals = code.split('"').skip(1).step_by(2);
    let word = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    let is_kind = |literal: &&str| {
        literal.split_once('.').is_some_and(|(subject, step)| word(subject) && (word(step) || step == "{}"))
    };
    literals.filter(is_kind).map(|literal| literal.trim_end_matches("{}").to_owned()).collect()
}

#[test]
fn whatever_is_recorded_where_people_are_named_is_in_the_table_of_kinds_or_said_to_be_silent() {
    let server = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("consult-server/src");
    let (mut files, mut looked_at, mut unknown) = (Vec::new(), 0, Vec::new());
    sources(&server, &mut files);
    for path in files.iter().filter(|path| !path.starts_with(server.join("notices"))) {
        let text = fs::read_to_string(path).unwrap();
        let code: String = text
            .lines()
            .take_while(|line| !line.starts_with("#[cfg(test)]"))
            .filter(|line| !line.trim_start().starts_with("//"))
            .collect::<Vec<_>>()
            .join("\n");
        if !code.contains("\"tell\"") && !code.contains("\"told\"") {
            continue;
        }
        looked_at += 1;
        for kind in kinds_in(&code) {
            let is_known = kinds::find(&kind).is_some()
                || (kind.ends_with('.') && kinds::names().any(|name| name.starts_with(&kind)))
                || SILENT.contains(&kind.as_str());
            if !is_known {
                unknown.push(format!("{}: {kind}", path.strip_prefix(&server).unwrap().display()));
            }
        }
    }
    assert!(looked_at >= 9, "only {looked_at} files name people: is it written in another way now?");
    assert!(unknown.is_empty(), "{unknown:#?}");
    assert!(SILENT.iter().all(|kind| kinds::find(kind).is_none()));
}

#[test]
fn every_step_of_a_leg_is_told_or_said_to_be_silent() {
    for kind in referral::EventBody::KINDS {
        let silent = SEEN_ON_THE_PAGE.contains(kind);
        assert_ne!(kinds::find(kind).is_some(), silent, "{kind}");
    }
}

/// How each state of a swap is recorded is put together from its name.
#[test]
fn every_answer_to_a_swap_is_told() {
    use consult_server::directory::duty::SwapState;
    for state in [SwapState::Offered, SwapState::Accepted, SwapState::Declined, SwapState::Withdrawn] {
        let state: Value = serde_json::to_value(state).unwrap();
        let kind = format!("duty_swap.{}", text(&state));
        assert!(kinds::find(&kind).is_some(), "{kind}");
    }
}
