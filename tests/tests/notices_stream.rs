//! The live stream: a change reaches the pages though many notices are still to be written, and one session does not hold more of
//! them than it needs.

use consult_server::db::change::{Author, Change, Subject};
use consult_server::db::outbox;
use consult_server::directory::import::sql::alliances;
use consult_server::ids::OrganisationId;
use consult_server::notices::hub::Signal;
use futures_util::StreamExt as _;
use reqwest::Method;
use std::time::Duration;
use tests::harness::{Product, User};
use tests::notices::all_is_sent;
use tests::referrals::COUNTY;
use tokio::sync::broadcast::error::RecvError;

const MANY: usize = 1_500;

#[tokio::test]
async fn a_change_reaches_the_pages_while_the_notices_of_many_others_wait_to_be_written() {
    let product = Product::start().await;
    let security = product.sign_in("security").await;
    let county = OrganisationId::trusted(security.organisation(COUNTY).await);
    all_is_sent(&product).await;
    let ground = &product.app.ground;
    let alliance = alliances(&mut ground.db.read().await.unwrap()).await.unwrap().remove(0);
    let mut live = product.app.hub.listen();
    ground
        .db
        .write(move |tx| {
            Box::pin(async move {
                let author = Author::default();
                for number in 0..MANY {
                    let id = number.to_string();
                    tx.record(Change {
                        author: &author,
                        alliance: &alliance,
                        subject: Subject { kind: "person", id: &id },
                        version: 1,
                        // The managers, coordinators and the desk are told of each.
                        kind: "person.left",
                        payload: serde_json::json!({}),
                        occurred_at: None,
                        patient: None,
                        basis: "test",
                        audience: std::slice::from_ref(&county),
                    })
                    .await?;
                }
                Ok(())
            })
        })
        .await
        .unwrap();
    let last = (MANY - 1).to_string();
    let heard = tokio::time::timeout(Duration::from_secs(60), async {
        loop {
            match live.recv().await {
                Ok(Signal::Changed(entry)) if entry.subject_id == last => return,
                Ok(_) | Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => panic!("nobody streams any more"),
            }
        }
    });
    heard.await.expect("the last change is heard");
    let mut reader = ground.db.read().await.unwrap();
    assert!(outbox::any_undone(&mut reader).await.unwrap(), "it came only after all notices");
}

async fn open(user: &User<'_>) -> reqwest::Response {
    let stream = user.request(Method::GET, "/api/v1/events").send().await.unwrap();
    assert_eq!(stream.status(), 200);
    stream
}

#[tokio::test]
async fn a_session_that_opens_one_stream_too_many_loses_its_oldest() {
    let product = Product::start().await;
    let (desk, village) = (product.sign_in("desk").await, product.sign_in("village").await);
    let other = open(&village).await;
    let oldest = open(&desk).await;
    let mut streams = Vec::new();
    for _ in 0..6 {
        streams.push(open(&desk).await);
    }
    let ended = async { oldest.bytes_stream().collect::<Vec<_>>().await };
    tokio::time::timeout(Duration::from_secs(10), ended).await.expect("the oldest has ended");
    // The others, and those of other people, go on: they hear of what comes now.
    let leg = tests::referrals::submitted(&village, "urgent").await.id();
    for stream in streams.into_iter().chain([other]) {
        let mut events = stream.bytes_stream();
        let mut heard = String::new();
        let hears = async {
            while !heard.contains(&leg) {
                let chunk = events.next().await.expect("the stream goes on").unwrap();
                heard.push_str(&String::from_utf8_lossy(&chunk));
            }
        };
        tokio::time::timeout(Duration::from_secs(10), hears).await.expect("the change is heard");
    }
}
