//! What the transfer desk asks the server for beside the commands: its list narrowed, its views under names, and the slip that a
//! patient brings along.

use serde_json::{Value, json};
use tests::harness::{Answer, Product, User, text};
use tests::referrals::*;

async fn numbers(user: &User<'_>, query: &str) -> Vec<String> {
    let page = user.get(&format!("/api/v1/legs?box=incoming&state=open&{query}")).await.expect(200).json;
    page["items"].as_array().unwrap().iter().map(|row| text(&row["number"])).collect()
}

#[tokio::test]
async fn the_list_narrows_at_the_server_by_everything_a_view_holds() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let desk = product.sign_in("desk").await;
    let doctor = product.sign_in("doctor").await;
    let urgent = submitted(&village, "urgent").await;
    let routine = submitted(&village, "routine").await;
    let (urgent_number, routine_number) = (text(&urgent.json["number"]), text(&routine.json["number"]));
    let mine = accepted(&desk, &doctor, &routine).await;
    let has = |found: &[String], number: &str| found.iter().any(|one| one == number);

    let found = numbers(&desk, "urgency=urgent,emergency").await;
    assert!(has(&found, &urgent_number) && !has(&found, &routine_number), "{found:?}");
    let found = numbers(&doctor, "mine=true").await;
    assert!(has(&found, &routine_number) && !has(&found, &urgent_number), "{found:?}");
    let department = text(&mine.json["to_department"]["id"]);
    let found = numbers(&desk, &format!("department={department}&direction=up")).await;
    assert!(has(&found, &urgent_number), "{found:?}");
    assert!(!has(&numbers(&desk, "direction=down").await, &urgent_number));
    let from = village.organisation("东沟村卫生室").await;
    assert!(has(&numbers(&desk, &format!("from={from}")).await, &urgent_number));
    let other = village.organisation(LIULIN).await;
    assert!(!has(&numbers(&desk, &format!("from={other}")).await, &urgent_number));
    for text in ["小东", "zhangxiaodong", "zxd", &urgent_number.to_lowercase(), "胸痛"] {
        assert!(has(&numbers(&desk, &format!("q={text}")).await, &urgent_number), "{text}");
    }
    assert!(numbers(&desk, "q=%25%25").await.is_empty(), "a wild card that is typed is a letter");

    assert!(!has(&numbers(&desk, "overdue=true").await, &urgent_number));
    product.clock.advance_ms(11 * MINUTE);
    assert!(has(&numbers(&desk, "overdue=true").await, &urgent_number));
    for bad in ["urgency=soon", "direction=sideways", "department=x", "from=x", "overdue=1", "mine=yes"] {
        let path = format!("/api/v1/legs?box=incoming&{bad}");
        desk.get(&path).await.expect_refusal(400, "request.query-invalid");
    }
}

#[tokio::test]
async fn views_follow_their_person_and_two_devices_do_not_overwrite_each_other() {
    let product = Product::start().await;
    let desk = product.sign_in("desk").await;
    let views = "/api/v1/board/views";
    let none = desk.get(views).await.expect(200);
    assert_eq!((none.version(), none.json["items"].as_array().unwrap().len()), (0, 0));
    let night = json!({ "name": " 夜班急诊 ", "filter": { "group": "waiting", "urgency": "emergency", "overdue": true } });
    let saved = put(&desk, views, 0, json!({ "items": [night] })).await.expect(200);
    assert_eq!((saved.version(), saved.json["items"][0]["name"].as_str()), (1, Some("夜班急诊")));

    let elsewhere = product.sign_in("desk").await;
    let found = elsewhere.get(views).await.expect(200).json;
    assert_eq!(found["items"][0]["filter"]["urgency"], "emergency");
    assert_eq!(found["items"][0]["filter"]["group"], "waiting");
    let late = put(&elsewhere, views, 0, json!({ "items": [] })).await;
    assert_eq!(late.expect_refusal(412, "conflict.changed-meanwhile").json["current"], found);
    put(&elsewhere, views, 1, json!({ "items": [] })).await.expect(200);
    let doctor = product.sign_in("doctor").await;
    assert_eq!(doctor.get(views).await.expect(200).json["version"], 0, "another person's are theirs");

    let twice = json!({ "items": [{ "name": "早" }, { "name": "早" }] });
    put(&desk, views, 2, twice).await.expect_refusal(422, "board.view-name-taken");
    let unnamed = json!({ "items": [{ "name": " " }] });
    put(&desk, views, 2, unnamed).await.expect_refusal(422, "board.view-name-invalid");
    let unknown = json!({ "items": [{ "name": "x", "filter": { "group": "nowhere" } }] });
    put(&desk, views, 2, unknown).await.expect_refusal(400, "request.json-invalid");
}

