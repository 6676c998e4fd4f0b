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
];

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
