//! The first password of people whom the directory knows: a sheet of one-time codes, each of which makes one account once.

use serde_json::{Value, json};
use tests::harness::{Answer, Product, User, text};

const DAY: i64 = 24 * 3600 * 1000;
const PASSWORD: &str = "east ditch spring rain";
const COUNTY: &str = "清河县人民医院";

/// Somebody new in the directory, and their id.
async fn newcomer(admin: &User<'_>, organisation: &str, number: &str, name: &str) -> String {
    let person = admin.new_id();
    let body = json!({ "id": person, "name": name, "staff_number": number });
    admin.post("/api/v1/people", body).await.expect(201);
    let position = json!({ "id": admin.new_id(), "person_id": person, "organisation_id": organisation,
                           "role": "receiving_doctor" });
    admin.post("/api/v1/positions", position).await.expect(201);
    person
}

fn path(organisation: &str) -> String {
    format!("/api/v1/organisations/{organisation}/activation-sheet")
}

async fn sheet(admin: &User<'_>, organisation: &str) -> Vec<Value> {
    let sheet = admin.post(&path(organisation), json!({})).await.expect(201).json;
    sheet["people"].as_array().unwrap().clone()
}

async fn activate(product: &Product, login: &str, code: &str, password: &str) -> Answer {
    let body = json!({ "login": login, "code": code, "password": password });
    product.post("/api/v1/session/activation", body).await
}

async fn code_of(admin: &User<'_>, organisation: &str, person: &str) -> String {
    let only = admin.post(&path(organisation), json!({ "person_id": person })).await.expect(201).json;
    assert_eq!(only["people"].as_array().unwrap().len(), 1);
    text(&only["people"][0]["code"])
}

#[tokio::test]
async fn a_code_makes_one_account_once_and_its_holder_signs_in() {
    let product = Product::start().await;
    let admin = product.sign_in("admin").await;
    let county = admin.organisation(COUNTY).await;
    assert!(sheet(&admin, &county).await.is_empty(), "everybody of the demo has an account");
    newcomer(&admin, &county, "QH-2001", "周雨欣").await;
    newcomer(&admin, &county, "desk", "吴桐").await;
    let waiting = admin.get(&path(&county)).await.expect(200).json;
    assert_eq!((waiting["without_account"].as_i64(), waiting["with_code"].as_i64()), (Some(2), Some(0)));
    let slips = sheet(&admin, &county).await;
    let names: Vec<_> = slips.iter().map(|slip| text(&slip["name"])).collect();
    assert_eq!(names, ["吴桐", "周雨欣"]);
    assert_eq!((&slips[0]["login"], slips[1]["login"].as_str()), (&Value::Null, Some("qh-2001")));
    let waiting = admin.get(&path(&county)).await.expect(200).json;
    assert_eq!((waiting["without_account"].as_i64(), waiting["with_code"].as_i64()), (Some(2), Some(2)));

    let typed = text(&slips[1]["code"]).to_uppercase().replace('-', " ");
    activate(&product, "qh-2001", &typed, PASSWORD).await.expect(204);
    let session = product.knock("qh-2001", PASSWORD).await.expect(201).json;
    assert_eq!(session["me"]["person"]["name"], "周雨欣");
    assert_eq!(session["me"]["owed"], Value::Null, "they chose the password themselves");
    activate(&product, "other", &typed, PASSWORD).await.expect_refusal(401, "access.activation-refused");
    let left: Vec<_> = sheet(&admin, &county).await.iter().map(|slip| text(&slip["name"])).collect();
    assert_eq!(left, ["吴桐"]);
}

#[tokio::test]
async fn no_slip_is_for_a_program_or_for_those_who_watch_over_administrators() {
    let product = Product::start().await;
    let admin = product.sign_in("admin").await;
    let county = admin.organisation(COUNTY).await;
    newcomer(&admin, &county, "QH-2001", "周雨欣").await;
    newcomer(&admin, &county, "QH-2002", "吴桐").await;
    // The console's import gives every position.
    let watches = "UPDATE position SET role = 'auditor' WHERE person_id = (SELECT id FROM person WHERE staff_number = 'QH-2002')";
    tests::store::execute(&product.app.ground.db, watches).await;
    let names: Vec<_> = sheet(&admin, &county).await.iter().map(|slip| text(&slip["name"])).collect();
    assert_eq!(names, ["周雨欣"]);
    let waiting = admin.get(&path(&county)).await.expect(200).json;
    assert_eq!(waiting["without_account"], 1);
}

