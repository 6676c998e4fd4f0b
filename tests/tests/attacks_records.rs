//! Ways to somebody's record that are not care: guessing at a name, turning a broken glass into care, asking what exists, reading
//! what stands in the clear. Each is shut, and what was tried is in the trail.

use consult_server::worker;
use futures_util::future::join_all;
use imaging::phantom::Person;
use serde_json::{Value, json};
use std::os::unix::fs::PermissionsExt as _;
use tests::files::ct;
use tests::harness::{Product, User, text};
use tests::store;
use tests::tus::Upload;

const NAME: &str = "王佩兰";
const NUMBER: &str = "11010519491231002X";
const STORY: &str = "车祸昏迷送入急诊，身上只有身份证，无家属陪同";

fn record(user: &User<'_>, name: &str) -> Value {
    json!({ "id": user.new_id(), "name": name, "sex": "female", "birth_date": "1949-12-31", "phone": "13900001234",
            "identity": { "kind": "resident_id", "value": NUMBER }, "address": "东沟村 77 号" })
}

/// A patient of the township whom nobody else may see.
async fn stranger(township: &User<'_>) -> String {
    township.post("/api/v1/patients", record(township, NAME)).await.expect(201).id()
}

async fn glass(user: &User<'_>, id: &str, patient: Value) -> tests::harness::Answer {
    let body =
        json!({ "id": id, "patient": patient, "reason": "unconscious", "explanation": STORY, "minutes": 30 });
    user.post("/api/v1/break-glass", body).await
}