#[tokio::test]
async fn a_slip_opens_its_leg_where_it_is_expected_and_says_where_that_is_elsewhere() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let desk = product.sign_in("desk").await;
    let draft = village.post("/api/v1/legs", input(&village, "routine").await).await.expect(201);
    village.get(&path(&draft.id(), "slip")).await.expect_refusal(404, "request.not-found");
    let sent = step(&village, &draft, "submit", json!({})).await;
    let slip = village.get(&path(&sent.id(), "slip")).await.expect(200).json;
    let code = text(&slip["code"]);
    assert!(code.starts_with(&text(&sent.json["number"])), "{code}");
    assert_eq!(slip["url"], format!("{}/r/{code}", product.url("")));
    for personal in ["张小东", "340", "胸痛"] {
        assert!(!text(&slip["url"]).contains(personal));
    }

    let found = desk.get(&by_code(&code.to_lowercase())).await.expect(200);
    assert_eq!((found.id(), found.version()), (sent.id(), sent.version()));
    let elsewhere = product.sign_in("specialist").await;
    let told = elsewhere.get(&by_code(&code)).await.expect_refusal(409, "referral.expected-elsewhere").json;
    assert_eq!(told["expected_at"]["name"], COUNTY);
    for hidden in ["张小东", "胸痛", &sent.id(), &text(&sent.json["patient"]["id"])] {
        assert!(!told.to_string().contains(hidden), "{told:#}");
    }
    let wrong = format!("{}-00000000", text(&sent.json["number"]));
    for user in [&desk, &elsewhere] {
        user.get(&by_code(&wrong)).await.expect_refusal(404, "request.not-found");
        user.get(&by_code("ZZ19990101-0001-1-00000000")).await.expect_refusal(404, "request.not-found");
        user.get(&by_code("%2e%2e")).await.expect_refusal(404, "request.not-found");
    }
}

#[tokio::test]
async fn a_slip_of_a_leg_that_ended_shows_what_became_of_it() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let desk = product.sign_in("desk").await;
    let sent = submitted(&village, "routine").await;
    let code = text(&village.get(&path(&sent.id(), "slip")).await.expect(200).json["code"]);
    let cancelled = step(&village, &sent, "cancel", json!({ "reason": "患者自行前往" })).await;
    let found = desk.get(&by_code(&code)).await.expect(200);
    assert_eq!((found.json["state"].as_str(), allows(&found, "arrive")), (Some("cancelled"), false));
    let body = json!({ "signature": "家属" });
    let late = desk.command(&path(&sent.id(), "arrive"), cancelled.version(), body).await;
    late.expect_refusal(409, "referral.leg-ended");
}

fn by_code(code: &str) -> String {
    format!("/api/v1/legs/by-code/{code}")
}

async fn put(user: &User<'_>, path: &str, version: i64, body: Value) -> Answer {
    let request = user.request(reqwest::Method::PUT, path).header("if-match", format!("\"{version}\""));
    Answer::of(request.json(&body).send().await.expect("an answer")).await
}
