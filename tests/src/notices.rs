//! Waiting for what leaves the house: the product's own worker sends it.

use crate::harness::Product;
use consult_server::db::outbox;
use consult_server::notices::delivery::sql::due_routes;
use std::time::Duration;

/// Waits until everybody has been told of what has happened, and nothing is due or being sent.
pub async fn all_is_sent(product: &Product) {
    let security = product.sign_in("security").await;
    let ground = &product.app.ground;
    for _ in 0..1500 {
        let mut reader = ground.db.read().await.expect("a reader");
        let told = !outbox::any_undone(&mut reader).await.expect("an answer");
        let due = due_routes(&mut reader, ground.now()).await.expect("an answer");
        drop(reader);
        let open = security.get("/api/v1/deliveries?state=waiting&limit=200").await.expect(200).json;
        let sending = open["items"].as_array().expect("rows").iter().any(|row| row["state"] == "sending");
        if told && due.is_empty() && !sending {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("something is still due");
}
