//! The doctor finds what must never be when somebody writes it into the store past every door, and nothing in a healthy one.

use consult_server::admin::doctor::{invariants, surroundings};
use serde_json::json;
use tests::harness::Product;
use tests::referrals::*;
use tests::store;

async fn found(product: &Product) -> Vec<&'static str> {
    let ground = &product.app.ground;
    let violations = invariants::check(&ground.db, ground.now()).await.expect("the store is read");
    let mut names: Vec<_> = violations.iter().map(|violation| violation.invariant).collect();
    names.dedup();
    names
}

#[tokio::test]
async fn a_store_that_the_product_wrote_has_no_violation() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let desk = product.sign_in("desk").await;
    let doctor = product.sign_in("doctor").await;
    let leg = arrived(&desk, &doctor, &submitted(&village, "urgent").await).await;
    let leg = step(&doctor, &leg, "send_outcome", outcome("back_down")).await;
    step(&desk, &leg, "urge", json!({})).await;
    product.clock.advance_ms(100 * HOUR);
    consult_server::worker::settle(&product.app).await.unwrap();
    assert!(found(&product).await.is_empty());
}

/// What is written past the doors, and which invariant it breaks. Whatever a column says beside the leg is noticed, too.
const BROKEN: &[(&str, &str)] = &[
    ("DELETE FROM timer WHERE subject_kind = 'leg'", "I-1"),
    ("DELETE FROM timer WHERE subject_kind = 'consult'", "I-1"),
    (
        "INSERT INTO event (id, alliance_id, subject_kind, subject_id, version, kind, schema_version, occurred_at, recorded_at, client_id, payload) \
      SELECT id || '-again', alliance_id, subject_kind, subject_id, version, kind, schema_version, occurred_at, recorded_at, client_id, payload \
      FROM event WHERE kind = 'leg.accepted'",
        "I-2",
    ),
    ("UPDATE duty SET ends_at = 1; UPDATE position SET valid_until = 1", "I-3"),
    (
        "UPDATE referral_case SET closed_at = 1 WHERE id IN (SELECT case_id FROM leg WHERE is_ended = 0)",
        "I-5",
    ),
    ("DELETE FROM event WHERE kind = 'leg.acknowledged'", "I-5"),
    (
        "UPDATE leg SET owed_duty = NULL, owed_party = NULL, owed_organisation_id = NULL WHERE state = 'declined'",
        "I-7",
    ),
    ("UPDATE leg SET snapshot = replace(snapshot, '心绞痛', '健康')", "I-8"),
    ("UPDATE leg SET state = 'closed' WHERE state = 'submitted'", "I-8"),
    ("DELETE FROM event WHERE kind = 'leg.drafted'", "I-9"),
    ("UPDATE leg SET submitted_at = NULL WHERE state = 'accepted'", "I-10"),
    ("UPDATE access_grant SET ends_at = NULL WHERE subject_kind = 'case'", "I-11"),
    (
        "UPDATE leg SET held = 'bed|x|1' WHERE id = (SELECT MIN(id) FROM leg WHERE state = 'submitted')",
        "I-12",
    ),
    (
        "INSERT INTO timer (id, alliance_id, subject_kind, subject_id, kind, due_at, fire_at) \
      SELECT 'stray', alliance_id, 'leg', id, 'open', 1, 1 FROM leg WHERE state = 'closed'",
        "I-15",
    ),
    ("UPDATE leg SET owed_due_at = NULL WHERE state = 'accepted'", "I-6"),
    ("UPDATE leg SET owed_due_at = 1 WHERE state = 'accepted'", "I-6"),
    ("UPDATE leg SET rungs = 5 WHERE state = 'accepted'", "I-6"),
    ("UPDATE leg SET owed_person_id = author_id WHERE state = 'submitted'", "I-7"),
    ("UPDATE leg SET urges = 9 WHERE state = 'accepted'", "I-8"),
    ("UPDATE consult_report SET findings = findings || '。' WHERE signed_at IS NOT NULL", "I-8"),
    ("UPDATE consult_report SET canonical = canonical || ' ' WHERE signed_at IS NOT NULL", "I-8"),
    ("UPDATE consult_report SET content_hash = NULL WHERE signed_at IS NOT NULL", "I-8"),
    ("UPDATE consult SET question = '健康' WHERE signed_version IS NOT NULL", "I-8"),
    (
        "UPDATE study SET patient_id = (SELECT MIN(p.id) FROM patient p WHERE p.id <> study.patient_id) WHERE status = 'matched'",
        "I-14",
    ),
    ("UPDATE study SET status = 'unassigned' WHERE status = 'matched'", "I-14"),
    ("UPDATE study SET birth_date = '19010101' WHERE status = 'matched'", "I-14"),
    (
        "UPDATE timer SET due_at = due_at + 31536000000, fire_at = fire_at + 31536000000 WHERE subject_kind = 'leg'",
        "I-15",
    ),
    (
        "UPDATE timer SET due_at = due_at + 31536000000, fire_at = fire_at + 31536000000 WHERE subject_kind = 'consult'",
        "I-15",
    ),
    ("UPDATE timer SET fire_at = fire_at + 31536000000", "I-15"),
    ("UPDATE timer SET fire_at = fire_at + 31536000000, tries = 1", "I-15"),
    ("UPDATE leg SET is_ended = 0 WHERE state = 'closed'", "I-16"),
    (
        "INSERT INTO event (id, alliance_id, subject_kind, subject_id, version, kind, schema_version, occurred_at, recorded_at, client_id, payload) \
      SELECT id || '-late', alliance_id, subject_kind, subject_id, version + 1, 'leg.accepted', schema_version, occurred_at, recorded_at, client_id, payload \
      FROM event WHERE kind = 'leg.acknowledged'",
        "I-16",
    ),
    (
        "INSERT INTO event (id, alliance_id, subject_kind, subject_id, version, kind, schema_version, occurred_at, recorded_at, client_id, payload) \
      SELECT id || '-late', alliance_id, subject_kind, subject_id, version + 1, 'consult.cancelled', schema_version, occurred_at, recorded_at, client_id, payload \
      FROM event WHERE kind = 'consult.submitted'",
        "I-16",
    ),
];

