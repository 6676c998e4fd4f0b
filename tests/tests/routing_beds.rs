//! Beds: figures by hand, file and feed, always with age and source; what is held counts against what is free; two people at one
//! figure; and no number below zero.

use serde_json::{Value, json};
use tests::harness::{Answer, Product, User, text};
use tests::referrals::{COUNTY, HOUR, MINUTE, accepted, after_start, department, step, submitted};

async fn row(user: &User<'_>, name: &str) -> Value {
    let board = user.get("/api/v1/beds").await.expect(200).json;
    let rows = board["departments"].as_array().unwrap();
    rows.iter().find(|row| row["department"]["name"] == name).unwrap().clone()
}

async fn set(user: &User<'_>, row: &Value, body: Value) -> Answer {
    let path = format!("/api/v1/beds/{}", text(&row["department"]["id"]));
    user.patch(&path, row["version"].as_i64().unwrap(), body).await
}

async fn send(user: &User<'_>, method: &str, path: &str, kind: &str, body: String) -> Answer {
    let request = user.request(method.parse().unwrap(), path).header("content-type", kind.to_owned());
    Answer::of(request.body(body).send().await.unwrap()).await
}

#[tokio::test]
async fn a_figure_is_set_by_hand_with_its_age_and_grows_stale() {
    let product = Product::start().await;
    let desk = product.sign_in("desk").await;
    let before = row(&desk, "心血管内科").await;
    assert_eq!(before["figure"]["source"], "feed");
    let after =
        set(&desk, &before, json!({ "open": 40, "occupied": 35, "expected_free": 2 })).await.expect(200);
    let now = row(&desk, "心血管内科").await;
    assert_eq!(after.json["departments"][1]["version"], now["version"]);
    assert_eq!((&now["figure"]["free"], &now["figure"]["source"]), (&json!(5), &json!("hand")));
    assert_eq!(now["figure"]["set_by"]["name"], "孙丽");
    assert_eq!(now["figure"]["stale"], false);
    product.clock.advance_ms(12 * HOUR + MINUTE);
    let desk = product.sign_in("desk").await;
    assert_eq!(row(&desk, "心血管内科").await["figure"]["stale"], true);
    let path = format!("/api/v1/beds/{}/history", text(&now["department"]["id"]));
    let history = desk.get(&path).await.expect(200).json;
    let kept = history["items"].as_array().unwrap();
    assert_eq!((kept.len(), &kept[0]["payload"]["occupied"]), (2, &json!(35)), "the newest first");
    assert_eq!(kept[0]["actor"]["name"], "孙丽");
}

#[tokio::test]
async fn two_people_at_one_figure_do_not_overwrite_one_another() {
    let product = Product::start().await;
    let (desk, doctor) = (product.sign_in("desk").await, product.sign_in("doctor").await);
    let seen = row(&desk, "心血管内科").await;
    set(&doctor, &seen, json!({ "open": 40, "occupied": 40 })).await.expect(200);
    let late = set(&desk, &seen, json!({ "open": 40, "occupied": 30 })).await;
    let late = late.expect_refusal(412, "conflict.changed-meanwhile");
    assert_eq!(late.json["current"]["departments"][1]["figure"]["occupied"], 40, "what stands comes with it");
    let new = row(&desk, "双向转诊中心").await;
    assert_eq!((&new["version"], &new["figure"]), (&json!(0), &Value::Null), "unknown is not zero");
    set(&desk, &new, json!({ "open": 2, "occupied": 0 })).await.expect(200);
    set(&doctor, &new, json!({ "open": 3, "occupied": 0 })).await.expect(412);
}

#[tokio::test]
async fn no_number_of_beds_is_negative_or_more_than_there_are() {
    let product = Product::start().await;
    let desk = product.sign_in("desk").await;
    let standing = row(&desk, "心血管内科").await;
    for (body, code) in [
        (json!({ "open": -1, "occupied": 0 }), "beds.number-invalid"),
        (json!({ "open": 10, "occupied": -2 }), "beds.number-invalid"),
        (json!({ "open": 10, "occupied": 11 }), "beds.more-than-open"),
        (json!({ "open": 10, "occupied": 5, "free": 6 }), "beds.more-than-open"),
        (json!({ "open": 10, "occupied": 5, "at": after_start(HOUR) }), "beds.time-invalid"),
        (json!({ "open": 99_999, "occupied": 5 }), "beds.number-invalid"),
    ] {
        set(&desk, &standing, body).await.expect_refusal(422, code);
    }
    assert_eq!(row(&desk, "心血管内科").await["figure"], standing["figure"]);
    let other = department(&desk, "邢州市第一医院", "心血管内科").await;
    let path = format!("/api/v1/beds/{other}");
    desk.patch(&path, 0, json!({ "open": 1, "occupied": 0 })).await.expect(404);
}

