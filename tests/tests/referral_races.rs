//! Two who are at the same thing in the same moment: one effect, and everybody hears what became of theirs. On Postgres these meet in
//! the store itself; SQLite has one writer.

use futures_util::future::join_all;
use serde_json::json;
use tests::harness::{Answer, Product, text};
use tests::referrals::{HOUR, MINUTE, accepted, after_start, input, path, reread, submitted};

const ROUNDS: usize = 10;

#[tokio::test]
async fn of_two_desks_that_give_one_bed_to_two_patients_one_hears_that_it_is_taken() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let desk = product.sign_in("desk").await;
    let doctor = product.sign_in("doctor").await;
    for round in 0..ROUNDS {
        let legs = [
            accepted(&desk, &doctor, &submitted(&village, "urgent").await).await,
            accepted(&desk, &doctor, &submitted(&village, "urgent").await).await,
        ];
        let hold =
            json!({ "kind": "bed", "resource": format!("{round} 床"), "hold_until": after_start(3 * HOUR) });
        let reserve =
            async |leg: &Answer| desk.command(&path(&leg.id(), "reserve"), leg.version(), hold.clone()).await;
        let mut answers = join_all(legs.iter().map(reserve)).await;
        answers.sort_by_key(|answer| answer.status);
        let refused = answers.pop().unwrap();
        assert_eq!(answers.pop().unwrap().status, 200, "round {round}");
        refused.expect_refusal(409, "referral.already-held");
    }
}

#[tokio::test]
async fn a_draft_that_is_sent_twenty_times_at_once_is_one_draft_and_twenty_answers() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let body = input(&village, "routine").await;
    let answers = join_all((0..20).map(|_| village.post("/api/v1/legs", body.clone()))).await;
    let numbers: Vec<String> = answers.into_iter().map(|one| text(&one.expect(201).json["number"])).collect();
    assert!(numbers.iter().all(|number| *number == numbers[0]), "{numbers:?}");
    let drafts = village.get("/api/v1/legs?box=sent&limit=200").await.expect(200).json;
    assert_eq!(drafts["items"].as_array().unwrap().iter().filter(|leg| leg["id"] == body["id"]).count(), 1);
}

#[tokio::test]
async fn a_desk_that_opens_in_the_moment_of_the_deadline_is_never_told_that_the_server_failed() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    for _ in 0..ROUNDS {
        let desk = product.sign_in("desk").await;
        let sent = submitted(&village, "urgent").await;
        product.clock.advance_ms(10 * MINUTE);
        let open = path(&sent.id(), "open");
        let firing = consult_server::worker::settle(&product.app);
        let (fired, opened) = tokio::join!(firing, desk.command(&open, sent.version(), json!({})));
        fired.unwrap();
        opened.expect(200);
        assert_eq!(reread(&desk, &sent.id()).await.json["state"], "received");
    }
}
