//! Hostile input: bodies too large, too deep or packed, control characters and paths in every name, bombs in archives,
//! and files that a browser would run.

use reqwest::Method;
use serde_json::{Value, json};
use std::io::Write as _;
use tests::files::{self, STRANGER, ZHANG, ct};
use tests::harness::{Answer, Product, User};
use tests::tus;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

const EVIL_NAMES: [&str; 8] = [
    "../../../../etc/passwd",
    "..\\..\\windows\\system32\\cmd.exe",
    "/etc/cron.d/evil",
    "a/../../b",
    "%2e%2e%2f%2e%2e%2fpasswd",
    "....//....//x",
    "file:///etc/passwd",
    "\"; filename=\"evil.html",
];

fn patient(id: &str, name: &str) -> Value {
    json!({ "id": id, "name": name, "sex": "unknown", "birth_date": null, "phone": null, "address": null,
            "identity": { "kind": "unidentified", "value": null } })
}

/// Memory of this process that is in use, in bytes.
fn resident() -> u64 {
    let text = std::fs::read_to_string("/proc/self/statm").expect("Linux");
    text.split(' ').nth(1).and_then(|pages| pages.parse::<u64>().ok()).expect("pages") * 4096
}

/// Sends a head and as much of a body as is taken, and reads the answer.
async fn pour(product: &Product, token: &str, headers: &str, piece: &[u8], pieces: usize) -> String {
    let stream = TcpStream::connect(product.address).await.unwrap();
    let (mut from, mut to) = stream.into_split();
    let head = format!(
        "POST /api/v1/patients HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {token}\r\ncontent-type: application/json\r\n{headers}\r\n\r\n",
        product.address
    );
    let pouring = async {
        let _cut = to.write_all(head.as_bytes()).await;
        for _ in 0..pieces {
            if to.write_all(piece).await.is_err() {
                break;
            }
        }
    };
    let answering = async {
        let mut answer = Vec::new();
        let mut chunk = [0; 4096];
        while let Ok(n) = from.read(&mut chunk).await {
            answer.extend(&chunk[..n]);
            if n == 0 || String::from_utf8_lossy(&answer).contains("request_id") {
                break;
            }
        }
        String::from_utf8_lossy(&answer).into_owned()
    };
    tokio::pin!(pouring);
    tokio::select! {
        answer = answering => answer,
        () = async { pouring.await; std::future::pending::<()>().await } => unreachable!(),
    }
}

#[tokio::test]
async fn a_hundred_megabytes_of_json_are_refused_without_being_kept() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let before = resident();
    let piece = vec![b' '; 1 << 20];
    for headers in [
        "content-length: 104857600",
        "content-length: 104857600\r\nidempotency-key: k",
        "transfer-encoding: chunked",
    ] {
        let body = if headers.contains("chunked") {
            [format!("{:x}\r\n", piece.len()).as_bytes(), &piece, b"\r\n"].concat()
        } else {
            piece.clone()
        };
        let answers = futures_util::future::join_all(
            (0..4).map(|_| pour(&product, &village.token, headers, &body, 100)),
        )
        .await;
        for answer in answers {
            assert!(answer.starts_with("HTTP/1.1 413 "), "{headers}: {answer}");
            assert!(answer.contains("\"code\":\"request.too-large\""), "{headers}: {answer}");
        }
    }
    let grown = resident().saturating_sub(before);
    assert!(grown < 64 << 20, "grown by {grown} bytes");
    village.get("/api/v1/session").await.expect(200);
}

#[tokio::test]
async fn json_that_is_nested_too_deeply_is_refused_at_every_door_that_takes_json() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        for depth in [200, 100_000] {
            let body = format!("{}1{}", open.repeat(depth), close.repeat(depth));
            for path in [
                "/api/v1/patients",
                "/api/v1/consults",
                "/api/v1/legs",
                "/api/v1/session",
                "/api/v1/imports/people",
            ] {
                let request = village.request(Method::POST, path).header("content-type", "application/json");
                let answer = Answer::of(request.body(body.clone()).send().await.unwrap()).await;
                assert!(
                    (400..500).contains(&answer.status),
                    "{path} {depth}: {} {}",
                    answer.status,
                    answer.json
                );
                assert!(answer.json["code"].is_string(), "{path} {depth}");
            }
        }
    }
}

