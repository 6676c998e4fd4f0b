//! DICOMweb over an index in memory and real objects: what is stored is found, described and given back.

#[path = "common/memory.rs"]
mod memory;
#[path = "common/samples.rs"]
mod samples;
#[path = "common/shelf.rs"]
mod shelf;
#[path = "common/tools.rs"]
mod tools;

use std::sync::Arc;

use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::stream;
use imaging::blobs::Blobs;
use imaging::dicomweb::{self, Body, Method, Response, Service, Upload, WebError};
use imaging::header::Limits;
use imaging::index::Channel;
use imaging::ingest::{Config, Ingest, Previews};
use imaging::phantom::{self, Charset, Person, Visit};
use imaging::pictures::Pictures;
use imaging::text::Fallback;
use memory::{Memory, source};
use samples::sample;
use serde_json::{Value, json};
use shelf::Shelf;

const BASE: &str = "http://localhost:8080/dicom-web";

#[tokio::test]
async fn a_stored_file_comes_back_byte_by_byte() {
    let bench = bench();
    for name in ["CT_small.dcm", "MR_small_bigendian.dcm", "image_dfl.dcm", "JPEG2000.dcm"] {
        let bytes = std::fs::read(sample(name)).unwrap();
        let stored = bench.store(None, &[&bytes]).await.unwrap();
        assert_eq!(stored.status, 200, "{name}");
        let url = retrieve_url(&stored.json);
        let got = bench.get(&url, "application/dicom; transfer-syntax=*").await.unwrap();
        assert_eq!(got.bytes, bytes, "{name}");
        assert!(got.headers.contains(&("X-Content-Type-Options", "nosniff".to_owned())));
        assert!(got.headers.contains(&("Content-Disposition", "attachment".to_owned())));
        let parts = bench.get(&url, "multipart/related; type=\"application/dicom\"").await.unwrap().parts();
        assert_eq!(parts.len(), 1);
        assert_eq!(parts[0].1, bytes, "{name}");
    }
}

#[tokio::test]
async fn chinese_names_are_found_and_described_in_unicode() {
    let bench = bench();
    for charset in [Charset::Gb18030, Charset::Utf8] {
        let ecg = phantom::ecg(charset as u64, &person("诚^诠"), &visit(charset));
        bench.store(None, &[&ecg.bytes]).await.unwrap();
        let found =
            bench.get(&format!("studies?StudyInstanceUID={}", ecg.study_uid), "").await.unwrap().json();
        assert_eq!(found[0]["00100010"], json!({"vr": "PN", "Value": [{"Alphabetic": "诚^诠"}]}));
        let metadata = bench.get(&format!("studies/{}/metadata", ecg.study_uid), "").await.unwrap().json();
        assert_eq!(metadata[0]["00100010"], found[0]["00100010"]);
        assert_eq!(metadata[0]["00080080"]["Value"][0], "东沟村卫生室");
        assert_eq!(metadata[0]["00080005"]["Value"], json!(["ISO_IR 192"]));
    }
}

/// DCMTK writes DICOM JSON too. Left out of the comparison: bulk, and what only one of the two adds.
#[tokio::test]
async fn metadata_says_what_dcmtk_says() {
    let bench = bench();
    for name in ["CT_small.dcm", "MR_small_implicit.dcm", "test-SR.dcm", "chrX2.dcm", "chrKoreanMulti.dcm"] {
        let stored = bench.store(None, &[&std::fs::read(sample(name)).unwrap()]).await.unwrap();
        if stored.status != 200 {
            panic!("{name}: {}", stored.json);
        }
        let ours = bench.get(&format!("{}/metadata", retrieve_url(&stored.json)), "").await.unwrap().json();
        let folder = tempfile::tempdir().unwrap();
        let utf8 = folder.path().join("utf8.dcm");
        let paths = (sample(name).display().to_string(), utf8.display().to_string());
        assert!(tools::dcmtk("dcmconv", &["+U8", &paths.0, &paths.1]).status.success(), "{name}");
        let theirs = tools::dcmtk("dcm2json", &[&paths.1]).stdout;
        let theirs: Value = serde_json::from_slice(&theirs).unwrap();
        for (tag, attribute) in theirs.as_object().unwrap() {
            let vr = attribute["vr"].as_str().unwrap();
            let skipped = tag.ends_with("0000") || matches!(vr, "OB" | "OW" | "UN" | "SQ");
            if skipped || tag == "00080005" {
                continue;
            }
            let (a, b) = (normal(&ours[0][tag]), normal(attribute));
            assert_eq!(a, b, "{name} {tag}");
        }
    }
}