#[tokio::test]
async fn what_is_held_counts_against_what_is_free_and_comes_back_by_itself() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let (desk, doctor) = (product.sign_in("desk").await, product.sign_in("doctor").await);
    let standing = row(&desk, "心血管内科").await;
    set(&desk, &standing, json!({ "open": 40, "occupied": 39 })).await.expect(200);
    let mut legs = Vec::new();
    for bed in ["12 床", "13 床"] {
        let leg = accepted(&desk, &doctor, &submitted(&village, "urgent").await).await;
        let body = json!({ "kind": "bed", "resource": bed, "hold_until": after_start(HOUR) });
        legs.push(step(&desk, &leg, "reserve", body).await);
    }
    let now = row(&desk, "心血管内科").await;
    assert_eq!((&now["available"], &now["over_held"]), (&json!(0), &json!(1)), "never below zero");
    let hold = now["holds"].as_array().unwrap().iter().find(|hold| hold["resource"] == "12 床").unwrap();
    assert_eq!(hold["patient"]["name"], "张小东");
    assert_eq!(hold["number"], legs[0].json["number"]);
    let path = format!("/api/v1/legs/{}/release", text(&hold["leg_id"]));
    desk.command(&path, hold["leg_version"].as_i64().unwrap(), json!({})).await.expect(200);
    assert_eq!(row(&desk, "心血管内科").await["over_held"], 0);
    product.clock.advance_ms(HOUR + MINUTE);
    consult_server::worker::settle(&product.app).await.unwrap();
    let after = row(&desk, "心血管内科").await;
    assert_eq!((&after["available"], after["holds"].as_array().unwrap().len()), (&json!(1), 0));
}

#[tokio::test]
async fn a_file_is_reported_row_by_row_and_taken_whole_or_not_at_all() {
    let product = Product::start().await;
    let desk = product.sign_in("desk").await;
    let before = row(&desk, "普外科").await;
    let bad = "科室,开放床位,占用床位\nD04,45,40\n骨科,10,5\nD05,30,-1\nD06,二十,1\nD04,45,41\n";
    let refused = send(&desk, "POST", "/api/v1/beds/import", "text/csv", bad.to_owned()).await;
    let report = refused.expect_refusal(422, "beds.rows-refused").json["report"].clone();
    let found: Vec<_> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| (f["row"].as_i64().unwrap(), text(&f["code"])))
        .collect();
    let expected = [
        (3, "beds.department-unknown"),
        (4, "beds.number-invalid"),
        (5, "beds.number-invalid"),
        (6, "beds.department-twice"),
    ];
    assert_eq!(found, expected.map(|(row, code)| (row, code.to_owned())));
    assert_eq!(row(&desk, "普外科").await, before, "nothing of it was taken");

    let good = "department,open,occupied,expected_free\nD04,45,40,2\n妇产科,30,20,\n";
    let tried = send(&desk, "POST", "/api/v1/beds/import?dry_run=true", "text/csv", good.to_owned()).await;
    assert_eq!((&tried.expect(200).json["changed"], &row(&desk, "普外科").await), (&json!(2), &before));
    let done = send(&desk, "POST", "/api/v1/beds/import", "text/csv", good.to_owned()).await.expect(200).json;
    assert_eq!((&done["applied"], &done["changed"]), (&json!(true), &json!(2)));
    let after = row(&desk, "普外科").await;
    assert_eq!((&after["figure"]["free"], &after["figure"]["source"]), (&json!(5), &json!("file")));
}