#[tokio::test]
async fn a_packed_body_is_not_unpacked() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let body = patient(&village.new_id(), "张三").to_string();
    for encoding in ["gzip", "deflate", "br", "zstd", "gzip, gzip"] {
        let request = village.request(Method::POST, "/api/v1/patients").header("content-encoding", encoding);
        let request = request.header("content-type", "application/json").body(body.clone());
        Answer::of(request.send().await.unwrap()).await.expect_refusal(415, "request.media-type");
    }
    let request = village.request(Method::POST, "/api/v1/patients").header("content-encoding", "identity");
    Answer::of(request.header("content-type", "application/json").body(body).send().await.unwrap())
        .await
        .expect(201);
}

#[tokio::test]
async fn the_character_nul_is_refused_everywhere_and_breaks_nothing() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    village
        .post("/api/v1/patients", patient(&village.new_id(), "张\0三"))
        .await
        .expect_refusal(400, "request.json-invalid");
    for path in [
        "/api/v1/patients?q=%00",
        "/api/v1/patients?cursor=%00",
        "/api/v1/people/search?q=%00zwy",
        "/api/v1/notices/%00/read",
        "/api/v1/consults?box=mine&state=%00",
        "/dicom-web/studies?PatientName=a%00b",
        "/api/v1/patients/%00",
    ] {
        let answer = village.get(path).await;
        assert!((400..500).contains(&answer.status), "{path}: {} {}", answer.status, answer.json);
    }
    let refused = tus::Upload::ask(&village, 10, &[("filename", "a\0b.dcm")]).await;
    Answer::of(refused).await.expect_refusal(400, "upload.metadata-invalid");
    // A device that pads or breaks its texts with NUL must not keep its images out.
    let person = imaging::phantom::Person { name: "Ouy\0ang^Ming", patient_id: "X\0-404", ..STRANGER };
    let slice = ct(8, &person, 1).remove(0);
    let (_, outcome) = tus::Upload::whole(&village, slice.bytes, &[("filename", "nul.dcm")]).await;
    let code = outcome["results"][0]["code"].as_str().unwrap_or_default();
    assert!(outcome["state"] == "done" && !code.starts_with("internal"), "{outcome}");
}

#[tokio::test]
async fn line_breaks_and_control_characters_come_back_in_no_header() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    for name in ["a\r\nset-cookie: evil=1", "a\nb", "a\u{1b}[31mred", "a\u{7}b"] {
        let refused = tus::Upload::ask(&village, 10, &[("filename", name)]).await;
        assert!(!refused.headers().contains_key("set-cookie"));
        Answer::of(refused).await.expect_refusal(400, "upload.metadata-invalid");
    }
    for path in
        ["/api/v1/patients/%0d%0aset-cookie:%20evil=1", "/%0d%0aset-cookie:%20evil=1", "/uploads/%0d%0aevil"]
    {
        let answer = village.request(Method::GET, path).send().await.unwrap();
        assert!(!answer.headers().contains_key("set-cookie"), "{path}");
    }
    for (name, value) in [
        ("idempotency-key", "a\tb"),
        ("user-agent", "evil\u{e9}"),
        ("accept-language", "\u{e9}"),
        ("if-match", "\u{e9}"),
    ] {
        let request =
            village.request(Method::POST, "/api/v1/patients").json(&patient(&village.new_id(), "张三"));
        let answer = Answer::of(request.header(name, value).send().await.unwrap()).await;
        assert!(answer.status < 500, "{name}: {} {}", answer.status, answer.json);
    }
    // The id of a request is ours, whatever came with it.
    let request = village.request(Method::GET, "/api/v1/session").header("x-request-id", "evil");
    assert_ne!(request.send().await.unwrap().headers()["x-request-id"], "evil");
}