#[tokio::test]
async fn metadata_of_a_series_names_the_bulk_it_leaves_out() {
    let bench = bench();
    let slices: Vec<phantom::File> =
        phantom::ct(1, &person("张^三"), &visit(Charset::Utf8)).take(12).collect();
    let bytes: Vec<&[u8]> = slices.iter().map(|slice| slice.bytes.as_slice()).collect();
    assert_eq!(bench.store(None, &bytes).await.unwrap().status, 200);
    let url = format!("studies/{}/series/{}", slices[0].study_uid, slices[0].series_uid);
    let metadata = bench.get(&format!("{url}/metadata"), "application/dicom+json").await.unwrap().json();
    let all = metadata.as_array().unwrap();
    assert_eq!(all.len(), 12);
    let numbers: Vec<i64> = all.iter().map(|m| m["00200013"]["Value"][0].as_i64().unwrap()).collect();
    assert_eq!(numbers, (1..=12).collect::<Vec<i64>>());
    let uri = all[0]["7FE00010"]["BulkDataURI"].as_str().unwrap();
    assert_eq!(uri, format!("{BASE}/{url}/instances/{}/bulkdata/7FE00010", slices[0].instance_uid));
    let bulk = bench.get(uri, "").await.unwrap().parts();
    assert_eq!(bulk[0].1, &slices[0].bytes[slices[0].bytes.len() - 512 * 512 * 2..]);
    assert_eq!(all[0]["00280030"]["Value"], json!([0.8, 0.8]));
}

/// The samples of an ECG lie in a sequence.
#[tokio::test]
async fn bulk_inside_a_sequence_is_named_by_its_path_and_comes_from_there() {
    let bench = bench();
    let ecg = phantom::ecg(7, &person("张^三"), &visit(Charset::Utf8));
    bench.store(None, &[&ecg.bytes]).await.unwrap();
    let url = format!("studies/{}/series/{}", ecg.study_uid, ecg.series_uid);
    let metadata = bench.get(&format!("{url}/metadata"), "application/dicom+json").await.unwrap().json();
    let waveform = &metadata[0]["54000100"]["Value"][0];
    assert_eq!(waveform["003A0005"]["Value"], json!([12]));
    let uri = waveform["54001010"]["BulkDataURI"].as_str().unwrap();
    assert_eq!(uri, format!("{BASE}/{url}/instances/{}/bulkdata/54000100/1/54001010", ecg.instance_uid));
    assert_eq!(waveform["54001010"]["vr"], "OW");
    assert_eq!(metadata[0].get("54001010"), None, "not at the top");
    let bulk = bench.get(uri, "").await.unwrap().parts();
    assert_eq!(bulk[0].1, &ecg.bytes[ecg.bytes.len() - 2 * 12 * 5000..]);
}

#[tokio::test]
async fn frames_come_plain_or_as_stored() {
    let bench = bench();
    let url = bench.stored("SC_rgb_rle_2frame.dcm").await;
    let bytes = "multipart/related; type=\"application/octet-stream\"";
    let plain = bench.get(&format!("{url}/frames/1,2"), bytes).await.unwrap().parts();
    assert_eq!(plain.len(), 2);
    assert_eq!(plain[0].1.len(), 100 * 100 * 3);
    assert_eq!(plain[0].0, "application/octet-stream; transfer-syntax=1.2.840.10008.1.2.1");
    let any = "multipart/related; type=\"application/octet-stream\"; transfer-syntax=*";
    let stored = bench.get(&format!("{url}/frames/2"), any).await.unwrap().parts();
    assert_eq!(stored[0].0, "application/octet-stream; transfer-syntax=1.2.840.10008.1.2.5");
    assert_eq!(stored[0].1[..4], 3_u32.to_le_bytes());
    let rle = bench.get(&format!("{url}/frames/2"), "multipart/related; type=image/dicom-rle").await.unwrap();
    assert_eq!(rle.parts()[0].1, stored[0].1);

    let native = bench.stored("CT_small.dcm").await;
    let drawn = bench.get(&format!("{native}/frames/1"), "multipart/related; type=\"image/*\"").await.err();
    assert_eq!(drawn, Some(WebError::NotAcceptable), "plain samples are no image format");

    let missing = bench.get(&format!("{url}/frames/3"), "").await.err().unwrap();
    assert_eq!((missing.status(), missing.code()), (404, "imaging.no-such-frame"));
    let other =
        bench.get(&format!("{url}/frames/1"), "multipart/related; type=image/jp2").await.err().unwrap();
    assert_eq!(other, WebError::NotAcceptable);
}