/// Images of the patient of one consult, matched with them and attached to it.
const IMAGES: &str = "INSERT INTO study (id, alliance_id, version, study_uid, holder, status, patient_id, mismatch, received_by, name, name_ideographs, \
    name_folded, name_pinyin, name_initials, local_id, issuer, birth_date, sex, study_date, study_time, study_no, accession, description, referring, \
    referring_search, modalities, series_count, instance_count, received_at, updated_at) \
    SELECT 'study-1', c.alliance_id, 1, '1.2.3', 'p:' || p.id, 'matched', p.id, '', c.requester_organisation_id, '', '', '', '', '', '', '', \
    REPLACE(p.birth_date, '-', ''), '', '', '', '', '', '', '', '', '|CT|', 0, 0, 1, 1 FROM consult c JOIN patient p ON p.id = c.patient_id \
    WHERE c.id = (SELECT MIN(d.id) FROM consult d JOIN patient q ON q.id = d.patient_id WHERE q.birth_date IS NOT NULL); \
    INSERT INTO consult_study (consult_id, alliance_id, study_id, attached_at) SELECT c.id, c.alliance_id, 'study-1', 1 FROM consult c \
    WHERE c.id = (SELECT MIN(d.id) FROM consult d JOIN patient q ON q.id = d.patient_id WHERE q.birth_date IS NOT NULL)";

/// A case that has closed, one that was accepted and one that was declined, beside those of the demo.
async fn lived_in() -> Product {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let desk = product.sign_in("desk").await;
    let doctor = product.sign_in("doctor").await;
    let leg = arrived(&desk, &doctor, &submitted(&village, "urgent").await).await;
    let leg = step(&doctor, &leg, "send_outcome", outcome("stays")).await;
    step(&village, &leg, "acknowledge", json!({})).await;
    accepted(&desk, &doctor, &submitted(&village, "urgent").await).await;
    store::execute(&product.app.ground.db, IMAGES).await;
    product
}

#[tokio::test]
async fn each_thing_that_must_never_be_is_found_when_it_is_there() {
    for (statement, invariant) in BROKEN {
        let product = lived_in().await;
        assert!(found(&product).await.is_empty(), "before: {statement}");
        store::execute(&product.app.ground.db, statement).await;
        assert!(found(&product).await.contains(invariant), "{invariant} after: {statement}");
        product.stop().await;
    }
}

#[tokio::test]
async fn a_ladder_that_was_stopped_after_its_first_rung_is_found() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    submitted(&village, "urgent").await;
    product.clock.advance_ms(11 * MINUTE);
    consult_server::worker::settle(&product.app).await.unwrap();
    assert!(found(&product).await.is_empty());
    let stop = "UPDATE timer SET due_at = due_at + 31536000000, fire_at = fire_at + 31536000000 WHERE subject_id IN \
        (SELECT id FROM leg WHERE rungs > 0)";
    store::execute(&product.app.ground.db, stop).await;
    assert_eq!(found(&product).await, ["I-15"]);
}

#[tokio::test]
async fn what_the_server_stands_on_is_tried_and_what_is_wrong_is_said_with_what_to_do() {
    use std::os::unix::fs::PermissionsExt as _;
    let product = Product::start().await;
    consult_server::worker::settle(&product.app).await.unwrap();
    let findings = surroundings::check(&product.app).await;
    let wrong: Vec<_> = findings.iter().filter(|finding| finding.state.is_err()).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
    let keys = &product.app.ground.config.keys.file;
    std::fs::set_permissions(keys, std::fs::Permissions::from_mode(0o644)).unwrap();
    let findings = surroundings::check(&product.app).await;
    let said = findings.iter().find(|finding| finding.what == "keys").unwrap().state.clone().unwrap_err();
    assert!(said.contains("chmod 600"), "{said}");
}
