//! Files go up from a browser over a bad line: cut and resumed, of the wrong patient, cut short, against a full disk.

use futures_util::stream;
use std::path::Path;
use std::process::Command;
use tests::files::{WANG, ZHANG, ct, ecg, zip};
use tests::harness::{Product, text};
use tests::tus::Upload;

#[tokio::test]
async fn an_upload_that_is_cut_in_the_middle_goes_on_where_it_was() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let patient = village.patient("张小东").await;
    let bytes = ct(1, &ZHANG, 1).remove(0).bytes;
    let upload =
        Upload::begin(&village, bytes.len(), &[("filename", "片子.dcm"), ("patient", &patient)]).await;
    let (first, second) = bytes.split_at(200_000);
    // A body that breaks off: the connection is gone before its end.
    let pieces = vec![Ok(first.to_vec()), Err(std::io::Error::other("the line is dead"))];
    let cut = village
        .request(reqwest::Method::PATCH, &upload.path)
        .header("tus-resumable", "1.0.0")
        .header("content-type", "application/offset+octet-stream")
        .header("upload-offset", 0)
        .body(reqwest::Body::wrap_stream(stream::iter(pieces)))
        .send()
        .await;
    assert!(cut.is_err() || !cut.unwrap().status().is_success());
    let offset = upload.offset().await;
    assert!(offset <= first.len());
    assert_eq!(upload.outcome().await["state"], "receiving");
    upload.send(offset + 1, second.to_vec()).await.expect_refusal(409, "upload.offset-conflict");
    upload.send(offset, bytes[offset..].to_vec()).await.expect(204);
    let outcome = upload.outcome().await;
    assert_eq!(
        (outcome["state"].as_str(), outcome["offset"].as_u64()),
        (Some("done"), Some(bytes.len() as u64))
    );
    assert_eq!(
        (&outcome["results"][0]["name"], &outcome["results"][0]["outcome"]),
        (&"片子.dcm".into(), &"stored".into())
    );
    let study = village
        .get(&format!("/api/v1/studies/{}", text(&outcome["results"][0]["study_id"])))
        .await
        .expect(200);
    assert_eq!(text(&study.json["patient_id"]), patient);
    // The last answer was lost on the way: asked again, it is the same.
    upload.send(bytes.len(), Vec::new()).await.expect(204);
}

#[tokio::test]
async fn files_of_another_patient_are_quarantined_and_it_is_said() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let patient = village.patient("张小东").await;
    let (answer, outcome) =
        Upload::whole(&village, ecg(2, &WANG).bytes, &[("filename", "a.dcm"), ("patient", &patient)]).await;
    answer.expect(204);
    assert_eq!(outcome["results"][0]["outcome"], "quarantined");
    let id = text(&outcome["results"][0]["study_id"]);
    let study = village.get(&format!("/api/v1/studies/{id}")).await.expect(200).json;
    assert_eq!(study["mismatch"], serde_json::json!(["name", "birth_date", "sex"]));
    assert!(study["patient_id"].is_null());
    // Both sides of the disagreement are told, and to nobody who may not see the patient.
    assert_eq!((text(&study["sent_to"]["id"]), study["channel"].as_str()), (patient.clone(), Some("upload")));
    let pending = village.get("/api/v1/studies/pending").await.expect(200).json;
    assert_eq!(pending, serde_json::json!({ "unassigned": 0, "quarantined": 1 }));
    let wang = village.patient("王秀英").await;
    let beside = |patient: &str| format!("/api/v1/studies/{id}/comparison?patient_id={patient}");
    let stranger = village.get(&beside(&patient)).await.expect(200).json;
    assert_eq!(stranger["mismatch"], serde_json::json!(["name", "birth_date", "sex"]));
    let person = village.get(&beside(&wang)).await.expect(200).json;
    assert_eq!(person["mismatch"], serde_json::json!([]));
    product.sign_in("township").await.get(&beside(&patient)).await.expect_refusal(404, "request.not-found");
    // Their own patient it turns out to be: a doctor there puts it right, and sending it once more finds it there.
    let assign = serde_json::json!({ "patient_id": wang });
    village.post(&format!("/api/v1/studies/{id}/assign"), assign).await.expect(200);
    let (_, again) =
        Upload::whole(&village, ecg(2, &WANG).bytes, &[("filename", "a.dcm"), ("patient", &wang)]).await;
    assert_eq!(
        (&again["results"][0]["outcome"], text(&again["results"][0]["study_id"])),
        (&"duplicate".into(), id)
    );
}

#[tokio::test]
async fn a_study_sent_to_the_wrong_patient_first_joins_what_is_there_when_it_is_assigned() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let (zhang, wang) = (village.patient("张小东").await, village.patient("王秀英").await);
    let slices = ct(3, &WANG, 3);
    let mut quarantined = String::new();
    for slice in &slices[..2] {
        let (_, outcome) = Upload::whole(&village, slice.bytes.clone(), &[("patient", &zhang)]).await;
        quarantined = text(&outcome["results"][0]["study_id"]);
    }
    let mut kept = String::new();
    for slice in &slices[1..] {
        let (_, outcome) = Upload::whole(&village, slice.bytes.clone(), &[("patient", &wang)]).await;
        assert_eq!(outcome["results"][0]["outcome"], "stored");
        kept = text(&outcome["results"][0]["study_id"]);
    }
    assert_ne!(quarantined, kept);
    let assign = serde_json::json!({ "patient_id": wang });
    let joined = village.post(&format!("/api/v1/studies/{quarantined}/assign"), assign).await.expect(200);
    assert_eq!((joined.id(), joined.json["instances"].as_i64()), (kept, Some(3)));
    village.get(&format!("/api/v1/studies/{quarantined}")).await.expect_refusal(404, "request.not-found");
}

