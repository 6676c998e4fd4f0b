//! Break-glass: a doctor reads a stranger's record in an emergency, for a while, alone, and is reviewed.

use consult_server::worker;
use imaging::phantom::Person;
use serde_json::{Value, json};
use tests::files::ct;
use tests::harness::{Product, User, text};
use tests::tus::Upload;

const STORY: &str = "车祸昏迷送入急诊，身上只有身份证，无家属陪同";

/// 王佩兰 is registered by another organisation; the receiving doctor knows her number from her card.
const STRANGER: &str = "王佩兰";

async fn glass(user: &User<'_>, patient: Value, minutes: i64) -> tests::harness::Answer {
    let body = json!({ "id": user.new_id(), "patient": patient, "reason": "unconscious", "explanation": STORY, "minutes": minutes });
    user.post("/api/v1/break-glass", body).await
}

const PEILAN: Person<'static> =
    Person { name: "Wang^PeiLan", patient_id: "P-81", birth_date: "19491231", sex: "F" };

/// The ids of a patient's studies as somebody sees them.
async fn images(user: &User<'_>, patient: &str) -> Vec<String> {
    let found = user.get(&format!("/api/v1/studies?patient_id={patient}")).await.expect(200).json;
    found["items"].as_array().unwrap().iter().map(|study| text(&study["id"])).collect()
}

/// A patient of the township whom nobody else may see.
async fn stranger(township: &User<'_>) -> (String, Value) {
    let id = township.new_id();
    let body = json!({ "id": id, "name": STRANGER, "sex": "female", "birth_date": "1949-12-31",
        "identity": { "kind": "resident_id", "value": "11010519491231002X" }, "phone": "13900001234", "address": null });
    township.post("/api/v1/patients", body).await.expect(201);
    (id, json!({ "resident_id": "11010519491231002x" }))
}

#[tokio::test]
async fn a_doctor_reads_a_strangers_record_until_the_time_is_over_and_changes_nothing() {
    let product = Product::start().await;
    let (township, doctor) = (product.sign_in("township").await, product.sign_in("doctor").await);
    let (id, wanted) = stranger(&township).await;
    let record = format!("/api/v1/patients/{id}");
    doctor.get(&record).await.expect_refusal(404, "request.not-found");
    let opened = glass(&doctor, wanted, 30).await.expect(201).json;
    assert_eq!(opened["patient"]["id"], id.as_str());
    assert_eq!(opened["is_open"], true);

    let read = doctor.get(&record).await.expect(200);
    for part in ["consults", "legs"] {
        doctor.get(&format!("{record}/{part}")).await.expect(200);
    }
    // The images too, at every door.
    let study = Upload::whole(
        &township,
        ct(81, &PEILAN, 1).remove(0).bytes,
        &[("filename", "a.dcm"), ("patient", &id)],
    )
    .await
    .1;
    let study = text(&study["results"][0]["study_id"]);
    assert_eq!(images(&doctor, &id).await, std::slice::from_ref(&study));
    assert!(images(&product.sign_in("desk").await, &id).await.is_empty());
    doctor.get(&format!("/api/v1/studies/{study}")).await.expect(200);
    let found = doctor.get("/dicom-web/studies?PatientName=*PeiLan*").await.expect(200).json;
    assert_eq!(found.as_array().map(Vec::len), Some(1));
    let patch = json!({ "phone": "13900005678" });
    let version = read.version();
    doctor.patch(&record, version, patch).await.expect_refusal(403, "access.read-only");
    let mut leg = tests::referrals::input(&product.sign_in("village").await, "routine").await;
    (leg["id"], leg["patient_id"]) = (json!(doctor.new_id()), json!(id));
    doctor.post("/api/v1/legs", leg).await.expect_refusal(403, "access.read-only");

    let banner = doctor.get("/api/v1/break-glass").await.expect(200).json;
    assert_eq!(banner["items"].as_array().unwrap().len(), 1);
    product.clock.advance_ms(30 * 60 * 1000);
    assert!(images(&doctor, &id).await.is_empty());
    doctor.get(&format!("/api/v1/studies/{study}")).await.expect_refusal(404, "request.not-found");
    doctor.get(&record).await.expect_refusal(404, "request.not-found");
    let banner = doctor.get("/api/v1/break-glass").await.expect(200).json;
    assert_eq!(banner["items"].as_array().unwrap().len(), 0);
}