#[tokio::test]
async fn a_newer_code_ends_the_older_and_one_for_a_single_person_leaves_the_others() {
    let product = Product::start().await;
    let admin = product.sign_in("admin").await;
    let county = admin.organisation(COUNTY).await;
    let person = newcomer(&admin, &county, "QH-2001", "周雨欣").await;
    newcomer(&admin, &county, "QH-2002", "吴桐").await;
    let slips = sheet(&admin, &county).await;
    let fresh = code_of(&admin, &county, &person).await;
    let [other, old] = [0, 1].map(|at| text(&slips[at]["code"]));
    activate(&product, "zyx", &old, PASSWORD).await.expect_refusal(401, "access.activation-refused");
    activate(&product, "wt", &other, PASSWORD).await.expect_refusal(422, "access.login-invalid");
    activate(&product, "wutong", &other, PASSWORD).await.expect(204);
    activate(&product, "zyx", &fresh, PASSWORD).await.expect(204);
    let again = admin.post(&path(&county), json!({ "person_id": person })).await;
    assert_eq!(
        again.expect(201).json["people"][0]["resets"],
        true,
        "an account that is there gets a new password"
    );
}

#[tokio::test]
async fn unknown_used_and_expired_codes_and_those_of_leavers_answer_alike() {
    let product = Product::start().await;
    let admin = product.sign_in("admin").await;
    let county = admin.organisation(COUNTY).await;
    let [used, leaver, ended, late] = [
        newcomer(&admin, &county, "QH-2001", "周雨欣").await,
        newcomer(&admin, &county, "QH-2002", "吴桐").await,
        newcomer(&admin, &county, "QH-2003", "郑岚").await,
        newcomer(&admin, &county, "QH-2004", "冯川").await,
    ];
    let mut codes = vec!["not-a-code".to_owned(), "abcd-efgh-jkmn-pqrs".to_owned()];
    for person in [&used, &leaver, &ended, &late] {
        codes.push(code_of(&admin, &county, person).await);
    }
    activate(&product, "zhouyuxin", &codes[2], PASSWORD).await.expect(204);
    admin.command(&format!("/api/v1/people/{leaver}/leave"), 1, json!({})).await.expect(200);
    let seen = admin.get(&format!("/api/v1/people/{ended}")).await.expect(200).json;
    let position = text(&seen["positions"][0]["id"]);
    admin.post(&format!("/api/v1/positions/{position}/end"), json!({})).await.expect(200);
    let mut answers = Vec::new();
    for (at, code) in codes[..5].iter().enumerate() {
        answers.push(activate(&product, &format!("guest{at}"), code, PASSWORD).await.expect(401).json);
    }
    product.clock.advance_ms(30 * DAY);
    answers.push(activate(&product, "guest5", &codes[5], PASSWORD).await.expect(401).json);
    for answer in &mut answers {
        answer.as_object_mut().unwrap().remove("request_id");
    }
    assert_eq!(answers[0]["code"], "access.activation-refused");
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:#?}");
    consult_server::worker::settle(&product.app).await.unwrap();
    let denied = tests::store::texts(
        &product.app.ground.db,
        "SELECT basis FROM audit WHERE action = 'account.activated' AND outcome = 'denied'",
    );
    assert_eq!(denied.await, ["access.activation-refused"; 3], "of those whose code it was");
}

#[tokio::test]
async fn who_guesses_waits_like_at_the_door_and_locks_nobody_out() {
    let product = Product::start().await;
    for _ in 0..6 {
        activate(&product, "village", "abcd-efgh-jkmn-pqrs", PASSWORD).await.expect(401);
    }
    let waits = activate(&product, "village", "abcd-efgh-jkmn-pqrs", PASSWORD).await;
    assert!(waits.expect_refusal(429, "access.too-many-attempts").retry_after.is_some());
    product.sign_in("village").await;
    // Another name each time: the address waits after fifty of them.
    for n in 0..49 {
        activate(&product, &format!("guest{n}"), "abcd-efgh-jkmn-pqrs", PASSWORD).await.expect(401);
    }
    activate(&product, "guest-last", "abcd-efgh-jkmn-pqrs", PASSWORD)
        .await
        .expect_refusal(429, "access.too-many-attempts");
}

#[tokio::test]
async fn a_name_that_is_taken_or_a_weak_password_leaves_the_code_as_it_was() {
    let product = Product::start().await;
    let admin = product.sign_in("admin").await;
    let county = admin.organisation(COUNTY).await;
    let person = newcomer(&admin, &county, "QH-2001", "周雨欣").await;
    let code = code_of(&admin, &county, &person).await;
    for (login, password, status, refusal, field) in [
        ("village", PASSWORD, 409, "access.login-taken", "login"),
        ("Zhou", PASSWORD, 422, "access.login-invalid", "login"),
        ("zhouyuxin", "short", 422, "access.password-too-short", "password"),
        ("zhouyuxin", "i am zhouyuxin", 422, "access.password-known", "password"),
    ] {
        let answer = activate(&product, login, &code, password).await.expect_refusal(status, refusal).json;
        assert_eq!(answer["field"], field, "{login} {password}");
    }
    product.knock("village", consult_server::demo::PASSWORD).await.expect(201);
    activate(&product, "zhouyuxin", &code, PASSWORD).await.expect(204);
}

