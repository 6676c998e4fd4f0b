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
