//! Access that outlives its reason (I-11): drafts, amendments, missed deadlines, uploads and legs that have ended let nobody see a
//! patient longer than they are cared for.

use consult_server::worker;
use futures_util::stream;
use imaging::phantom::Person;
use serde_json::{Value, json};
use tests::consults::{self, give};
use tests::files::{STRANGER, ct};
use tests::harness::{Answer, Product, User, text};
use tests::people::leave;
use tests::tus::Upload;
use tests::{referrals, store};

const DAY: i64 = 24 * 3_600_000;

/// A patient whom one organisation alone cares for.
async fn patient_of(user: &User<'_>) -> String {
    let id = user.new_id();
    let body = json!({ "id": id, "name": "只在本村", "sex": "unknown", "birth_date": null, "phone": null, "address": null,
                       "identity": { "kind": "unidentified", "value": null } });
    user.post("/api/v1/patients", body).await.expect(201);
    id
}

/// The care that registering gave is over.
async fn care_ends(product: &Product) {
    let end = "UPDATE access_grant SET ends_at = 1 WHERE subject_kind = 'patient' \
               AND patient_id IN (SELECT id FROM patient WHERE name = '只在本村')";
    store::execute(&product.app.ground.db, end).await;
}

async fn sees(user: &User<'_>, patient: &str) -> bool {
    let answer = user.get(&format!("/api/v1/patients/{patient}")).await;
    assert!(matches!(answer.status, 200 | 404), "{:#}", answer.json);
    answer.status == 200
}

#[tokio::test]
async fn a_draft_that_waited_until_the_care_was_over_gives_nothing_back() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let patient = patient_of(&village).await;
    let mut consult = consults::input(&village, "routine").await;
    consult["patient_id"] = json!(patient);
    let consult = village.post("/api/v1/consults", consult).await.expect(201).json;
    let mut leg = referrals::input(&village, "routine").await;
    leg["patient_id"] = json!(patient);
    let leg = village.post("/api/v1/legs", leg).await.expect(201);
    care_ends(&product).await;
    let refused = give(&village, &consult, "submit", json!({})).await;
    refused.expect_refusal(403, "access.relation-ended");
    let submit = referrals::path(&leg.id(), "submit");
    let refused = village.command(&submit, leg.version(), json!({})).await;
    refused.expect_refusal(403, "access.relation-ended");
    assert!(!sees(&village, &patient).await);
    worker::settle(&product.app).await.unwrap();
    let auditor = product.sign_in("auditor").await;
    let query = format!("/api/v1/audit?patient={patient}&outcome=denied&basis=access.relation-ended");
    let tried = auditor.get(&query).await.expect(200).json;
    assert_eq!(tried["items"].as_array().unwrap().len(), 2, "{tried:#}");
}

/// A consult about the patient, from the question to the signed answer.
async fn signed(village: &User<'_>, specialist: &User<'_>, patient: &str) -> Value {
    let mut consult = consults::input(village, "routine").await;
    consult["patient_id"] = json!(patient);
    let draft = village.post("/api/v1/consults", consult).await.expect(201).json;
    let mut consult = give(village, &draft, "submit", json!({})).await.expect(200).json;
    for (command, body) in [
        ("claim", json!({})),
        ("start", json!({})),
        ("draft_report", consults::report()),
        ("sign", json!({})),
    ] {
        consult = give(specialist, &consult, command, body).await.expect(200).json;
    }
    consult
}

#[tokio::test]
async fn a_report_that_is_amended_long_after_opens_the_record_for_a_week_and_no_longer() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let patient = patient_of(&village).await;
    let specialist = product.sign_in("specialist").await;
    let consult = signed(&village, &specialist, &patient).await;
    assert!(sees(&specialist, &patient).await);
    let adopted = json!({ "adoption": "adopted" });
    give(&village, &consult, "acknowledge", adopted).await.expect(200);
    product.clock.advance_ms(31 * DAY);

    let specialist = product.sign_in("specialist").await;
    assert!(!sees(&specialist, &patient).await);
    let closed = consults::read(&specialist, &consult).await;
    let amending =
        give(&specialist, &closed, "amend", json!({ "reason": "左右写反" })).await.expect(200).json;
    assert!(sees(&specialist, &patient).await, "to amend is to look again");
    worker::settle(&product.app).await.unwrap();
    let village = product.sign_in("village").await;
    let notices = village.get("/api/v1/notices?limit=200").await.expect(200).json;
    let told = notices["items"].as_array().unwrap().iter().find(|n| n["type"] == "consult.amended");
    assert!(told.is_some_and(|n| n["payload"]["access_until"].is_string()), "{notices:#}");

    product.clock.advance_ms(7 * DAY);
    let specialist = product.sign_in("specialist").await;
    assert!(!sees(&specialist, &patient).await);
    // What was begun is brought to its end all the same.
    let standing = consults::read(&specialist, &amending).await;
    let signed = give(&specialist, &standing, "sign", json!({})).await.expect(200).json;
    assert_eq!(signed["state"], "delivered");
    assert!(!sees(&specialist, &patient).await);
}