#[tokio::test]
async fn only_administrators_make_sheets_and_a_code_stands_nowhere_but_in_the_answer() {
    let product = Product::start().await;
    let admin = product.sign_in("admin").await;
    let county = admin.organisation(COUNTY).await;
    newcomer(&admin, &county, "QH-2001", "周雨欣").await;
    for login in ["village", "manager", "security", "auditor"] {
        let user = product.sign_in(login).await;
        user.post(&path(&county), json!({})).await.expect_refusal(403, "access.role-not-allowed");
        user.get(&path(&county)).await.expect_refusal(403, "access.role-not-allowed");
    }
    admin.post(&path(&admin.new_id()), json!({})).await.expect_refusal(404, "request.not-found");
    // A repetition by the same key makes new codes: the first answer was not kept.
    let request = |key: &str| {
        let request = admin.request(reqwest::Method::POST, &path(&county));
        request.header("idempotency-key", key).json(&json!({})).send()
    };
    let first = request("twice").await.unwrap();
    assert_eq!(first.headers()["cache-control"], "no-store");
    let first = Answer::of(first).await.expect(201).json;
    let second = Answer::of(request("twice").await.unwrap()).await.expect(201).json;
    assert_ne!(first["people"][0]["code"], second["people"][0]["code"]);
    consult_server::worker::settle(&product.app).await.unwrap();
    let db = &product.app.ground.db;
    let mut kept = tests::store::texts(db, "SELECT code_hash FROM activation").await;
    kept.extend(tests::store::texts(db, "SELECT body FROM idempotency").await);
    kept.extend(tests::store::texts(db, "SELECT detail FROM audit").await);
    kept.extend(tests::store::texts(db, "SELECT payload FROM event").await);
    let code = text(&second["people"][0]["code"]);
    assert!(!kept.iter().any(|text| text.contains(&code) || text.contains(&code.replace('-', ""))));
    let issued = "SELECT subject_kind FROM audit WHERE action = 'activation.issued' AND outcome <> 'denied'";
    assert_eq!(tests::store::texts(db, issued).await, ["account"; 2]);
}

#[tokio::test]
async fn a_slip_for_somebody_with_an_account_gives_a_new_password_ends_sessions_and_lock_out_and_is_told() {
    let product = Product::start().await;
    let (admin, village) = (product.sign_in("admin").await, product.sign_in("village").await);
    let clinic = admin.organisation("东沟村卫生室").await;
    let person = text(&village.me["person"]["id"]);
    let issued = admin.post(&path(&clinic), json!({ "person_id": person })).await.expect(201).json;
    let slip = &issued["people"][0];
    assert_eq!((slip["login"].as_str(), slip["resets"].as_bool()), (Some("village"), Some(true)));
    consult_server::worker::settle(&product.app).await.unwrap();
    let notices = village.get("/api/v1/notices").await.expect(200).json;
    assert_eq!(notices["items"][0]["type"], "person.reset_issued", "told while the old password still opens");

    for _ in 0..8 {
        product.knock("village", "not the password").await;
    }
    product
        .knock("village", consult_server::demo::PASSWORD)
        .await
        .expect_refusal(429, "access.too-many-attempts");
    let code = text(&slip["code"]);
    let other = activate(&product, "somebody", &code, PASSWORD).await;
    assert_eq!(other.expect_refusal(409, "access.login-other").json["field"], "login");
    activate(&product, "village", &code, PASSWORD).await.expect(204);
    village.get("/api/v1/session").await.expect_refusal(401, "access.not-signed-in");
    product
        .knock("village", consult_server::demo::PASSWORD)
        .await
        .expect_refusal(401, "access.wrong-credentials");
    product.knock("village", PASSWORD).await.expect(201);
    activate(&product, "village", &code, PASSWORD).await.expect_refusal(401, "access.activation-refused");
}

#[tokio::test]
async fn no_slip_resets_those_who_watch_over_administrators_or_whoever_asks() {
    let product = Product::start().await;
    let admin = product.sign_in("admin").await;
    for login in ["security", "auditor", "admin"] {
        let user = product.sign_in(login).await;
        let place = text(&user.me["position"]["organisation"]["id"]);
        let body = json!({ "person_id": user.me["person"]["id"] });
        let refused = admin.post(&path(&place), body).await.expect_refusal(422, "directory.person-unknown");
        assert_eq!(refused.json["field"], "person_id", "{login}");
    }
}

#[tokio::test]
async fn capitals_and_blanks_around_a_name_open_the_same_account_and_count_against_it() {
    let product = Product::start().await;
    product.knock(" Village ", consult_server::demo::PASSWORD).await.expect(201);
    for typed in ["VILLAGE", "village", "Village", "vIllage", "viLlage", "vilLage", "village "] {
        product.knock(typed, "not the password").await;
    }
    product
        .knock("village", consult_server::demo::PASSWORD)
        .await
        .expect_refusal(429, "access.too-many-attempts");
}
