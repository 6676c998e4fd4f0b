//! Guessing: ids of what belongs to others, passwords with patience, and what is still open when somebody is put out.

use futures_util::StreamExt as _;
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;
use tests::consults;
use tests::files::{STRANGER, ct, ecg};
use tests::harness::{Answer, Product, User, text};
use tests::{referrals, store, tus};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;

/// What a problem says, without what differs between any two requests.
fn shape(answer: &Answer) -> (u16, Value) {
    let mut problem = answer.json.clone();
    for own in ["instance", "request_id"] {
        if let Some(members) = problem.as_object_mut() {
            members.remove(own);
        }
    }
    (answer.status, problem)
}

/// A patient of the village that nobody else has to do with.
async fn patient_of(user: &User<'_>) -> String {
    let id = user.new_id();
    let body = json!({ "id": id, "name": "只在本村", "sex": "unknown", "birth_date": null, "phone": null, "address": null,
                       "identity": { "kind": "unidentified", "value": null } });
    user.post("/api/v1/patients", body).await.expect(201);
    id
}

/// Everything that has an id and belongs to the village alone.
struct Secrets {
    patient: String,
    consult: Value,
    leg: Value,
    study: Value,
    ecg_uid: String,
    upload: String,
    notice: String,
    session: String,
    factor: String,
}

async fn secrets(product: &Product, village: &User<'_>) -> Secrets {
    let patient = patient_of(village).await;
    let mut consult = consults::input(village, "routine").await;
    consult["patient_id"] = json!(patient);
    let consult = village.post("/api/v1/consults", consult).await.expect(201).json;
    let mut leg = referrals::input(village, "routine").await;
    leg["patient_id"] = json!(patient);
    let leg = village.post("/api/v1/legs", leg).await.expect(201).json;
    let waveform = ecg(5, &STRANGER);
    let (_, sent) = tus::Upload::whole(village, waveform.bytes, &[("filename", "ecg.dcm")]).await;
    let study = text(&sent["results"][0]["study_id"]);
    let study = village.get(&format!("/api/v1/studies/{study}")).await.expect(200).json;
    let upload = tus::Upload::begin(village, 10, &[("filename", "half.dcm")]).await.path;
    let begun = village.post("/api/v1/session/factors/totp", json!({})).await.expect(201).json;
    let sessions = village.get("/api/v1/session/list").await.expect(200).json;
    // Something is told to the village, so that it has a notice.
    let specialist = product.sign_in("specialist").await;
    let told = consults::submitted(village, "routine").await;
    consults::give(&specialist, &told, "claim", json!({})).await.expect(200);
    consult_server::worker::settle(&product.app).await.unwrap();
    let notices = village.get("/api/v1/notices").await.expect(200).json;
    Secrets {
        patient,
        consult,
        leg,
        ecg_uid: text(&study["ecg"]["instance_uid"]),
        study,
        upload: upload.rsplit('/').next().unwrap().to_owned(),
        notice: text(&notices["items"][0]["id"]),
        session: text(&sessions["items"][0]["id"]),
        factor: text(&begun["id"]),
    }
}