#[tokio::test]
async fn a_report_amended_while_its_consult_lives_keeps_the_record_open_as_before() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let delivered = consults::delivered(&product, &village).await;
    let specialist = product.sign_in("specialist").await;
    give(&specialist, &delivered, "amend", json!({ "reason": "补充" })).await.expect(200);
    product.clock.advance_ms(8 * DAY);
    let specialist = product.sign_in("specialist").await;
    let patient = text(&delivered["patient"]["id"]);
    assert!(sees(&specialist, &patient).await);
}

#[tokio::test]
async fn whoever_a_missed_deadline_calls_sees_the_consult_and_not_the_record() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let patient = patient_of(&village).await;
    let specialist = product.sign_in("specialist").await;
    let consult = signed(&village, &specialist, &patient).await;
    product.clock.advance_ms(3 * DAY);
    worker::settle(&product.app).await.unwrap();
    let manager = product.sign_in("manager").await;
    let late = consults::row(&manager, "todo", &consult).await.expect("it waits for the manager");
    assert_eq!(late["owed"]["organisation"]["name"], "清河县人民医院");
    consults::read(&manager, &consult).await;
    let notices = manager.get("/api/v1/notices").await.expect(200).json;
    assert!(notices["items"].as_array().unwrap().iter().any(|n| n["type"] == "consult.deadline_missed"));
    for login in ["doctor", "desk"] {
        let colleague = product.sign_in(login).await;
        assert!(!sees(&colleague, &patient).await, "{login}");
        colleague.get(&consults::path(&consult, "")).await.expect_refusal(404, "request.not-found");
        let found = colleague.get("/api/v1/patients?q=只在本村").await.expect(200).json;
        assert_eq!(found["items"], json!([]), "{login}");
    }
}

#[tokio::test]
async fn a_receiver_who_declined_sees_the_patient_for_thirty_days_more_though_the_case_goes_on() {
    let product = Product::start().await;
    let (village, desk) = (product.sign_in("village").await, product.sign_in("desk").await);
    let patient = patient_of(&village).await;
    let mut leg = referrals::input(&village, "routine").await;
    leg["patient_id"] = json!(patient);
    let leg = village.post("/api/v1/legs", leg).await.expect(201);
    let sent = referrals::step(&village, &leg, "submit", json!({})).await;
    let opened = referrals::step(&desk, &sent, "open", json!({})).await;
    let body = json!({ "reason_code": "no_bed", "suggestion": "请先在镇卫生院观察" });
    referrals::step(&desk, &opened, "decline", body).await;
    product.clock.advance_ms(29 * DAY);
    assert!(sees(&product.sign_in("desk").await, &patient).await);
    product.clock.advance_ms(DAY);
    let desk = product.sign_in("desk").await;
    assert!(!sees(&desk, &patient).await);
    // What it was sent, and what it decided, stays its own.
    let standing = referrals::reread(&desk, &leg.id()).await;
    assert_eq!(standing.json["state"], "declined");
}

#[tokio::test]
async fn an_upload_that_ends_after_the_care_brings_nothing_in() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let patient = patient_of(&village).await;
    let bytes = ct(7, &STRANGER, 1).remove(0).bytes;
    let upload = Upload::begin(&village, bytes.len(), &[("filename", "a.dcm"), ("patient", &patient)]).await;
    let (first, second) = bytes.split_at(1000);
    upload.send(0, first.to_vec()).await.expect(204);
    care_ends(&product).await;
    upload.send(first.len(), second.to_vec()).await.expect_refusal(403, "access.relation-ended");
    let outcome = upload.outcome().await;
    assert_eq!((&outcome["state"], &outcome["code"]), (&json!("failed"), &json!("access.relation-ended")));
    assert_eq!(studies(&product).await, 0);
    let left = std::fs::read_dir(&product.app.ground.config.objects.staging).unwrap();
    assert_eq!(
        left.filter(|entry| entry.as_ref().unwrap().path().extension().is_some_and(|e| e == "part")).count(),
        0
    );
    // Asked again it says the same.
    upload.send(bytes.len(), Vec::new()).await.expect_refusal(403, "access.relation-ended");
}

async fn studies(product: &Product) -> usize {
    store::texts(&product.app.ground.db, "SELECT id FROM study").await.len()
}