#[tokio::test]
async fn frames_of_every_encoding_are_the_same_samples() {
    let mut first: Option<Vec<u8>> = None;
    for name in ["MR_small.dcm", "MR_small_RLE.dcm", "MR_small_bigendian.dcm", "MR_small_implicit.dcm"] {
        let bench = bench();
        let url = bench.stored(name).await;
        let got = bench.get(&format!("{url}/frames/1"), "application/octet-stream").await.unwrap().bytes;
        assert_eq!(first.get_or_insert_with(|| got.clone()), &got, "{name}");
    }
}

#[tokio::test]
async fn a_client_that_insists_gets_plain_little_endian_that_dcmtk_reads() {
    let bench = bench();
    let folder = tempfile::tempdir().unwrap();
    for name in ["MR_small_RLE.dcm", "SC_rgb_dcmtk_+eb+cy+s2.dcm", "image_dfl.dcm", "MR_small_bigendian.dcm"]
    {
        let url = bench.stored(name).await;
        let wish = "application/dicom; transfer-syntax=1.2.840.10008.1.2.1";
        // The small MR files share their UID: the first that came is the one that is served.
        let got = bench.get(&url, wish).await.unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, &got.bytes).unwrap();
        let output = tools::dcmtk(
            "dcmdump",
            &["-M", "+P", "0002,0010", "+P", "0028,0004", &path.display().to_string()],
        );
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success() && said.contains("=LittleEndianExplicit"), "{name}: {said}");
        let (_, ours) = imaging::pixels::frame_of_file(&std::fs::read(&path).unwrap(), 0).unwrap();
        let (_, stored) = imaging::pixels::frame_of_file(&std::fs::read(sample(name)).unwrap(), 0).unwrap();
        assert_eq!(ours, stored, "{name}");
    }
    let url = bench.stored("CT_small.dcm").await;
    let unknown = bench.get(&url, "application/dicom; transfer-syntax=1.2.840.10008.1.2.4.90").await.err();
    assert_eq!(unknown, Some(WebError::NotAcceptable));
}

#[tokio::test]
async fn pictures_are_rendered_and_thumbnails_kept() {
    let bench = bench();
    let slice = phantom::ct(1, &person("张^三"), &visit(Charset::Utf8)).next().unwrap();
    let stored = bench.store(None, &[&slice.bytes]).await.unwrap();
    let url = retrieve_url(&stored.json);
    let jpeg =
        bench.get(&format!("{url}/rendered?viewport=128,128&window=40,400"), "image/jpeg").await.unwrap();
    assert_eq!(size(&jpeg.bytes), (128, 128));
    let png = bench.get(&format!("{url}/frames/1/rendered"), "image/png").await.unwrap();
    assert_eq!((png.content_type.as_str(), size(&png.bytes)), ("image/png", (512, 512)));
    for at in [url.clone(), format!("studies/{}", slice.study_uid)] {
        let thumbnail = bench.get(&format!("{at}/thumbnail"), "").await.unwrap();
        assert_eq!(size(&thumbnail.bytes), (128, 128), "{at}");
    }
    let wrong = bench.get(&format!("{url}/rendered"), "text/html").await.err();
    assert_eq!(wrong, Some(WebError::NotAcceptable));
}

#[tokio::test]
async fn a_part_that_cannot_be_read_fails_alone_and_is_named() {
    let bench = bench();
    let good = std::fs::read(sample("CT_small.dcm")).unwrap();
    let cut = std::fs::read(sample("MR_truncated.dcm")).unwrap();
    let answer = bench.store(None, &[&good, &cut, b"not DICOM at all"]).await.unwrap();
    assert_eq!(answer.status, 202);
    assert_eq!(answer.json["00081199"]["Value"].as_array().unwrap().len(), 1);
    let failure = &answer.json["00081198"]["Value"][0];
    assert_eq!(failure["00081197"]["Value"][0], 0xc000);
    assert_eq!(failure["00081155"]["Value"][0], "1.3.6.1.4.1.5962.1.1.4.1.1.20040826185059.5457");
    assert_eq!(answer.json["0008119A"]["Value"][0]["00081197"]["Value"][0], 0xc000);

    let nothing = bench.store(None, &[b"nothing"]).await.unwrap();
    assert_eq!(nothing.status, 409);
}

