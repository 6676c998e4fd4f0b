//! Images come in and go out as other programs see it: DCMTK by DIMSE, and DICOMweb by plain HTTP.

use imaging::phantom::{File, Person};
use reqwest::Method;
use serde_json::{Value, json};
use std::path::PathBuf;
use tests::files::{STRANGER, WANG, ZHANG, ct, dcmtk, ecg, write};
use tests::harness::{Product, User, text};

async fn store(product: &Product, title: &str, files: &[PathBuf]) -> std::process::Output {
    let mut arguments = ["-v", "-aet", title, "-aec", "CONSULT", "127.0.0.1"].map(str::to_owned).to_vec();
    arguments.push(product.dimse.port().to_string());
    arguments.extend(files.iter().map(|path| path.to_string_lossy().into_owned()));
    dcmtk("storescu", arguments).await
}

/// What a program said, on both of its outputs.
fn said(output: &std::process::Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

async fn studies(user: &User<'_>) -> Vec<Value> {
    user.get("/api/v1/studies").await.expect(200).json["items"].as_array().unwrap().clone()
}

async fn stow(user: &User<'_>, files: &[File]) -> tests::harness::Answer {
    let mut body = Vec::new();
    for file in files {
        body.extend(b"--slice\r\nContent-Type: application/dicom\r\n\r\n");
        body.extend(&file.bytes);
        body.extend(b"\r\n");
    }
    body.extend(b"--slice--\r\n");
    let request = user
        .request(Method::POST, "/dicom-web/studies")
        .header("content-type", "multipart/related; type=\"application/dicom\"; boundary=slice")
        .header("accept", "application/dicom+json")
        .body(body);
    tests::harness::Answer::of(request.send().await.unwrap()).await
}

#[tokio::test]
async fn the_clinics_device_is_answered_and_an_unknown_one_is_rejected() {
    let product = Product::start().await;
    let echo = |title: &str, called: &str| {
        let port = product.dimse.port().to_string();
        dcmtk(
            "echoscu",
            ["-v", "-aet", title, "-aec", called, "127.0.0.1", &port].map(str::to_owned).to_vec(),
        )
    };
    assert!(echo("CLINIC", "CONSULT").await.status.success());
    let unknown = echo("STRANGER", "CONSULT").await;
    assert!(!unknown.status.success() && said(&unknown).contains("Calling AE Title Not Recognized"));
    let wrong = echo("CLINIC", "OTHER").await;
    assert!(!wrong.status.success() && said(&wrong).contains("Called AE Title Not Recognized"));
}

#[tokio::test]
async fn what_a_device_stores_goes_to_the_patient_its_number_leads_to() {
    let product = Product::start().await;
    let folder = tempfile::tempdir().unwrap();
    let files = write(folder.path(), &ct(1, &ZHANG, 3));
    let stored = store(&product, "CLINIC", &files).await;
    assert!(stored.status.success(), "{}", said(&stored));
    // The village cares for the patient, the township centre received the images; the county hospital has no part in it.
    let village = product.sign_in("village").await;
    let patient = village.patient("张小东").await;
    for user in [&village, &product.sign_in("township").await] {
        let studies = studies(user).await;
        assert_eq!(studies.len(), 1);
        assert_eq!(
            (studies[0]["status"].as_str(), studies[0]["instances"].as_i64()),
            (Some("matched"), Some(3))
        );
        assert_eq!(text(&studies[0]["patient_id"]), patient);
        assert_eq!(studies[0]["dicom_patient"]["name"], "张小东");
        assert_eq!(studies[0]["description"], "头颅CT平扫");
    }
    let id = text(&studies(&village).await[0]["id"]);
    let doctor = product.sign_in("doctor").await;
    assert!(studies(&doctor).await.is_empty());
    doctor.get(&format!("/api/v1/studies/{id}")).await.expect_refusal(404, "request.not-found");
    let admin = product.sign_in("admin").await;
    admin.get("/api/v1/studies").await.expect_refusal(403, "access.no-clinical-role");
}

#[tokio::test]
async fn a_study_of_nobody_known_waits_until_it_is_assigned_and_its_number_leads_there_the_next_time() {
    let product = Product::start().await;
    let folder = tempfile::tempdir().unwrap();
    store(&product, "CLINIC", &write(folder.path(), &[ecg(2, &STRANGER)])).await;
    let (village, township) = (product.sign_in("village").await, product.sign_in("township").await);
    assert!(studies(&village).await.is_empty(), "only the organisation that received it sees it");
    let study = studies(&township).await[0].clone();
    assert_eq!(study["status"], "unassigned");
    let patient = township.patient("刘洋").await;
    let path = format!("/api/v1/studies/{}/assign", text(&study["id"]));
    let body = serde_json::json!({ "patient_id": patient });
    let strangers = serde_json::json!({ "patient_id": village.patient("王秀英").await });
    township.post(&path, strangers).await.expect_refusal(404, "request.not-found");
    village.post(&path, body.clone()).await.expect_refusal(404, "request.not-found");
    let assigned = township.post(&path, body.clone()).await.expect(200);
    assert_eq!(
        (&assigned.json["status"], text(&assigned.json["patient_id"])),
        (&"matched".into(), patient.clone())
    );
    township.post(&path, body).await.expect(200);
    // The device's number is the patient's now; but the name on the file still is not theirs, and that is said.
    store(&product, "CLINIC", &write(folder.path(), &ct(3, &STRANGER, 1))).await;
    let next = township.get("/api/v1/studies?status=quarantined").await.expect(200).json["items"][0].clone();
    assert_eq!(next["mismatch"], serde_json::json!(["name", "birth_date"]));
}

#[tokio::test]
async fn a_known_number_with_another_persons_name_is_kept_apart_with_a_warning() {
    let product = Product::start().await;
    let folder = tempfile::tempdir().unwrap();
    let mistaken = imaging::phantom::Person { patient_id: ZHANG.patient_id, ..WANG };
    let stored = store(&product, "CLINIC", &write(folder.path(), &[ecg(4, &mistaken)])).await;
    // B000, by its name.
    assert!(said(&stored).contains("Warning: CoercionOfDataElements"), "{}", said(&stored));
    let village = product.sign_in("village").await;
    assert!(studies(&village).await.is_empty());
    let township = product.sign_in("township").await;
    assert_eq!(studies(&township).await[0]["status"], "quarantined");
}

#[tokio::test]
async fn storing_the_same_images_again_changes_nothing() {
    let product = Product::start().await;
    let folder = tempfile::tempdir().unwrap();
    let files = write(folder.path(), &ct(1, &ZHANG, 2));
    for _ in 0..2 {
        assert!(store(&product, "CLINIC", &files).await.status.success());
    }
    let village = product.sign_in("village").await;
    let studies = studies(&village).await;
    assert_eq!((studies.len(), studies[0]["instances"].as_i64()), (1, Some(2)));
}

#[tokio::test]
async fn instances_go_in_by_stow_are_found_by_qido_and_come_out_as_they_were() {
    let product = Product::start().await;
    let township = product.sign_in("township").await;
    let slices = ct(5, &ZHANG, 4);
    let answer = stow(&township, &slices).await.expect(200);
    assert_eq!(answer.json["00081199"]["Value"].as_array().unwrap().len(), 4);

    let study = &slices[0].study_uid;
    let village = product.sign_in("village").await;
    for query in [
        "PatientName=张*",
        "PatientName=zhang*",
        "PatientID=LL20260017",
        "ModalitiesInStudy=CT&StudyDate=20261101-20261130",
    ] {
        let found = village.get(&format!("/dicom-web/studies?{query}")).await.expect(200).json;
        assert_eq!(found[0]["0020000D"]["Value"][0], study.as_str(), "{query}");
        assert_eq!(found[0]["00201208"]["Value"][0], 4, "{query}");
    }
    for query in ["PatientName=王*", "StudyDate=20250101-20250131", "ModalitiesInStudy=MR"] {
        let found =
            village.request(Method::GET, &format!("/dicom-web/studies?{query}")).send().await.unwrap();
        assert!(matches!(found.status().as_u16(), 200 | 204), "{query}");
        assert!(!found.text().await.unwrap().contains(study.as_str()), "{query}");
    }
    let path = format!("/dicom-web/studies/{study}/series/{}/instances", slices[0].series_uid);
    let instances = village.get(&path).await.expect(200).json;
    assert_eq!(instances.as_array().unwrap().len(), 4);
    assert_eq!(instances[2]["00080018"]["Value"][0], slices[2].instance_uid.as_str());

    let instance = format!("{path}/{}", slices[1].instance_uid);
    let get = async |path: &str, accept: &str| {
        village.request(Method::GET, path).header("accept", accept).send().await.unwrap()
    };
    let file = get(&instance, "application/dicom").await;
    assert_eq!(file.headers()["x-content-type-options"], "nosniff");
    assert_eq!(file.bytes().await.unwrap(), slices[1].bytes, "byte for byte");
    let metadata = village.get(&format!("{instance}/metadata")).await.expect(200).json;
    assert_eq!(metadata[0]["00100010"]["Value"][0]["Alphabetic"], "张^小东");
    let frame = get(&format!("{instance}/frames/1"), "application/octet-stream").await.bytes().await.unwrap();
    assert_eq!(frame.len(), 512 * 512 * 2);
    let rendered = get(&format!("{instance}/rendered"), "image/jpeg").await.bytes().await.unwrap();
    assert!(rendered.starts_with(&[0xff, 0xd8, 0xff]));
    let whole =
        get(&format!("/dicom-web/studies/{study}"), "multipart/related; type=\"application/dicom\"").await;
    assert!(whole.bytes().await.unwrap().len() > 4 * 512 * 512 * 2);

    let doctor = product.sign_in("doctor").await;
    assert!(matches!(doctor.request(Method::GET, &instance).send().await.unwrap().status().as_u16(), 404));
    assert_eq!(product.http().get(product.url(&instance)).send().await.unwrap().status(), 401);
}

#[tokio::test]
async fn files_of_two_people_under_one_study_uid_are_never_given_out_together() {
    let product = Product::start().await;
    let township = product.sign_in("township").await;
    // The same seed gives the same UIDs: a device that was cloned.
    let (first, second) = (ct(9, &ZHANG, 2), ct(9, &STRANGER, 3));
    stow(&township, &first).await.expect(200);
    stow(&township, &second).await.expect(200);
    assert_eq!(studies(&township).await.len(), 2);
    let study = &first[0].study_uid;
    let found = township.get("/dicom-web/studies").await.expect(200).json;
    assert_eq!(found.as_array().unwrap().len(), 1);
    let instances = township.get(&format!("/dicom-web/studies/{study}/instances")).await.expect(200).json;
    assert_eq!(instances.as_array().unwrap().len(), 2);
    let metadata = township.get(&format!("/dicom-web/studies/{study}/metadata")).await.expect(200).json;
    let names = metadata.as_array().unwrap().iter().map(|m| &m["00100010"]["Value"][0]["Alphabetic"]);
    assert!(names.into_iter().all(|name| name == "张^小东"), "{metadata}");
}

#[tokio::test]
async fn what_is_read_is_in_the_audit_trail_once_a_quarter_of_an_hour() {
    let product = Product::start().await;
    let township = product.sign_in("township").await;
    let files = ct(10, &ZHANG, 2);
    stow(&township, &files).await.expect(200);
    let village = product.sign_in("village").await;
    let base = format!("/dicom-web/studies/{}/series/{}/instances", files[0].study_uid, files[0].series_uid);
    for _ in 0..3 {
        for file in &files {
            village.get(&format!("{base}/{}/metadata", file.instance_uid)).await.expect(200);
        }
    }
    product.clock.advance_ms(16 * 60 * 1000);
    village.get(&format!("{base}/{}/metadata", files[0].instance_uid)).await.expect(200);
    consult_server::worker::settle(&product.app).await.unwrap();
    let url = &product.app.ground.config.store.url.0;
    let rows = async |action: &str| {
        tests::store::count(url, "SELECT COUNT(*) FROM audit WHERE action = $1", action).await
    };
    assert_eq!(rows("study.read").await, 2);
    let changes = rows("study.received").await;
    assert_eq!(changes, 1, "one commit, one row");
}

#[tokio::test]
async fn a_file_that_is_no_dicom_is_a_failed_item_and_one_of_another_person_a_warning() {
    let product = Product::start().await;
    let township = product.sign_in("township").await;
    let mut broken = ecg(6, &ZHANG);
    broken.bytes.truncate(broken.bytes.len() / 2);
    stow(&township, &[broken]).await.expect(409);
    let mistaken = imaging::phantom::Person { patient_id: ZHANG.patient_id, ..WANG };
    let answer = stow(&township, &[ecg(7, &mistaken)]).await.expect(202);
    assert_eq!(answer.json["00081199"]["Value"][0]["00081196"]["Value"][0], 0xb000);
}

#[tokio::test]
async fn an_ecg_is_read_with_its_samples_and_has_a_preview() {
    let product = Product::start().await;
    let township = product.sign_in("township").await;
    let file = ecg(8, &ZHANG);
    stow(&township, std::slice::from_ref(&file)).await.expect(200);
    let village = product.sign_in("village").await;
    let study = studies(&village).await[0].clone();
    assert_eq!(study["ecg"]["instance_uid"], file.instance_uid.as_str());
    let head = village.get(&format!("/api/v1/ecgs/{}", file.instance_uid)).await.expect(200).json;
    assert_eq!(
        (head["leads"].as_array().unwrap().len(), head["patient_name"].as_str()),
        (12, Some("张小东"))
    );
    let request = village.request(Method::GET, &format!("/api/v1/ecgs/{}/samples", file.instance_uid));
    let samples = request.send().await.unwrap().bytes().await.unwrap();
    assert_eq!(samples.len(), 12 * 2 * head["samples"].as_u64().unwrap() as usize);
    let preview = village.request(Method::GET, study["preview_url"].as_str().unwrap()).send().await.unwrap();
    assert_eq!(preview.headers()["content-type"], "image/jpeg");
    assert!(preview.bytes().await.unwrap().starts_with(&[0xff, 0xd8, 0xff]));
    let doctor = product.sign_in("doctor").await;
    doctor.get(&format!("/api/v1/ecgs/{}", file.instance_uid)).await.expect_refusal(404, "request.not-found");
}

#[tokio::test]
async fn an_identity_number_in_a_file_leads_only_those_to_its_patient_who_care_for_them() {
    let product = Product::start().await;
    let (township, doctor) = (product.sign_in("township").await, product.sign_in("doctor").await);
    let body = json!({ "id": township.new_id(), "name": "王佩兰", "sex": "female", "birth_date": "1949-12-31",
        "identity": { "kind": "resident_id", "value": "11010519491231002X" }, "phone": null, "address": null });
    let patient = township.post("/api/v1/patients", body).await.expect(201).id();
    let said = |name| Person { name, patient_id: "11010519491231002X", birth_date: "19491231", sex: "F" };
    // Whether the name fits or not, the answer is the same: nobody's.
    for (seed, name) in [(71, "王^佩兰"), (72, "赵^六")] {
        stow(&doctor, &ct(seed, &said(name), 1)).await.expect(200);
    }
    let waiting = studies(&doctor).await;
    let waiting: Vec<_> =
        waiting.iter().filter(|s| s["dicom_patient"]["local_id"] == "11010519491231002X").collect();
    assert_eq!(waiting.len(), 2);
    assert!(waiting.iter().all(|s| s["status"] == "unassigned" && s["sent_to"].is_null()), "{waiting:#?}");
    stow(&township, &ct(73, &said("王^佩兰"), 1)).await.expect(200);
    assert!(studies(&township).await.iter().any(|s| s["patient_id"] == patient.as_str()));
}