#[tokio::test]
async fn what_a_leaver_was_still_sending_is_not_taken_in() {
    let product = Product::start().await;
    let (village, admin) = (product.sign_in("village").await, product.sign_in("admin").await);
    let bytes = ct(8, &STRANGER, 1).remove(0).bytes;
    let upload = Upload::begin(&village, bytes.len(), &[("filename", "slow.dcm")]).await;
    let (line, pieces) = tokio::sync::mpsc::channel::<std::io::Result<Vec<u8>>>(1);
    let body = stream::unfold(pieces, |mut pieces| async move {
        let piece = pieces.recv().await?;
        Some((piece, pieces))
    });
    let sending = village
        .request(reqwest::Method::PATCH, &upload.path)
        .header("tus-resumable", "1.0.0")
        .header("content-type", "application/offset+octet-stream")
        .header("upload-offset", 0)
        .body(reqwest::Body::wrap_stream(body));
    let leaving = async {
        line.send(Ok(bytes[..1000].to_vec())).await.unwrap();
        // The server has begun to write: the request was let in.
        let part = product.app.ground.config.objects.staging.join(format!("{}.part", id_of(&upload)));
        while std::fs::metadata(&part).map_or(0, |file| file.len()) == 0 {
            tokio::task::yield_now().await;
        }
        leave(&admin, &text(&village.me["person"]["id"])).await;
        line.send(Ok(bytes[1000..].to_vec())).await.unwrap();
        drop(line);
    };
    let (answer, ()) = futures_util::join!(sending.send(), leaving);
    Answer::of(answer.unwrap()).await.expect_refusal(401, "access.session-expired");
    assert_eq!(studies(&product).await, 0);
}

fn id_of(upload: &Upload<'_>) -> String {
    upload.path.rsplit('/').next().unwrap().to_owned()
}

#[tokio::test]
async fn an_uploader_whose_session_ended_goes_on_after_signing_in_again() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let bytes = ct(9, &STRANGER, 1).remove(0).bytes;
    let upload = Upload::begin(&village, bytes.len(), &[("filename", "a.dcm")]).await;
    upload.send(0, bytes[..1000].to_vec()).await.expect(204);
    village.delete("/api/v1/session").await.expect(204);
    let village = product.sign_in("village").await;
    let again = Upload::resume(&village, &upload.path);
    assert_eq!(again.offset().await, 1000);
    again.send(1000, bytes[1000..].to_vec()).await.expect(204);
    let outcome: Value = again.outcome().await;
    assert_eq!(outcome["state"], "done");
}

const PEILAN: Person<'static> =
    Person { name: "Wang^PeiLan", patient_id: "P-81", birth_date: "19491231", sex: "F" };

#[tokio::test]
async fn whoever_received_a_study_first_does_not_see_what_others_add_to_it_once_the_care_is_over() {
    let product = Product::start().await;
    let (village, township) = (product.sign_in("village").await, product.sign_in("township").await);
    let body = |user: &User<'_>| {
        json!({ "id": user.new_id(), "name": "王佩兰", "sex": "female", "birth_date": "1949-12-31", "phone": null, "address": null,
                "identity": { "kind": "resident_id", "value": "11010519491231002X" } })
    };
    let patient = village.post("/api/v1/patients", body(&village)).await.expect(201).id();
    township.post("/api/v1/patients", body(&township)).await.expect(200);
    let alone = ct(21, &PEILAN, 1).remove(0).bytes;
    let mut both = ct(22, &PEILAN, 2).into_iter();
    let send = async |user: &User<'_>, bytes: Vec<u8>| {
        let sent = Upload::whole(user, bytes, &[("filename", "a.dcm"), ("patient", &patient)]).await.1;
        assert_eq!(sent["results"][0]["outcome"], "stored", "{sent:#}");
        format!("/api/v1/studies/{}", text(&sent["results"][0]["study_id"]))
    };
    let own = send(&village, alone).await;
    let shared = send(&village, both.next().unwrap().bytes).await;
    assert_eq!(send(&township, both.next().unwrap().bytes).await, shared);
    let end = "UPDATE access_grant SET ends_at = 1 WHERE subject_kind = 'patient' \
               AND patient_id IN (SELECT id FROM patient WHERE name = '王佩兰') \
               AND organisation_id = (SELECT id FROM organisation WHERE code = 'V001')";
    store::execute(&product.app.ground.db, end).await;
    village.get(&own).await.expect(200);
    village.get(&shared).await.expect_refusal(404, "request.not-found");
    let listed = village.get("/api/v1/studies?limit=100").await.expect(200).json;
    assert!(!listed.to_string().contains(shared.rsplit('/').next().unwrap()), "{listed:#}");
    township.get(&shared).await.expect(200);
}

#[tokio::test]
async fn nobody_holds_the_disk_with_uploads_that_are_never_sent() {
    const GIB: usize = 1 << 30;
    let product = Product::start().await;
    let (village, township) = (product.sign_in("village").await, product.sign_in("township").await);
    let first = Upload::begin(&village, 16 * GIB, &[("filename", "a.zip")]).await;
    Upload::begin(&village, 16 * GIB, &[("filename", "b.zip")]).await;
    let refused = Answer::of(Upload::ask(&village, 100, &[("filename", "c.dcm")]).await).await;
    refused.expect_refusal(409, "upload.too-much-at-once");
    Upload::begin(&township, 16 * GIB, &[("filename", "d.zip")]).await;
    let remove = village.request(reqwest::Method::DELETE, &first.path).header("tus-resumable", "1.0.0");
    assert!(remove.send().await.unwrap().status().is_success());
    Upload::begin(&village, 100, &[("filename", "c.dcm")]).await;
}