async fn denied(product: &Product, patient: &str) -> Vec<Value> {
    worker::settle(&product.app).await.unwrap();
    let auditor = product.sign_in("auditor").await;
    let found = auditor.get(&format!("/api/v1/audit?patient={patient}&outcome=denied&limit=100")).await;
    found.expect(200).json["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn the_name_behind_a_number_is_not_found_by_registering_and_each_guess_is_in_the_trail() {
    let product = Product::start().await;
    let (township, doctor) = (product.sign_in("township").await, product.sign_in("doctor").await);
    let patient = stranger(&township).await;
    for name in ["王伟", "李娜", "张敏", "刘芳", "陈静"] {
        let answer = doctor.post("/api/v1/patients", record(&doctor, name)).await;
        let answer = answer.expect_refusal(409, "patient.already-registered");
        assert!(!answer.json.to_string().contains(&patient), "{:#}", answer.json);
    }
    // From the sixth on even the right one is not answered.
    let waiting = doctor.post("/api/v1/patients", record(&doctor, NAME)).await;
    let waiting = waiting.expect_refusal(429, "patient.too-many-tries");
    assert_eq!(waiting.retry_after, Some(600));
    let tried = denied(&product, &patient).await;
    let basis = |code: &str| tried.iter().filter(|entry| entry["basis"] == code).count();
    assert_eq!((basis("patient.already-registered"), basis("patient.too-many-tries")), (5, 1), "{tried:#?}");
    assert_eq!(tried[0]["person"]["id"], doctor.me["person"]["id"]);
    // Somebody else, and patients whom nobody knows, are not kept waiting.
    let desk = product.sign_in("desk").await;
    desk.post("/api/v1/patients", record(&desk, "王伟")).await.expect(409);
    let mut unknown = record(&doctor, "无名氏");
    unknown["identity"] = json!({ "kind": "unidentified", "value": null });
    doctor.post("/api/v1/patients", unknown).await.expect(201);
    product.clock.advance_ms(600_000);
    doctor.post("/api/v1/patients", record(&doctor, NAME)).await.expect(200);
}

#[tokio::test]
async fn of_many_guesses_at_once_no_more_than_a_few_are_answered() {
    let product = Product::start().await;
    let (township, doctor) = (product.sign_in("township").await, product.sign_in("doctor").await);
    stranger(&township).await;
    let guesses = (0..40).map(|n| doctor.post("/api/v1/patients", record(&doctor, &format!("王{n}"))));
    let statuses: Vec<u16> = join_all(guesses).await.into_iter().map(|answer| answer.status).collect();
    let count = |status| statuses.iter().filter(|s| **s == status).count();
    assert_eq!((count(409), count(429)), (5, 35), "{statuses:?}");
}

#[tokio::test]
async fn registrations_that_fit_cost_no_try() {
    let product = Product::start().await;
    let (township, doctor) = (product.sign_in("township").await, product.sign_in("doctor").await);
    stranger(&township).await;
    for name in ["王伟", "李娜", "张敏", "刘芳"] {
        doctor.post("/api/v1/patients", record(&doctor, name)).await.expect(409);
    }
    doctor.post("/api/v1/patients", record(&doctor, NAME)).await.expect(200);
    // Another one of the township's: the fifth try that does not fit.
    let mut other = record(&township, "刘春梅");
    other["identity"]["value"] = json!("440524188001010014");
    (other["birth_date"], other["sex"]) = (json!("1880-01-01"), json!("male"));
    township.post("/api/v1/patients", other.clone()).await.expect(201);
    (other["id"], other["name"]) = (json!(doctor.new_id()), json!("刘春"));
    doctor.post("/api/v1/patients", other.clone()).await.expect_refusal(409, "patient.already-registered");
    other["id"] = json!(doctor.new_id());
    doctor.post("/api/v1/patients", other).await.expect_refusal(429, "patient.too-many-tries");
}

#[tokio::test]
async fn a_link_is_told_to_those_who_keep_the_record_and_without_the_name_to_those_who_watch() {
    let product = Product::start().await;
    let (township, doctor) = (product.sign_in("township").await, product.sign_in("doctor").await);
    let security = product.sign_in("security").await;
    let patient = stranger(&township).await;
    doctor.post("/api/v1/patients", record(&doctor, NAME)).await.expect(200);
    glass(&doctor, &doctor.new_id(), json!({ "name": "李建国", "birth_date": "1947-01-27" })).await;
    worker::settle(&product.app).await.unwrap();
    let linked = |notices: &Value| -> Vec<Value> {
        let items = notices["items"].as_array().unwrap();
        items.iter().filter(|n| n["type"] == "patient.linked").cloned().collect()
    };
    let kept = linked(&township.get("/api/v1/notices").await.expect(200).json);
    assert_eq!((kept.len(), &kept[0]["patient"]["name"]), (1, &json!(NAME)));
    assert_eq!(kept[0]["payload"]["organisation"], "清河县人民医院");
    let watched = security.get("/api/v1/notices").await.expect(200).json;
    assert_eq!(linked(&watched).len(), 1);
    assert!(!watched.to_string().contains(NAME), "{watched:#}");
    assert!(linked(&doctor.get("/api/v1/notices").await.expect(200).json).is_empty());
    // Whoever cares for the patient can show them.
    let log = township.get(&format!("/api/v1/patients/{patient}/access-log")).await.expect(200).json;
    assert!(log["items"].as_array().unwrap().iter().any(|entry| entry["action"] == "patient.linked"));
}

#[tokio::test]
async fn the_security_administrator_is_told_of_a_broken_glass_and_not_whose() {
    let product = Product::start().await;
    let (doctor, security) = (product.sign_in("doctor").await, product.sign_in("security").await);
    // A patient of the very organisation at which the security administrator works.
    let patient = doctor.post("/api/v1/patients", record(&doctor, NAME)).await.expect(201).id();
    let township = product.sign_in("township").await;
    glass(&township, &township.new_id(), json!({ "resident_id": NUMBER })).await.expect(201);
    worker::settle(&product.app).await.unwrap();
    let notices = security.get("/api/v1/notices").await.expect(200).json;
    assert!(notices["items"].as_array().unwrap().iter().any(|n| n["type"] == "break_glass.opened"));
    assert!(!notices.to_string().contains(NAME) && !notices.to_string().contains(&patient), "{notices:#}");
}

#[tokio::test]
async fn a_broken_glass_is_not_turned_into_care_by_the_same_hand() {
    let product = Product::start().await;
    let (township, doctor) = (product.sign_in("township").await, product.sign_in("doctor").await);
    let patient = stranger(&township).await;
    let id = doctor.new_id();
    glass(&doctor, &id, json!({ "resident_id": NUMBER })).await.expect(201);
    let link = doctor.post("/api/v1/patients", record(&doctor, NAME)).await;
    link.expect_refusal(403, "patient.link-after-break-glass");
    doctor.post(&format!("/api/v1/break-glass/{id}/end"), json!({})).await.expect(204);
    product.clock.advance_ms(12 * 3_600_000);
    let doctor = product.sign_in("doctor").await;
    let link = doctor.post("/api/v1/patients", record(&doctor, NAME)).await;
    link.expect_refusal(403, "patient.link-after-break-glass");
    doctor.get(&format!("/api/v1/patients/{patient}")).await.expect_refusal(404, "request.not-found");
    let tried = denied(&product, &patient).await;
    assert!(tried.iter().any(|entry| entry["basis"] == "patient.link-after-break-glass"), "{tried:#?}");
    // Whoever holds the card may register the patient: a colleague.
    let desk = product.sign_in("desk").await;
    desk.post("/api/v1/patients", record(&desk, NAME)).await.expect(200);
}

#[tokio::test]
async fn a_day_after_the_glass_its_person_may_register_the_patient() {
    let product = Product::start().await;
    let (township, doctor) = (product.sign_in("township").await, product.sign_in("doctor").await);
    stranger(&township).await;
    glass(&doctor, &doctor.new_id(), json!({ "resident_id": NUMBER })).await.expect(201);
    product.clock.advance_ms((24 * 60 + 30) * 60_000);
    let doctor = product.sign_in("doctor").await;
    doctor.post("/api/v1/patients", record(&doctor, NAME)).await.expect(200);
}

#[tokio::test]
async fn an_id_that_is_taken_says_nothing_about_who_else_is_meant() {
    let product = Product::start().await;
    let (township, doctor) = (product.sign_in("township").await, product.sign_in("doctor").await);
    stranger(&township).await;
    let id = doctor.new_id();
    let known = json!({ "resident_id": NUMBER });
    glass(&doctor, &id, known.clone()).await.expect(201);
    glass(&doctor, &id, known.clone()).await.expect(201);
    let village = product.sign_in("village").await;
    for patient in [
        json!({ "name": "张小东", "birth_date": "1968-04-12" }),
        json!({ "name": "张小西", "birth_date": "1968-04-12" }),
        json!({ "resident_id": "440524188001010014" }),
    ] {
        for user in [&doctor, &village] {
            glass(user, &id, patient.clone()).await.expect_refusal(409, "request.id-taken");
        }
    }
    glass(&village, &id, known).await.expect_refusal(409, "request.id-taken");
}

#[tokio::test]
async fn reviewers_see_the_newest_glass_first_whatever_its_id_says() {
    let product = Product::start().await;
    let (township, doctor) = (product.sign_in("township").await, product.sign_in("doctor").await);
    let security = product.sign_in("security").await;
    stranger(&township).await;
    let mut ids = vec![doctor.new_id(), "00000000-03e8-7000-8000-000000000001".to_owned(), doctor.new_id()];
    for id in &ids {
        glass(&doctor, id, json!({ "resident_id": NUMBER })).await.expect(201);
        // Whoever has one open is led to it.
        doctor.post(&format!("/api/v1/break-glass/{id}/end"), json!({})).await.expect(204);
        product.clock.advance_ms(60_000);
    }
    ids.reverse();
    let (mut found, mut cursor) = (Vec::new(), String::new());
    loop {
        let path = format!("/api/v1/break-glass/cases?limit=1&cursor={cursor}");
        let page = security.get(path.trim_end_matches("&cursor=")).await.expect(200).json;
        found.extend(page["items"].as_array().unwrap().iter().map(|case| text(&case["id"])));
        match page["next"].as_str() {
            Some(next) => next.clone_into(&mut cursor),
            None => break,
        }
    }
    assert_eq!(found[..3], ids[..]);
}

#[tokio::test]
async fn what_is_looked_at_through_a_second_glass_is_shown_with_that_one() {
    const PEILAN: Person<'static> =
        Person { name: "Wang^PeiLan", patient_id: "P-81", birth_date: "19491231", sex: "F" };
    let product = Product::start().await;
    let (township, doctor) = (product.sign_in("township").await, product.sign_in("doctor").await);
    let security = product.sign_in("security").await;
    let patient = stranger(&township).await;
    let file = ct(81, &PEILAN, 1).remove(0).bytes;
    let sent = Upload::whole(&township, file, &[("filename", "a.dcm"), ("patient", &patient)]).await.1;
    let study = text(&sent["results"][0]["study_id"]);
    for _ in 0..2 {
        let id = doctor.new_id();
        glass(&doctor, &id, json!({ "resident_id": NUMBER })).await.expect(201);
        for _ in 0..3 {
            doctor.get(&format!("/api/v1/studies/{study}")).await.expect(200);
        }
        doctor.post(&format!("/api/v1/break-glass/{id}/end"), json!({})).await.expect(204);
        worker::settle(&product.app).await.unwrap();
        let reads = security.get(&format!("/api/v1/break-glass/{id}/reads")).await.expect(200).json;
        let looked = |e: &&Value| e["action"] == "study.read" && e["detail"]["glass"] == id.as_str();
        let looked = reads["items"].as_array().unwrap().iter().filter(looked).count();
        assert_eq!(looked, 1, "once for each glass: {reads:#}");
        product.clock.advance_ms(60_000);
    }
}

#[tokio::test]
async fn an_answer_that_is_kept_for_a_repeated_request_stands_nowhere_in_the_clear() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let body = record(&village, NAME);
    let mut answers = Vec::new();
    for _ in 0..2 {
        let request =
            village.request(reqwest::Method::POST, "/api/v1/patients").header("idempotency-key", "once");
        let answer = tests::harness::Answer::of(request.json(&body).send().await.unwrap()).await.expect(201);
        answers.push(answer.json);
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[0]["address"], "东沟村 77 号");
    for clear in ["%东沟村 77 号%", "%110105194912310%", "%13900001234%"] {
        assert_eq!(store::count_everywhere(&product.app.ground.db, clear).await, 0, "{clear}");
    }
}