#[tokio::test]
async fn nobody_else_of_the_organisation_sees_more_and_no_list_shows_the_patient() {
    let product = Product::start().await;
    let (township, doctor) = (product.sign_in("township").await, product.sign_in("doctor").await);
    let desk = product.sign_in("desk").await;
    let (id, wanted) = stranger(&township).await;
    glass(&doctor, wanted, 60).await.expect(201);
    doctor.get(&format!("/api/v1/patients/{id}")).await.expect(200);
    desk.get(&format!("/api/v1/patients/{id}")).await.expect_refusal(404, "request.not-found");
    for user in [&doctor, &desk] {
        let found = user.get(&format!("/api/v1/patients?q={STRANGER}")).await.expect(200).json;
        assert_eq!(found["items"], json!([]), "searching shows whom one cares for");
    }
}

#[tokio::test]
async fn others_reports_are_read_through_the_glass_and_rooms_stay_shut() {
    let product = Product::start().await;
    let (village, doctor) = (product.sign_in("village").await, product.sign_in("doctor").await);
    let consults = village.get("/api/v1/consults").await.expect(200).json;
    let hidden =
        async |row: &Value| doctor.get(&format!("/api/v1/consults/{}", text(&row["id"]))).await.status == 404;
    let mut found = None;
    for row in consults["items"].as_array().unwrap() {
        if row["state"] != "draft" && hidden(row).await {
            found = Some(row.clone());
            break;
        }
    }
    let row = found.expect("a consult that the county's doctor has no part in");
    let patient = &row["patient"];
    let wanted = json!({ "name": patient["name"], "birth_date": patient["birth_date"] });
    glass(&doctor, wanted, 60).await.expect(201);
    let path = format!("/api/v1/consults/{}", text(&row["id"]));
    let consult = doctor.get(&path).await.expect(200);
    assert_eq!(consult.json["allowed"], json!([]));
    let listed = doctor.get(&format!("/api/v1/patients/{}/consults", text(&patient["id"]))).await.expect(200);
    assert!(listed.json["items"].as_array().unwrap().iter().any(|c| c["id"] == row["id"]));
    let room = text(&consult.json["room_id"]);
    doctor.get(&format!("/api/v1/rooms/{room}")).await.expect_refusal(404, "request.not-found");
    doctor.command(&format!("{path}/cancel"), consult.version(), json!({ "reason": "x" })).await.expect(403);
}

#[tokio::test]
async fn what_is_missing_or_wrong_is_said_and_nothing_is_opened() {
    let product = Product::start().await;
    let (township, doctor) = (product.sign_in("township").await, product.sign_in("doctor").await);
    let (_, wanted) = stranger(&township).await;
    for (patient, minutes, status, code) in [
        (json!({}), 60, 422, "break-glass.patient-missing"),
        (json!({ "name": STRANGER }), 60, 422, "break-glass.patient-missing"),
        (json!({ "resident_id": "110105194912310021" }), 60, 422, "patient.identity-checksum"),
        (json!({ "resident_id": "440524188001010014" }), 60, 404, "break-glass.patient-unknown"),
        (json!({ "name": STRANGER, "birth_date": "1950-01-01" }), 60, 404, "break-glass.patient-unknown"),
        (wanted.clone(), 181, 422, "break-glass.minutes-invalid"),
    ] {
        glass(&doctor, patient, minutes).await.expect_refusal(status, code);
    }
    let short = json!({ "id": doctor.new_id(), "patient": wanted, "reason": "other", "explanation": "急" });
    doctor.post("/api/v1/break-glass", short).await.expect_refusal(422, "break-glass.explanation-missing");
    let open = doctor.get("/api/v1/break-glass").await.expect(200).json;
    assert_eq!(open["items"], json!([]));
}

