//! The images of a consult: sent with it or attached to it, seen by both sides, and part of what a signature stands for.

use serde_json::{Value, json};
use tests::consults::{draft, give, path, read, report};
use tests::files::{WANG, ZHANG, ct, ecg};
use tests::harness::{Product, User, text};
use tests::tus::Upload;

#[tokio::test]
async fn images_sent_with_a_consult_are_seen_by_the_specialist_and_stand_under_the_signature() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let specialist = product.sign_in("specialist").await;
    let draft = draft(&village, "routine").await;
    let study = send(&village, &draft, ct(7, &ZHANG, 1).remove(0).bytes).await;
    let with_images = read(&village, &draft).await;
    assert_eq!(with_images["studies"][0]["id"], study["id"]);
    assert_eq!(with_images["version"], 2, "the images moved the version on");
    give(&village, &draft, "submit", json!({})).await.expect_refusal(412, "conflict.changed-meanwhile");
    let stranger = product.sign_in("doctor").await;
    let place = format!("/api/v1/studies/{}", text(&study["id"]));
    stranger.get(&place).await.expect_refusal(404, "request.not-found");

    let mut consult = give(&village, &with_images, "submit", json!({})).await.expect(200).json;
    for (command, body) in [("claim", json!({})), ("start", json!({})), ("draft_report", report())] {
        consult = give(&specialist, &consult, command, body).await.expect(200).json;
    }
    assert_eq!(consult["studies"][0]["id"], study["id"]);
    specialist.get(&place).await.expect(200);
    // A picture that arrives while the report is written is not signed over unseen.
    send(&village, &draft, ecg(8, &ZHANG).bytes).await;
    let refusal = give(&specialist, &consult, "sign", json!({})).await;
    let current = refusal.expect_refusal(412, "conflict.changed-meanwhile").json["current"].clone();
    assert_eq!(current["studies"].as_array().unwrap().len(), 2);
    give(&specialist, &current, "sign", json!({})).await.expect(200);
}

#[tokio::test]
async fn a_study_is_attached_once_and_only_that_of_the_same_patient() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let specialist = product.sign_in("specialist").await;
    let other = village.patient("王秀英").await;
    let bytes = ecg(9, &WANG).bytes;
    let (_, outcome) = Upload::whole(&village, bytes, &[("filename", "a.dcm"), ("patient", &other)]).await;
    let of_other = json!({ "study_id": outcome["results"][0]["study_id"] });
    let (_, outcome) = Upload::whole(
        &village,
        ct(10, &ZHANG, 1).remove(0).bytes,
        &[("filename", "b.dcm"), ("patient", &village.patient("张小东").await)],
    )
    .await;
    let of_patient = json!({ "study_id": outcome["results"][0]["study_id"] });
    let draft = draft(&village, "routine").await;
    let place = path(&draft, "studies");
    village.post(&place, of_other).await.expect_refusal(409, "study.other-patient");
    specialist.post(&place, of_patient.clone()).await.expect_refusal(404, "request.not-found");
    let once = village.post(&place, of_patient.clone()).await.expect(200).json;
    let again = village.post(&place, of_patient).await.expect(200).json;
    assert_eq!((once["version"].as_i64(), &once), (Some(2), &again));
    let refusal = village.patch(&path(&draft, ""), 2, json!({ "patient_id": other })).await;
    refusal.expect_refusal(422, "consult.patient-fixed");
}

#[tokio::test]
async fn an_upload_that_comes_through_after_the_end_is_kept_but_not_attached() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let draft = draft(&village, "routine").await;
    let submitted = give(&village, &draft, "submit", json!({})).await.expect(200).json;
    let (patient, consult) = (text(&draft["patient"]["id"]), text(&draft["id"]));
    let bytes = ecg(11, &ZHANG).bytes;
    let about = [("filename", "late.dcm"), ("patient", patient.as_str()), ("consult", consult.as_str())];
    let upload = Upload::begin(&village, bytes.len(), &about).await;
    let cancelled =
        give(&village, &submitted, "cancel", json!({ "reason": "重复申请" })).await.expect(200).json;
    upload.send(0, bytes).await.expect(204);
    assert_eq!(upload.outcome().await["results"][0]["outcome"], "stored");
    let after = read(&village, &draft).await;
    assert_eq!((&after["studies"], &after["version"]), (&json!([]), &cancelled["version"]));
}

#[tokio::test]
async fn nothing_is_attached_beside_a_signature_that_does_not_cover_it() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let specialist = product.sign_in("specialist").await;
    let draft = draft(&village, "routine").await;
    let mut consult = give(&village, &draft, "submit", json!({})).await.expect(200).json;
    for (command, body) in
        [("claim", json!({})), ("start", json!({})), ("draft_report", report()), ("sign", json!({}))]
    {
        consult = give(&specialist, &consult, command, body).await.expect(200).json;
    }
    let patient = text(&consult["patient"]["id"]);
    let (_, outcome) =
        Upload::whole(&village, ecg(12, &ZHANG).bytes, &[("filename", "b.dcm"), ("patient", &patient)]).await;
    let study = json!({ "study_id": outcome["results"][0]["study_id"] });
    village.post(&path(&draft, "studies"), study).await.expect_refusal(409, "consult.not-in-state");
}

async fn send(user: &User<'_>, consult: &Value, bytes: Vec<u8>) -> Value {
    let (patient, consult) = (text(&consult["patient"]["id"]), text(&consult["id"]));
    let about = [("filename", "片子.dcm"), ("patient", patient.as_str()), ("consult", consult.as_str())];
    let (_, outcome) = Upload::whole(user, bytes, &about).await;
    user.get(&format!("/api/v1/studies/{}", text(&outcome["results"][0]["study_id"]))).await.expect(200).json
}