#[tokio::test]
async fn what_is_cut_short_or_no_dicom_is_refused_with_its_reason() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let patient = village.patient("张小东").await;
    let mut truncated = ct(4, &ZHANG, 1).remove(0).bytes;
    truncated.truncate(300_000);
    for (bytes, code) in
        [(truncated, "imaging.truncated"), (b"%PDF-1.7 not an image".to_vec(), "imaging.not-dicom")]
    {
        let (answer, outcome) =
            Upload::whole(&village, bytes, &[("filename", "x"), ("patient", &patient)]).await;
        answer.expect_refusal(422, code);
        assert_eq!((&outcome["state"], &outcome["results"][0]["code"]), (&"failed".into(), &code.into()));
    }
    assert!(village.get("/api/v1/studies").await.expect(200).json["items"].as_array().unwrap().is_empty());
}

#[tokio::test]
async fn a_zip_gives_a_result_for_each_file_in_it() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let patient = village.patient("张小东").await;
    let slices = ct(5, &ZHANG, 2);
    let archive = zip(&[
        ("CT/1.dcm", &slices[0].bytes),
        ("CT/说明.txt", b"read me"),
        ("CT/2.dcm", &slices[1].bytes),
        ("CT/2 again.dcm", &slices[1].bytes),
    ]);
    let (answer, outcome) =
        Upload::whole(&village, archive, &[("filename", "ct.zip"), ("patient", &patient)]).await;
    answer.expect(204);
    let results: Vec<_> = outcome["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|r| (r["name"].as_str().unwrap(), r["outcome"].as_str().unwrap()))
        .collect();
    let expected = [
        ("CT/1.dcm", "stored"),
        ("CT/说明.txt", "refused"),
        ("CT/2.dcm", "stored"),
        ("CT/2 again.dcm", "duplicate"),
    ];
    assert_eq!(results, expected);
}

#[tokio::test]
async fn nobody_uploads_for_a_patient_they_do_not_care_for_or_looks_into_anothers_upload() {
    let product = Product::start().await;
    let (village, township) = (product.sign_in("village").await, product.sign_in("township").await);
    let patient = village.patient("张小东").await;
    let refused = Upload::ask(&township, 100, &[("patient", &patient)]).await;
    assert_eq!(refused.status(), 404);
    let consult = village.new_id();
    let refused = Upload::ask(&village, 100, &[("patient", &patient), ("consult", &consult)]).await;
    assert_eq!(refused.status(), 404, "no such consult");
    assert_eq!(Upload::ask(&product.sign_in("admin").await, 100, &[]).await.status(), 403);
    let upload = Upload::begin(&village, 100, &[("patient", &patient)]).await;
    township.get(&format!("/api/v1{}", upload.path)).await.expect_refusal(404, "request.not-found");
    let id = upload.path.rsplit('/').next().unwrap().to_owned();
    let again = Upload::ask(&village, 100, &[("patient", &patient), ("id", &id)]).await;
    assert_eq!(again.status(), 201, "the same creation again");
    assert_eq!(Upload::ask(&village, 101, &[("patient", &patient), ("id", &id)]).await.status(), 409);
}

/// A file system of so many bytes in memory; gone with its handle.
struct SmallDisk(tempfile::TempDir);

impl SmallDisk {
    fn mount(bytes: u64) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let size = format!("size={bytes}");
        let mounted =
            Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(folder.path()).status();
        assert!(mounted.is_ok_and(|s| s.success()), "a tmpfs cannot be mounted: this test needs root");
        Self(folder)
    }

    fn path(&self) -> &Path {
        self.0.path()
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _unmounted = Command::new("umount").arg("-l").arg(self.0.path()).status();
    }
}

#[tokio::test]
async fn a_full_disk_is_said_keeps_what_was_sent_and_the_upload_goes_on_when_there_is_room() {
    for full in ["uploads", "objects"] {
        let disk = SmallDisk::mount(1 << 20);
        let folder = tempfile::tempdir().unwrap();
        let mut config = consult_server::config::Config::in_folder(folder.path());
        match full {
            "uploads" => config.objects.staging = disk.path().join("staging"),
            _ => config.objects.url = format!("file:{}", disk.path().join("objects").display()),
        }
        let ballast = disk.path().join("ballast");
        let product = Product::start_with(folder, config).await;
        std::fs::write(&ballast, vec![1; 900_000]).unwrap();
        let village = product.sign_in("village").await;
        let patient = village.patient("张小东").await;
        let bytes = ct(6, &ZHANG, 1).remove(0).bytes;
        let upload = Upload::begin(&village, bytes.len(), &[("patient", &patient)]).await;
        upload.send(0, bytes.clone()).await.expect_refusal(507, "upload.disk-full");
        let offset = upload.offset().await;
        assert!(offset > 0 && offset < bytes.len(), "{full}: {offset}");
        assert_eq!(upload.outcome().await["state"], "receiving");
        std::fs::remove_file(&ballast).unwrap();
        upload.send(offset, bytes[offset..].to_vec()).await.expect(204);
        assert_eq!(upload.outcome().await["results"][0]["outcome"], "stored", "{full}");
        product.stop().await;
    }
}