#[tokio::test]
async fn nobody_else_on_the_machine_reads_the_store_the_spool_or_the_images() {
    let folder = tempfile::tempdir().unwrap();
    let mut config = tests::harness::config_of(&folder).await;
    // A spool that an earlier version left open.
    let audit = folder.path().join("audit");
    std::fs::create_dir(&audit).unwrap();
    std::fs::set_permissions(&audit, std::fs::Permissions::from_mode(0o755)).unwrap();
    let data = folder.path().join("data");
    config.objects.url = format!("file:{}", data.join("objects").display());
    config.objects.staging = data.join("uploads");
    let product = Product::start_with(folder, config).await;
    let village = product.sign_in("village").await;
    village.get("/api/v1/patients").await.expect(200);
    let open = |path: &std::path::Path| path.metadata().unwrap().permissions().mode() & 0o077;
    for folder in [audit.clone(), data.clone(), data.join("objects"), data.join("uploads")] {
        assert_eq!(open(&folder), 0, "{}", folder.display());
    }
    let mut files: Vec<_> = std::fs::read_dir(&audit).unwrap().map(|entry| entry.unwrap().path()).collect();
    let stored = ["consult.db", "consult.db-wal", "consult.db-shm", "keys"];
    files.extend(stored.map(|name| product.folder.path().join(name)));
    for file in files.iter().filter(|file| file.exists()) {
        assert_eq!(open(file), 0, "{}", file.display());
    }
}
