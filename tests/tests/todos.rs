//! The four lists of what there is to do follow a referral: whoever owes the next step has it before them, whoever sent it sees it
//! as theirs, managers are told of what is late, and what is done is found again.

use consult_server::worker;
use serde_json::{Value, json};
use tests::harness::{Answer, Product, User};
use tests::referrals::{HOUR, arrived, form, input, outcome, person, reread, step, submitted};

async fn todos(user: &User<'_>, class: &str) -> Value {
    user.get(&format!("/api/v1/todos?class={class}&limit=200")).await.expect(200).json
}

async fn row(user: &User<'_>, class: &str, leg: &Answer) -> Option<Value> {
    let found = todos(user, class).await;
    found["items"].as_array().unwrap().iter().find(|row| row["id"] == leg.id().as_str()).cloned()
}

async fn count(user: &User<'_>, class: &str) -> i64 {
    todos(user, "todo").await["counts"][class].as_i64().unwrap()
}

#[tokio::test]
async fn a_referral_moves_through_the_lists_of_those_who_owe_the_next_step() {
    let product = Product::start().await;
    let (village, desk) = (product.sign_in("village").await, product.sign_in("desk").await);
    let doctor = product.sign_in("doctor").await;
    let before = (count(&desk, "todo").await, count(&village, "started").await);
    let leg = submitted(&village, "urgent").await;
    assert_eq!((count(&desk, "todo").await, count(&village, "started").await), (before.0 + 1, before.1 + 1));
    let waiting = row(&desk, "todo", &leg).await.unwrap();
    assert_eq!((&waiting["owed"]["duty"], &waiting["unread"]), (&"open".into(), &true.into()));
    assert_eq!(waiting["patient"]["name"], "张小东");
    assert!(row(&doctor, "todo", &leg).await.is_none(), "receiving is the desk's");
    assert!(row(&village, "todo", &leg).await.is_none());

    let leg = arrived(&desk, &doctor, &leg).await;
    assert!(row(&desk, "todo", &leg).await.is_none());
    assert!(row(&desk, "done", &leg).await.is_some());
    assert_eq!(row(&doctor, "todo", &leg).await.unwrap()["owed"]["duty"], "see");
    let leg = step(&doctor, &leg, "send_outcome", outcome("stays")).await;
    assert!(row(&doctor, "todo", &leg).await.is_none());
    assert_eq!(row(&village, "todo", &leg).await.unwrap()["owed"]["duty"], "acknowledge");
    let leg = reread(&village, &leg.id()).await;
    let leg = step(&village, &leg, "acknowledge", json!({})).await;
    assert!(row(&village, "todo", &leg).await.is_none() && row(&village, "started", &leg).await.is_none());
    assert!(row(&village, "done", &leg).await.is_some());
    product.clock.advance_ms(8 * 24 * HOUR);
    let village = product.sign_in("village").await;
    assert!(row(&village, "done", &leg).await.is_none(), "what is done stays in sight for a week");
}

#[tokio::test]
async fn a_manager_is_told_of_what_is_late_for_information_until_they_have_read_it() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let leg = submitted(&village, "urgent").await;
    for _ in 0..24 {
        product.clock.advance_ms(10 * 60_000);
        worker::settle(&product.app).await.unwrap();
    }
    let manager = product.sign_in("manager").await;
    let told = row(&manager, "informed", &leg).await.unwrap();
    assert_eq!((&told["told"]["type"], &told["unread"]), (&"leg.deadline_missed".into(), &true.into()));
    assert!(row(&manager, "todo", &leg).await.is_none(), "it asks nothing of them");
    let before = count(&manager, "informed").await;
    let newest = manager.get("/api/v1/notices?limit=1").await.json["items"][0]["id"].clone();
    manager.post("/api/v1/notices/read", json!({ "up_to": newest })).await.expect(204);
    assert!(before > 0 && count(&manager, "informed").await == 0);
    assert_eq!(row(&manager, "informed", &leg).await.unwrap()["unread"], false);
}