/// Everything below a folder that is a file.
fn files_below(folder: &std::path::Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(at) = open.pop() {
        for entry in std::fs::read_dir(&at).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { open.push(path) } else { found.push(path.to_string_lossy().into_owned()) }
        }
    }
    found
}

#[tokio::test]
async fn no_name_of_a_file_or_of_an_image_becomes_a_path() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let slice = ct(6, &ZHANG, 1).remove(0).bytes;
    for name in EVIL_NAMES {
        let (answer, outcome) = tus::Upload::whole(&village, slice.clone(), &[("filename", name)]).await;
        answer.expect(204);
        assert_eq!(outcome["filename"], name, "shown as it came");
        let archive = files::zip(&[(name, &slice), ("__MACOSX/../x", b"litter")]);
        let (_, outcome) = tus::Upload::whole(&village, archive, &[("filename", "a.zip")]).await;
        assert_eq!(outcome["state"], "done", "{outcome}");
        village.get(&format!("/uploads/{}", name.replace('/', "%2f"))).await;
    }
    // UIDs name objects in addresses: what is none is refused.
    let broken = replaced(&slice, b"1.2.840.10008.5.1.4.1.1.2", b"../../../../../../etc/pwd");
    let (_, outcome) = tus::Upload::whole(&village, broken, &[("filename", "uid.dcm")]).await;
    assert_eq!(outcome["code"], "imaging.uid-invalid", "{outcome}");
    for path in ["..%2f..%2fetc%2fpasswd", "%2e%2e/%2e%2e", "1.2.3/../../../etc"] {
        for door in [
            "/dicom-web/studies/",
            "/dicom-web/studies/1.2/series/1.2/instances/",
            "/api/v1/ecgs/",
            "/assets/",
            "/",
        ] {
            let answer = village.request(Method::GET, &format!("{door}{path}")).send().await.unwrap();
            let (status, body) = (answer.status(), answer.text().await.unwrap());
            assert!(status.as_u16() < 500 && !body.contains("root:"), "{door}{path}: {status}");
        }
    }
    let outside: Vec<_> = files_below(product.folder.path())
        .into_iter()
        .filter(|path| ["passwd", "evil", "cron", "cmd.exe"].iter().any(|word| path.contains(word)))
        .collect();
    assert!(outside.is_empty(), "{outside:?}");
}

/// The same bytes with every occurrence of one text replaced by another of the same length.
fn replaced(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let mut out = bytes.to_vec();
    for at in 0..out.len().saturating_sub(from.len()) {
        if out[at..].starts_with(from) {
            out[at..at + to.len()].copy_from_slice(to);
        }
    }
    out
}

/// A zip whose entries unpack to zeros: a thousandth of it goes over the line.
fn bomb(entries: &[(&str, u64)]) -> Vec<u8> {
    let mut out = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let packed = zip::write::SimpleFileOptions::default()
        .compression_method(zip::CompressionMethod::Deflated)
        .large_file(true);
    let zeros = vec![0; 1 << 20];
    for (name, megabytes) in entries {
        out.start_file(*name, packed).unwrap();
        for _ in 0..*megabytes {
            out.write_all(&zeros).unwrap();
        }
    }
    out.finish().unwrap().into_inner()
}

async fn import(admin: &User<'_>, bytes: Vec<u8>) -> Answer {
    let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    let request =
        admin.request(Method::POST, "/api/v1/imports/people?dry_run=true").header("content-type", kind);
    Answer::of(request.body(bytes).send().await.unwrap()).await
}