#[tokio::test]
async fn a_hospital_information_system_feeds_figures_with_a_scope_and_an_old_one_loses() {
    let product = Product::start().await;
    let desk = product.sign_in("desk").await;
    let form =
        [("grant_type", "client_credentials"), ("client_id", "system"), ("client_secret", "demo-only-2026")];
    let token = |scope: &'static str| {
        let form = [form[0], form[1], form[2], ("scope", scope)];
        product.http().post(product.url("/oauth2/token")).form(&form).send()
    };
    let with =
        |answer: Value| User { product: &product, token: text(&answer["access_token"]), me: Value::Null };
    let reader = with(token("beds.read").await.unwrap().json().await.unwrap());
    let feeder = with(token("beds.write").await.unwrap().json().await.unwrap());
    let feed = |minutes: i64, occupied: i64| json!({ "items": [{ "department": "D02", "open": 40, "occupied": occupied, "at": after_start(minutes * MINUTE) }] });
    let put = |user: &User<'_>, body: Value| {
        user.request("PUT".parse().unwrap(), "/api/v1/beds").json(&body).send()
    };
    Answer::of(put(&reader, feed(-5, 30)).await.unwrap()).await.expect_refusal(403, "access.scope-too-small");
    let done = Answer::of(put(&feeder, feed(-5, 30)).await.unwrap()).await.expect(200);
    assert_eq!((&done.json["changed"], &done.json["applied"]), (&json!(1), &json!(true)));
    let again = Answer::of(put(&feeder, feed(-5, 30)).await.unwrap()).await.expect(200);
    assert_eq!(again.json["unchanged"], 1);
    let older = Answer::of(put(&feeder, feed(-6, 10)).await.unwrap()).await.expect(200);
    assert_eq!((&older.json["older"], &older.json["changed"]), (&json!(1), &json!(0)));
    let now = row(&desk, "心血管内科").await;
    assert_eq!((&now["figure"]["occupied"], &now["figure"]["source"]), (&json!(30), &json!("feed")));
    assert_eq!(now["figure"]["at"], after_start(-5 * MINUTE).as_str());
    let unknown = json!({ "items": [{ "department": "D99", "open": 1, "occupied": 0 }] });
    Answer::of(put(&feeder, unknown).await.unwrap()).await.expect_refusal(422, "beds.rows-refused");
    assert_eq!(desk.me["position"]["organisation"]["name"], COUNTY);
}

#[tokio::test]
async fn the_console_takes_the_same_file() {
    let product = Product::start().await;
    let ground = &product.app.ground;
    let file = "department,open,occupied\nD02,40,20\n".as_bytes();
    let import = |for_real| consult_server::beds::console::import(ground, file, None, "H001", for_real);
    let tried = import(false).await.unwrap();
    assert_eq!((tried.changed, tried.applied), (1, false));
    let done = import(true).await.unwrap();
    assert_eq!((done.changed, done.applied), (1, true));
    assert_eq!(row(&product.sign_in("desk").await, "心血管内科").await["figure"]["occupied"], 20);
}

#[tokio::test]
async fn a_feed_that_says_the_same_again_keeps_the_figure_young_and_writes_no_history() {
    let product = Product::start().await;
    let desk = product.sign_in("desk").await;
    let push = async |occupied: i64| {
        let items = json!({ "items": [{ "department": "心血管内科", "open": 40, "occupied": occupied }] });
        desk.put("/api/v1/beds", items).await.expect(200).json
    };
    assert_eq!(push(30).await["changed"], 1);
    let first = row(&desk, "心血管内科").await;
    let path = format!("/api/v1/beds/{}/history", text(&first["department"]["id"]));
    let count = async || {
        let page = desk.get(&format!("{path}?limit=200")).await.expect(200).json;
        page["items"].as_array().unwrap().len()
    };
    let before = count().await;
    for _ in 0..30 {
        product.clock.advance_ms(MINUTE);
        let report = push(30).await;
        assert_eq!((&report["changed"], &report["unchanged"]), (&json!(0), &json!(1)));
    }
    let now = row(&desk, "心血管内科").await;
    assert_eq!(count().await, before);
    assert_eq!(now["version"], first["version"], "nobody who looks at it has an older one");
    assert_eq!(now["figure"]["at"], after_start(30 * MINUTE), "it was counted just now");

    for occupied in 20..30 {
        push(occupied).await;
    }
    let page = desk.get(&format!("{path}?limit=4")).await.expect(200).json;
    let said = |page: &Value| -> Vec<i64> {
        let items = page["items"].as_array().unwrap();
        items.iter().map(|one| one["payload"]["occupied"].as_i64().unwrap()).collect()
    };
    assert_eq!(said(&page), [29, 28, 27, 26]);
    let next = desk.get(&format!("{path}?limit=4&cursor={}", text(&page["next"]))).await.expect(200).json;
    assert_eq!(said(&next), [25, 24, 23, 22]);
    desk.get(&format!("{path}?cursor=x")).await.expect_refusal(400, "request.query-invalid");
}