#[tokio::test]
async fn the_security_administrator_is_told_sees_what_was_read_and_reviews_it_once() {
    let product = Product::start().await;
    let (township, doctor) = (product.sign_in("township").await, product.sign_in("doctor").await);
    let security = product.sign_in("security").await;
    let (id, wanted) = stranger(&township).await;
    let opened = glass(&doctor, wanted, 60).await.expect(201).json;
    doctor.get(&format!("/api/v1/patients/{id}")).await.expect(200);
    doctor.get(&format!("/api/v1/patients/{id}/consults")).await.expect(200);
    worker::settle(&product.app).await.unwrap();

    let notices = security.get("/api/v1/notices").await.expect(200).json;
    let told = notices["items"].as_array().unwrap();
    assert!(told.iter().any(|n| n["type"] == "break_glass.opened" && n["subject"]["id"] == opened["id"]));
    let listed = security.get("/api/v1/break-glass/cases?state=unreviewed").await.expect(200).json;
    assert_eq!(listed["to_review"], 1);
    let case = &listed["items"][0];
    assert_eq!(
        (case["patient"]["name_masked"].as_str(), case["explanation"].as_str()),
        (Some("王**"), Some(STORY))
    );
    assert!(!listed.to_string().contains(STRANGER), "the reviewer is not shown the name");

    let path = format!("/api/v1/break-glass/{}", text(&opened["id"]));
    let one = format!("/api/v1/break-glass/cases/{}", text(&opened["id"]));
    assert_eq!(security.get(&one).await.expect(200).json, *case);
    security
        .get(&format!("/api/v1/break-glass/cases/{}", security.new_id()))
        .await
        .expect_refusal(404, "request.not-found");
    let reads = security.get(&format!("{path}/reads")).await.expect(200).json;
    let actions: Vec<&str> =
        reads["items"].as_array().unwrap().iter().filter_map(|e| e["action"].as_str()).collect();
    assert!(
        actions.contains(&"patient.read")
            && actions.contains(&"consult.read")
            && actions.contains(&"break_glass.opened"),
        "{actions:?}"
    );
    assert!(reads["items"].as_array().unwrap().iter().any(|e| e["basis"] == "break-glass"));

    let verdict = json!({ "verdict": "justified", "note": "急诊记录相符" });
    doctor
        .command(&format!("{path}/review"), 1, verdict.clone())
        .await
        .expect_refusal(403, "access.role-not-allowed");
    security
        .command(&format!("{path}/review"), 7, verdict.clone())
        .await
        .expect_refusal(412, "conflict.changed-meanwhile");
    let reviewed = security.command(&format!("{path}/review"), 1, verdict.clone()).await.expect(200);
    assert_eq!(reviewed.json["review"]["verdict"], "justified");
    let again = security.command(&format!("{path}/review"), reviewed.version(), verdict).await;
    again.expect_refusal(409, "break-glass.reviewed");
}

#[tokio::test]
async fn it_ends_at_once_when_its_person_or_the_reviewer_says_so() {
    let product = Product::start().await;
    let (township, doctor) = (product.sign_in("township").await, product.sign_in("doctor").await);
    let (security, desk) = (product.sign_in("security").await, product.sign_in("desk").await);
    let (id, wanted) = stranger(&township).await;
    for ender in [&doctor, &security] {
        let opened = glass(&doctor, wanted.clone(), 60).await.expect(201).json;
        let end = format!("/api/v1/break-glass/{}/end", text(&opened["id"]));
        doctor.get(&format!("/api/v1/patients/{id}")).await.expect(200);
        desk.post(&end, json!({})).await.expect_refusal(403, "access.role-not-allowed");
        ender.post(&end, json!({})).await.expect(204);
        ender.post(&end, json!({})).await.expect(204);
        doctor.get(&format!("/api/v1/patients/{id}")).await.expect_refusal(404, "request.not-found");
    }
    worker::settle(&product.app).await.unwrap();
    let notices = doctor.get("/api/v1/notices").await.expect(200).json;
    let told = notices["items"].as_array().unwrap().iter().filter(|n| n["type"] == "break_glass.ended");
    assert_eq!(told.count(), 1, "whoever ended it need not be told");
}