#[tokio::test]
async fn an_id_of_somebody_elses_is_answered_like_one_that_does_not_exist() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let secret = secrets(&product, &village).await;
    let (room, case) = (text(&secret.consult["room_id"]), text(&secret.leg["case_id"]));
    let (consult, leg) = (text(&secret.consult["id"]), text(&secret.leg["id"]));
    let (study, uid) = (text(&secret.study["id"]), text(&secret.study["study_uid"]));
    let (patient, nobody) = (&secret.patient, village.new_id());
    let own = "1.2.826.0.1.3680043.10.1";
    // Method, path with the id, the id in it, one like it that is nobody's, a body.
    let doors: Vec<(Method, String, &str, String, Value)> = vec![
        (Method::GET, format!("/api/v1/patients/{patient}"), patient, nobody.clone(), Value::Null),
        (
            Method::PATCH,
            format!("/api/v1/patients/{patient}"),
            patient,
            nobody.clone(),
            json!({ "phone": "13800000000" }),
        ),
        (Method::GET, format!("/api/v1/studies?patient_id={patient}"), patient, nobody.clone(), Value::Null),
        (Method::GET, format!("/api/v1/consults/{consult}"), &consult, nobody.clone(), Value::Null),
        (Method::GET, format!("/api/v1/consults/{consult}/timeline"), &consult, nobody.clone(), Value::Null),
        (
            Method::PATCH,
            format!("/api/v1/consults/{consult}"),
            &consult,
            nobody.clone(),
            json!({ "question": "?" }),
        ),
        (Method::POST, format!("/api/v1/consults/{consult}/submit"), &consult, nobody.clone(), json!({})),
        (
            Method::POST,
            format!("/api/v1/consults/{consult}/cancel"),
            &consult,
            nobody.clone(),
            json!({ "reason": "?" }),
        ),
        (
            Method::POST,
            format!("/api/v1/consults/{consult}/studies"),
            &consult,
            nobody.clone(),
            json!({ "study_id": study }),
        ),
        (Method::GET, format!("/api/v1/legs/{leg}"), &leg, nobody.clone(), Value::Null),
        (Method::GET, format!("/api/v1/legs/{leg}/timeline"), &leg, nobody.clone(), Value::Null),
        (Method::POST, format!("/api/v1/legs/{leg}/submit"), &leg, nobody.clone(), json!({})),
        (Method::POST, format!("/api/v1/legs/{leg}/note"), &leg, nobody.clone(), json!({ "text": "?" })),
        (Method::GET, format!("/api/v1/cases/{case}"), &case, nobody.clone(), Value::Null),
        (Method::GET, format!("/api/v1/studies/{study}"), &study, nobody.clone(), Value::Null),
        (Method::GET, format!("/api/v1/studies/{study}/preview"), &study, nobody.clone(), Value::Null),
        (
            Method::GET,
            format!("/api/v1/studies/{study}/comparison?patient_id={patient}"),
            &study,
            nobody.clone(),
            Value::Null,
        ),
        (
            Method::POST,
            format!("/api/v1/studies/{study}/assign"),
            &study,
            nobody.clone(),
            json!({ "patient_id": patient }),
        ),
        (
            Method::GET,
            format!("/api/v1/ecgs/{}", secret.ecg_uid),
            &secret.ecg_uid,
            own.to_owned(),
            Value::Null,
        ),
        (
            Method::GET,
            format!("/api/v1/ecgs/{}/samples", secret.ecg_uid),
            &secret.ecg_uid,
            own.to_owned(),
            Value::Null,
        ),
        (Method::GET, format!("/dicom-web/studies/{uid}/metadata"), &uid, own.to_owned(), Value::Null),
        (Method::GET, format!("/dicom-web/studies/{uid}/thumbnail"), &uid, own.to_owned(), Value::Null),
        (Method::GET, format!("/dicom-web/studies/{uid}/series"), &uid, own.to_owned(), Value::Null),
        (
            Method::GET,
            format!("/api/v1/uploads/{}", secret.upload),
            &secret.upload,
            nobody.clone(),
            Value::Null,
        ),
        (Method::GET, format!("/api/v1/rooms/{room}"), &room, nobody.clone(), Value::Null),
        (
            Method::POST,
            format!("/api/v1/notices/{}/read", secret.notice),
            &secret.notice,
            nobody.clone(),
            json!({}),
        ),
        (
            Method::DELETE,
            format!("/api/v1/session/list/{}", secret.session),
            &secret.session,
            nobody.clone(),
            Value::Null,
        ),
        (
            Method::DELETE,
            format!("/api/v1/session/factors/{}", secret.factor),
            &secret.factor,
            nobody.clone(),
            Value::Null,
        ),
    ];
    for login in ["township", "specialist2", "doctor", "admin", "auditor"] {
        let guesser = product.sign_in(login).await;
        for (method, path, id, nobodys, body) in &doors {
            let ask = |path: String| {
                let request = guesser.request(method.clone(), &path).header("if-match", "\"1\"");
                if body.is_null() { request } else { request.json(body) }
            };
            let theirs = Answer::of(ask(path.clone()).send().await.unwrap()).await;
            let random = Answer::of(ask(path.replace(*id, nobodys)).send().await.unwrap()).await;
            assert_eq!(shape(&theirs), shape(&random), "{login}: {method} {path}");
            assert!(
                theirs.status >= 400 || theirs.json["items"] == json!([]) || theirs.json == json!([]),
                "{login}: {method} {path}: {} {}",
                theirs.status,
                theirs.json
            );
        }
        for method in [Method::HEAD, Method::DELETE] {
            for id in [&secret.upload, &nobody] {
                let request = guesser
                    .request(method.clone(), &format!("/uploads/{id}"))
                    .header("tus-resumable", "1.0.0");
                let status = request.send().await.unwrap().status();
                assert!(status == 404 || status == 403, "{login}: {method} /uploads: {status}");
            }
        }
        // What is taken in a body.
        for (path, field, theirs) in
            [("/api/v1/consults", "patient_id", patient), ("/api/v1/legs", "patient_id", patient)]
        {
            let mut body = if path.ends_with("legs") { secret.leg.clone() } else { secret.consult.clone() };
            body["id"] = json!(guesser.new_id());
            body[field] = json!(theirs);
            let theirs = guesser.post(path, body.clone()).await;
            body["id"] = json!(guesser.new_id());
            body[field] = json!(nobody);
            assert_eq!(shape(&theirs), shape(&guesser.post(path, body).await), "{login}: POST {path}");
            assert!(theirs.status >= 400, "{login}: POST {path}");
        }
    }
    assert_eq!(village.get(&format!("/api/v1/patients/{patient}")).await.version(), 1, "nothing was changed");
}