#[tokio::test]
async fn what_a_doctor_owed_is_asked_of_the_others_when_they_have_left() {
    let product = Product::start().await;
    let (village, desk) = (product.sign_in("village").await, product.sign_in("desk").await);
    let doctor = product.sign_in("doctor").await;
    let leg = submitted(&village, "urgent").await;
    let leg = arrived(&desk, &doctor, &leg).await;
    let admin = product.sign_in("admin").await;
    let path = format!("/api/v1/people/{}", person(&doctor));
    let standing = admin.get(&path).await.expect(200);
    assert!(row(&desk, "todo", &leg).await.is_none());
    admin.command(&format!("{path}/leave"), standing.version(), json!({})).await.expect(200);
    assert_eq!(row(&desk, "todo", &leg).await.unwrap()["owed"]["duty"], "see");
}

#[tokio::test]
async fn the_lists_come_in_pages_what_is_due_first_first() {
    let product = Product::start().await;
    let (village, desk) = (product.sign_in("village").await, product.sign_in("desk").await);
    for urgency in ["routine", "urgent", "emergency", "routine"] {
        submitted(&village, urgency).await;
    }
    let whole = todos(&desk, "todo").await;
    let ids = |page: &Value| -> Vec<String> {
        page["items"].as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect()
    };
    let due: Vec<&str> =
        whole["items"].as_array().unwrap().iter().filter_map(|row| row["due_at"].as_str()).collect();
    assert!(due.is_sorted() && due.len() >= 4, "{due:?}");
    assert_eq!(whole["items"].as_array().unwrap().len() as i64, whole["counts"]["todo"].as_i64().unwrap());
    let (mut paged, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = desk.get(&format!("/api/v1/todos?limit=2{cursor}")).await.expect(200).json;
        paged.extend(ids(&page));
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(paged, ids(&whole));
    desk.get("/api/v1/todos?cursor=x").await.expect_refusal(400, "request.query-invalid");
    let security = product.sign_in("security").await;
    security.get("/api/v1/todos").await.expect_refusal(403, "access.no-clinical-role");
}

#[tokio::test]
async fn the_papers_of_an_emergency_wait_in_the_list_of_whoever_sent_it_without_them() {
    let product = Product::start().await;
    let (village, desk) = (product.sign_in("village").await, product.sign_in("desk").await);
    let before = count(&village, "todo").await;
    let mut bare = input(&village, "emergency").await;
    bare["form"] = json!({ "reason": "critical" });
    let draft = village.post("/api/v1/legs", bare).await.expect(201);
    let leg = step(&village, &draft, "submit", json!({})).await;
    let waiting = row(&village, "todo", &leg).await.unwrap();
    assert_eq!(
        (&waiting["owed"]["duty"], &waiting["due_at"], &waiting["owed"]["person"]["id"]),
        (&json!("complete_record"), &leg.json["record_due_at"], &json!(person(&village)))
    );
    assert_eq!(count(&village, "todo").await, before + 1);
    assert_eq!(row(&desk, "todo", &leg).await.unwrap()["owed"]["duty"], "open", "the desk has its own step");
    // What waits for the village anyway stands there once.
    let asked = step(&desk, &reread(&desk, &leg.id()).await, "ask", json!({ "text": "有无过敏" })).await;
    let listed = todos(&village, "todo").await;
    let mine: Vec<_> =
        listed["items"].as_array().unwrap().iter().filter(|r| r["id"] == leg.id().as_str()).collect();
    assert_eq!((mine.len(), &mine[0]["owed"]["duty"]), (1, &json!("answer")));
    let answered = step(&village, &asked, "answer", json!({ "text": "无" })).await;
    let body = json!({ "form": form(), "consent": { "kind": "written" } });
    step(&village, &answered, "complete_record", body).await;
    assert!(row(&village, "todo", &leg).await.is_none());
    assert_eq!(count(&village, "todo").await, before);
}
