//! The audit trail from outside: reads and changes are in the chain, and a chain that was tampered with is found out.

use consult_server::db::audit::{Verdict, verify};
use consult_server::worker;
use tests::harness::Product;

async fn verdict(product: &Product) -> Verdict {
    worker::settle(&product.app).await.unwrap();
    let ground = &product.app.ground;
    verify(&mut ground.db.read().await.unwrap(), &ground.reads.anchors()).await.unwrap()
}

#[tokio::test]
async fn a_read_and_a_change_are_chained_and_the_chain_verifies() {
    let product = Product::start().await;
    let before = match verdict(&product).await {
        Verdict::Whole { entries, .. } => entries,
        other => panic!("{other:?}"),
    };
    let village = product.sign_in("village").await;
    let id = village.patient("张小东").await;
    village.get(&format!("/api/v1/patients/{id}")).await.expect(200);
    match verdict(&product).await {
        // Signing in, one list, one record.
        Verdict::Whole { entries, .. } => assert_eq!(entries, before + 3),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_altered_entry_is_named() {
    let product = Product::start().await;
    product.sign_in("village").await;
    verdict(&product).await;
    let ground = product.app.ground.clone();
    tests::store::execute(&ground.db, "UPDATE audit SET basis = 'forged' WHERE seq = 1").await;
    assert!(matches!(verdict(&product).await, Verdict::Broken { seq: 1, .. }));
}

#[tokio::test]
async fn a_trail_that_was_cut_off_does_not_fit_its_anchors() {
    let product = Product::start().await;
    product.sign_in("village").await;
    verdict(&product).await;
    let ground = product.app.ground.clone();
    tests::store::execute(&ground.db, "DELETE FROM audit WHERE seq = (SELECT MAX(seq) FROM audit)").await;
    assert!(matches!(verdict(&product).await, Verdict::AnchorMissing { .. }));
}

/// A line of the spool as a read leaves it.
fn spooled(id: &str) -> String {
    serde_json::json!({ "id": id, "at": 1_795_399_200_000_i64, "alliance": "a", "person": null, "position": null, "organisation": null,
        "session": null, "from": "127.0.0.1", "request_id": "r", "action": "patient.read", "subject_kind": "patient",
        "subject_id": "p", "patient": null, "basis": "role", "outcome": "read", "detail": "{}" })
    .to_string()
}

#[tokio::test]
async fn torn_bytes_in_the_spool_stop_neither_what_is_taken_in_nor_the_sealing() {
    let product = Product::start().await;
    let folder = &product.app.ground.config.audit.folder;
    let (one, two) = ("01900000-0000-7000-8000-000000000001", "01900000-0000-7000-8000-000000000002");
    // Half of a character, in the middle of a file and at the end of another.
    let torn = [&b"{\"action\":\"\xe5\xbc"[..]].concat();
    let middle = [spooled(one).as_bytes(), b"\n", &torn, b"\n", spooled(two).as_bytes(), b"\n"].concat();
    std::fs::write(folder.join("reads-0.jsonl"), &middle).unwrap();
    std::fs::write(folder.join("reads-1.jsonl"), &torn).unwrap();
    // What no file can be read from keeps nobody waiting: a folder of that name.
    std::fs::create_dir(folder.join("reads-2.jsonl")).unwrap();
    product.sign_in("village").await;
    let failed = worker::settle(&product.app).await;
    assert!(failed.is_err(), "what cannot be taken in is said");
    std::fs::remove_dir(folder.join("reads-2.jsonl")).unwrap();
    assert!(matches!(verdict(&product).await, Verdict::Whole { .. }));
    let taken = tests::store::texts(
        &product.app.ground.db,
        "SELECT id FROM audit WHERE request_id = 'r' AND seq IS NOT NULL ORDER BY id",
    )
    .await;
    assert_eq!(taken, [one, two]);
    for aside in ["reads-0.unread", "reads-1.unread"] {
        let kept = std::fs::read(folder.join(aside)).unwrap();
        assert_eq!(kept, [&torn[..], b"\n"].concat(), "{aside}");
    }
}