/// Whoever guesses as fast as the answers allow, day and night, looks at about a hundred passwords of an account a day.
#[tokio::test]
async fn a_patient_guesser_tries_a_hundred_passwords_a_day_and_everybody_else_works_meanwhile() {
    let product = Product::start().await;
    store::execute(&product.app.ground.db, "UPDATE account SET demo = 0").await;
    let day_ms = 24 * 3600 * 1000;
    let (mut looked_at, mut passed) = (0, 0);
    while passed < day_ms {
        let answer = product.knock("village", &format!("guess number {looked_at}")).await;
        match answer.retry_after {
            Some(seconds) => {
                product.clock.advance_ms(seconds * 1000);
                passed += seconds * 1000;
            }
            None => {
                answer.expect_refusal(401, "access.wrong-credentials");
                looked_at += 1;
            }
        }
    }
    assert!((90..=120).contains(&looked_at), "{looked_at} guesses in a day");
    let guessing = futures_util::future::join_all(
        (0..500).map(|n| product.knock("village", if n % 2 == 0 { "a" } else { "b" })),
    );
    let working = async {
        let doctor = product.sign_in("doctor").await;
        for _ in 0..20 {
            doctor.get("/api/v1/legs").await.expect(200);
        }
    };
    let working = tokio::time::timeout(Duration::from_secs(20), working);
    let (_, worked) = tokio::join!(guessing, working);
    worked.expect("others get in and work while somebody guesses");
}

#[tokio::test]
async fn what_a_leaver_has_open_ends() {
    let product = Product::start().await;
    let (admin, village) = (product.sign_in("admin").await, product.sign_in("village").await);
    let specialist = product.sign_in("specialist").await;
    let consult = consults::submitted(&village, "routine").await;
    let url =
        product.url(&format!("/api/v1/rooms/{}/signal", text(&consult["room_id"]))).replace("http", "ws");
    let mut request = url.into_client_request().unwrap();
    request.headers_mut().insert("cookie", format!("consult_session={}", specialist.token).parse().unwrap());
    let (mut room, _) =
        tokio_tungstenite::connect_async(request).await.expect("the room is open to the specialist");
    let stream = specialist.request(Method::GET, "/api/v1/events").send().await.unwrap();
    assert_eq!(stream.status(), 200);

    let path = format!("/api/v1/people/{}", text(&specialist.me["person"]["id"]));
    let version = admin.get(&path).await.expect(200).version();
    admin.command(&format!("{path}/leave"), version, json!({})).await.expect(200);
    consults::give(
        &village,
        &consults::read(&village, &consult).await,
        "cancel",
        json!({ "reason": "专家已离职" }),
    )
    .await
    .expect(200);
    let heard = tokio::time::timeout(Duration::from_secs(5), stream.text()).await;
    let heard = heard.expect("the stream ends at once").unwrap();
    let cancelled = consults::read(&village, &consult).await["version"].clone();
    assert!(!heard.contains(&format!("\"version\":{cancelled}}}")), "told to somebody who has left: {heard}");
    let closed = tokio::time::timeout(Duration::from_secs(40), async {
        loop {
            match room.next().await {
                Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                Some(Ok(_)) => {}
            }
        }
    });
    closed.await.expect("the room puts a leaver out");
}

/// One CT is enough to be counted; its ids are not.
#[tokio::test]
async fn lists_searches_and_counts_of_a_stranger_do_not_hold_what_is_not_theirs() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let patient = patient_of(&village).await;
    let slice = ct(3, &STRANGER, 1).remove(0);
    let metadata = [("filename", "a.dcm"), ("patient", patient.as_str())];
    tus::Upload::whole(&village, slice.bytes, &metadata).await.0.expect(204);
    for login in ["township", "specialist2", "doctor"] {
        let stranger = product.sign_in(login).await;
        for path in [
            "/api/v1/patients?q=只在本村",
            "/api/v1/studies",
            "/api/v1/studies/pending",
            "/dicom-web/studies?PatientName=Ouyang*",
            "/dicom-web/series?Modality=CT&PatientName=Ouyang*",
            "/dicom-web/instances?PatientID=X-404",
        ] {
            let answer = stranger.get(path).await;
            let told = answer.json.to_string();
            assert!(
                answer.status < 500 && !told.contains(&patient) && !told.contains("X-404"),
                "{login}: {path}: {told}"
            );
        }
    }
}