#[tokio::test]
async fn a_part_of_another_study_is_not_taken_in() {
    let bench = bench();
    let bytes = std::fs::read(sample("CT_small.dcm")).unwrap();
    let answer = bench.store(Some("1.2.3"), &[&bytes]).await.unwrap();
    assert_eq!(answer.status, 409);
    assert_eq!(answer.json["00081198"]["Value"][0]["00081197"]["Value"][0], 0xa900);
    assert!(bench.index.0.arrivals.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_quarantined_instance_is_accepted_with_a_warning() {
    let mut memory = Memory::default();
    memory.patients.insert("V-18".into(), None);
    let bench = bench_with(memory);
    let ecg = phantom::ecg(1, &person("张^三"), &visit(Charset::Utf8));
    let answer = bench.store(None, &[&ecg.bytes]).await.unwrap();
    assert_eq!(answer.status, 202);
    assert_eq!(answer.json["00081199"]["Value"][0]["00081196"]["Value"][0], 0xb000);
}

#[tokio::test]
async fn an_upload_that_breaks_off_keeps_what_was_whole_and_is_an_error() {
    let bench = bench();
    let good = std::fs::read(sample("CT_small.dcm")).unwrap();
    let mut body = multipart(&[&good, &good]);
    body.truncate(body.len() - 2000);
    let broken =
        bench.send(None, "multipart/related; type=\"application/dicom\"; boundary=b", body).await.err();
    assert_eq!(broken, Some(WebError::BodyInvalid));
    let wrong = bench.send(None, "text/plain", Vec::new()).await.err();
    assert_eq!(wrong, Some(WebError::UnsupportedMediaType));
}

#[tokio::test]
async fn when_there_is_no_room_the_sender_may_try_again() {
    let memory = Memory::default();
    *memory.full.lock().unwrap() = true;
    let bench = bench_with(memory);
    let good = std::fs::read(sample("CT_small.dcm")).unwrap();
    let full = bench.store(None, &[&good]).await.err().unwrap();
    assert_eq!((full.status(), full.code()), (507, "imaging.storage-full"));
}

#[tokio::test]
async fn a_search_is_paged_and_says_that_there_is_more() {
    let bench = bench();
    let slices: Vec<phantom::File> =
        phantom::ct(1, &person("张^三"), &visit(Charset::Utf8)).take(5).collect();
    let bytes: Vec<&[u8]> = slices.iter().map(|slice| slice.bytes.as_slice()).collect();
    bench.store(None, &bytes).await.unwrap();
    let url = format!("studies/{}/instances", slices[0].study_uid);
    let page = bench.get(&format!("{url}?limit=2&offset=1"), "").await.unwrap();
    assert!(page.headers.iter().any(|(name, _)| *name == "Warning"));
    let numbers: Vec<i64> =
        page.json().as_array().unwrap().iter().map(|m| m["00200013"]["Value"][0].as_i64().unwrap()).collect();
    assert_eq!(numbers, [2, 3]);
    let last = bench.get(&format!("{url}?limit=2&offset=3"), "").await.unwrap();
    assert!(last.headers.is_empty());
    let series = bench.get(&format!("studies/{}/series", slices[0].study_uid), "").await.unwrap().json();
    assert_eq!(series[0]["00201209"]["Value"][0], 5);
    assert_eq!(series[0]["00080060"]["Value"][0], "CT");
}

#[tokio::test]
async fn what_is_not_there_is_not_found_whatever_is_asked_of_it() {
    let bench = bench();
    for path in [
        "studies/1.2",
        "studies/1.2/metadata",
        "studies/1.2/series/1.3/instances/1.4/frames/1",
        "studies/1.2/thumbnail",
    ] {
        assert_eq!(bench.get(path, "").await.err(), Some(WebError::NotFound), "{path}");
    }
}

struct Bench {
    service: Service,
    index: Arc<Shelf>,
    _folder: tempfile::TempDir,
}

struct Stored {
    status: u16,
    json: Value,
}

struct Got {
    content_type: String,
    headers: Vec<(&'static str, String)>,
    bytes: Vec<u8>,
}

impl Got {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap()
    }

    /// Content type and body of each part.
    fn parts(&self) -> Vec<(String, Vec<u8>)> {
        let boundary = self.content_type.rsplit("boundary=").next().unwrap();
        let delimiter = format!("--{boundary}").into_bytes();
        let mut parts = Vec::new();
        let mut at: Vec<usize> = self
            .bytes
            .windows(delimiter.len())
            .enumerate()
            .filter(|(_, w)| *w == delimiter)
            .map(|(i, _)| i)
            .collect();
        let last = at.pop().unwrap();
        assert!(self.bytes[last..].ends_with(b"--\r\n"));
        at.push(last);
        for ends in at.windows(2) {
            let part = &self.bytes[ends[0] + delimiter.len() + 2..ends[1] - 2];
            let head = part.windows(4).position(|w| w == b"\r\n\r\n").unwrap();
            let lines = String::from_utf8_lossy(&part[..head]).into_owned();
            let kind = lines.lines().find_map(|line| line.strip_prefix("Content-Type: ")).unwrap().to_owned();
            parts.push((kind, part[head + 4..].to_vec()));
        }
        parts
    }
}

fn bench() -> Bench {
    bench_with(Memory::default())
}

fn bench_with(memory: Memory) -> Bench {
    let folder = tempfile::tempdir().unwrap();
    let blobs = Blobs::local(folder.path()).unwrap();
    let index = Arc::new(Shelf(memory));
    let previews = Previews::new(blobs.clone(), Arc::new(Pictures));
    let ingest = Ingest::new(blobs.clone(), index.clone(), None, Config::default());
    let service = Service {
        blobs,
        ingest,
        previews: Some(previews),
        base: BASE.into(),
        limits: Limits::default(),
        fallback: Fallback::default(),
    };
    Bench { service, index, _folder: folder }
}

impl Bench {
    async fn get(&self, target: &str, accept: &str) -> Result<Got, WebError> {
        let target = target.strip_prefix(BASE).unwrap_or(target);
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let request = dicomweb::parse(Method::Get, path, query, Some(accept))?;
        let response = dicomweb::answer(&self.service, &*self.index, &request).await?;
        let Response { content_type, headers, body, .. } = response;
        let bytes = match body {
            Body::Whole(bytes) => bytes.to_vec(),
            Body::Stream(stream) => stream.map(|piece| piece.unwrap()).collect::<Vec<Bytes>>().await.concat(),
        };
        Ok(Got { content_type, headers, bytes })
    }

    async fn store(&self, study: Option<&str>, files: &[&[u8]]) -> Result<Stored, WebError> {
        self.send(study, "multipart/related; type=\"application/dicom\"; boundary=b", multipart(files)).await
    }

    async fn send(&self, study: Option<&str>, content_type: &str, body: Vec<u8>) -> Result<Stored, WebError> {
        let path = study.map_or("studies".to_owned(), |uid| format!("studies/{uid}"));
        let request = dicomweb::parse(Method::Post, &path, "", None)?;
        let chunks: Vec<_> = body.chunks(10_000).map(|chunk| Ok(Bytes::copy_from_slice(chunk))).collect();
        let upload = Upload { content_type, body: stream::iter(chunks).boxed() };
        let response = dicomweb::store(&self.service, &source(Channel::Stow), &request, upload).await?;
        let Body::Whole(bytes) = response.body else { panic!("a stream") };
        Ok(Stored { status: response.status, json: serde_json::from_slice(&bytes).unwrap() })
    }

    /// Stores a sample and returns where it can be fetched.
    async fn stored(&self, name: &str) -> String {
        let answer = self.store(None, &[&std::fs::read(sample(name)).unwrap()]).await.unwrap();
        retrieve_url(&answer.json)
    }
}

fn multipart(files: &[&[u8]]) -> Vec<u8> {
    let mut body = Vec::new();
    for file in files {
        body.extend_from_slice(b"--b\r\nContent-Type: application/dicom\r\n\r\n");
        body.extend_from_slice(file);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--b--\r\n");
    body
}

fn retrieve_url(answer: &Value) -> String {
    let url = answer["00081199"]["Value"][0]["00081190"]["Value"][0].as_str();
    url.unwrap_or_else(|| panic!("nothing stored: {answer}")).to_owned()
}

/// Numbers as text and no empty values: the two writers differ in both.
fn normal(attribute: &Value) -> Vec<String> {
    let values = attribute["Value"].as_array().cloned().unwrap_or_default();
    let text = |value: &Value| match value {
        // Seven digits: as many as single precision has, and as DCMTK writes of it.
        Value::Number(number) => format!("{:.6e}", number.as_f64().unwrap()),
        Value::String(text) => text.parse::<f64>().map_or(text.trim().to_owned(), |n| format!("{n:.6e}")),
        Value::Null => String::new(),
        other => other.to_string(),
    };
    let values: Vec<String> = values.iter().map(text).collect();
    if values.iter().all(String::is_empty) { Vec::new() } else { values }
}

fn size(picture: &[u8]) -> (u32, u32) {
    let picture = image::load_from_memory(picture).unwrap();
    (picture.width(), picture.height())
}

fn person(name: &str) -> Person<'_> {
    Person { name, patient_id: "V-18", birth_date: "19551123", sex: "F" }
}

fn visit(charset: Charset) -> Visit<'static> {
    Visit {
        date: "20260301", time: "090000", institution: "东沟村卫生室", description: "平扫", charset
    }
}