#[tokio::test]
async fn the_number_and_the_phone_are_shown_unmasked_only_as_an_act_in_the_trail() {
    let product = Product::start().await;
    let (township, auditor) = (product.sign_in("township").await, product.sign_in("auditor").await);
    let (id, _) = stranger(&township).await;
    let record = township.get(&format!("/api/v1/patients/{id}")).await.expect(200).json;
    assert_eq!(record["identity"]["masked"], "****************2X");
    assert!(!record.to_string().contains("13900001234"));
    let shown = township.post(&format!("/api/v1/patients/{id}/reveal"), json!({})).await.expect(200).json;
    assert_eq!(shown["identity"]["value"], "11010519491231002X");
    assert_eq!(shown["phone"], "13900001234");
    worker::settle(&product.app).await.unwrap();
    let trail =
        auditor.get(&format!("/api/v1/audit?patient={id}&action=patient.revealed")).await.expect(200).json;
    assert_eq!(trail["items"].as_array().unwrap().len(), 1);
    let desk = product.sign_in("desk").await;
    desk.post(&format!("/api/v1/patients/{id}/reveal"), json!({}))
        .await
        .expect_refusal(404, "request.not-found");
}

#[tokio::test]
async fn asking_again_leads_to_what_is_open_and_a_verdict_against_it_ends_it_at_once() {
    let product = Product::start().await;
    let (township, doctor) = (product.sign_in("township").await, product.sign_in("doctor").await);
    let security = product.sign_in("security").await;
    let (id, wanted) = stranger(&township).await;
    let first = glass(&doctor, wanted.clone(), 60).await.expect(201);
    let again = glass(&doctor, wanted.clone(), 180).await.expect(200);
    assert_eq!((again.id(), &again.json["ends_at"]), (first.id(), &first.json["ends_at"]));
    let cases = security.get("/api/v1/break-glass/cases").await.expect(200).json;
    assert_eq!(cases["items"].as_array().map(Vec::len), Some(1));

    let record = format!("/api/v1/patients/{id}");
    doctor.get(&record).await.expect(200);
    let case = format!("/api/v1/break-glass/cases/{}", first.id());
    let version = security.get(&case).await.expect(200).version();
    let verdict = json!({ "verdict": "unjustified", "note": "与抢救无关" });
    let review = format!("/api/v1/break-glass/{}/review", first.id());
    let reviewed = security.command(&review, version, verdict).await.expect(200);
    assert_eq!((reviewed.json["is_open"].as_bool(), reviewed.version()), (Some(false), version + 2));
    doctor.get(&record).await.expect_refusal(404, "request.not-found");

    worker::settle(&product.app).await.unwrap();
    let notices = doctor.get("/api/v1/notices").await.expect(200).json;
    let told = notices["items"].as_array().unwrap().iter().find(|n| n["type"] == "break_glass.reviewed");
    assert_eq!(told.expect("the doctor is told")["payload"]["note"], "与抢救无关");
    let mine = doctor.get("/api/v1/break-glass/mine").await.expect(200).json;
    let one = &mine["items"][0];
    assert_eq!(
        (one["patient"]["name_masked"].as_str(), one["review"]["note"].as_str()),
        (Some("王**"), Some("与抢救无关"))
    );
    let specialist = product.sign_in("specialist").await;
    assert_eq!(specialist.get("/api/v1/break-glass/mine").await.expect(200).json["items"], json!([]));
    // What is over is opened anew.
    glass(&doctor, wanted, 60).await.expect(201);
}