#[tokio::test]
async fn an_archive_that_unpacks_to_more_than_may_be_taken_in_is_refused_by_what_comes_out_of_it() {
    let product = Product::start().await;
    let (admin, village) = (product.sign_in("admin").await, product.sign_in("village").await);
    let before = resident();
    let sheet =
        bomb(&[("[Content_Types].xml", 1), ("xl/workbook.xml", 1), ("xl/worksheets/sheet1.xml", 300)]);
    assert!(sheet.len() < 1 << 20);
    import(&admin, sheet).await.expect_refusal(413, "import.unpacks-too-large");
    let many: Vec<String> = (0..1_500).map(|n| format!("xl/{n}.xml")).collect();
    let many: Vec<(&str, u64)> = many.iter().map(|name| (name.as_str(), 0)).collect();
    import(&admin, bomb(&many)).await.expect_refusal(413, "import.unpacks-too-large");
    // What is no DICOM is found out by its first bytes, however much follows.
    let (_, outcome) =
        tus::Upload::whole(&village, bomb(&[("a.dcm", 300)]), &[("filename", "bomb.zip")]).await;
    assert_eq!(outcome["results"][0]["code"], "imaging.not-dicom", "{outcome}");
    let grown = resident().saturating_sub(before);
    assert!(grown < 256 << 20, "grown by {grown} bytes");
    let left = files_below(&product.app.ground.config.objects.staging).len();
    assert_eq!(left, 0, "nothing of it stays");
}

#[tokio::test]
async fn a_page_or_a_drawing_sent_as_a_document_is_never_given_back_to_a_browser() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let script = "<script>alert(document.cookie)</script>";
    let svg = format!("<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\">{script}</svg>");
    for (name, body) in
        [("a.svg", svg.clone()), ("a.html", format!("<!doctype html>{script}")), ("a.xhtml", svg)]
    {
        let (_, outcome) =
            tus::Upload::whole(&village, body.clone().into_bytes(), &[("filename", name)]).await;
        assert_eq!(outcome["results"][0]["code"], "imaging.not-dicom", "{outcome}");
        let zipped = files::zip(&[(name, body.as_bytes())]);
        let (_, outcome) = tus::Upload::whole(&village, zipped, &[("filename", "a.zip")]).await;
        assert_eq!(outcome["results"][0]["code"], "imaging.not-dicom", "{outcome}");
    }
    // DICOM leaves its first 128 bytes to anybody: a page fits.
    let mut slice = ct(7, &ZHANG, 1).remove(0);
    let page = b"<html><script>alert(1)</script><!--";
    slice.bytes[..page.len()].copy_from_slice(page);
    let patient = village.patient("张小东").await;
    let metadata = [("filename", "<img src=x onerror=alert(1)>.dcm"), ("patient", patient.as_str())];
    let (_, outcome) = tus::Upload::whole(&village, slice.bytes, &metadata).await;
    let study = village
        .get(&format!("/api/v1/studies/{}", outcome["results"][0]["study_id"].as_str().unwrap()))
        .await
        .expect(200)
        .json;
    let instances = village
        .get(&format!("/dicom-web/studies/{}/instances", study["study_uid"].as_str().unwrap()))
        .await
        .expect(200)
        .json;
    let (series, instance) = (&instances[0]["0020000E"]["Value"][0], &instances[0]["00080018"]["Value"][0]);
    let base = format!(
        "/dicom-web/studies/{}/series/{}/instances/{}",
        study["study_uid"].as_str().unwrap(),
        series.as_str().unwrap(),
        instance.as_str().unwrap()
    );
    for (path, accept) in [
        (base.clone(), "application/dicom"),
        (base.clone(), "*/*"),
        (base.clone(), "text/html"),
        (format!("{base}/frames/1"), "*/*"),
        (format!("{base}/rendered"), "*/*"),
        (format!("{base}/metadata"), "text/html,*/*;q=0.1"),
        (format!("/api/v1/uploads/{}", outcome["id"].as_str().unwrap()), "text/html"),
        ("/api/v1/patients/%3Cscript%3E".to_owned(), "text/html"),
    ] {
        let answer = village.request(Method::GET, &path).header("accept", accept).send().await.unwrap();
        let headers = answer.headers();
        let kind = headers.get("content-type").map(|v| v.to_str().unwrap().to_owned()).unwrap_or_default();
        assert!(!kind.contains("html") && !kind.contains("xml") && !kind.contains("text/"), "{path}: {kind}");
        assert_eq!(headers["x-content-type-options"], "nosniff", "{path}");
        let policy = headers["content-security-policy"].to_str().unwrap();
        assert!(policy.contains("default-src 'none'") && policy.contains("sandbox"), "{path}: {policy}");
    }
}
