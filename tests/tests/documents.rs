//! Documents: what is taken, whose it is, and that no browser takes one for something it is not.

use consult_server::worker;
use imaging::index::ContentHash;
use reqwest::Method;
use serde_json::json;
use tests::harness::{Product, User, text};
use tests::messages::*;
use tests::referrals::*;

async fn raw(user: &User<'_>, id: &str, query: &str, headers: &[(&str, &str)]) -> reqwest::Response {
    let mut request = user.request(Method::GET, &format!("/api/v1/documents/{id}/content{query}"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.send().await.unwrap()
}

fn header(response: &reqwest::Response, name: &str) -> String {
    response.headers().get(name).map(|v| v.to_str().unwrap().to_owned()).unwrap_or_default()
}

#[tokio::test]
async fn a_document_is_its_authors_until_it_is_attached_and_then_both_sides() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let desk = product.sign_in("desk").await;
    let stranger = product.sign_in("township").await;
    let leg = submitted(&village, "urgent").await.id();
    let id = document(&village, "心电图.jpg", JPEG).await;
    for path in [format!("/api/v1/documents/{id}"), format!("/api/v1/documents/{id}/content")] {
        village.get(&path).await.expect(200);
        desk.get(&path).await.expect_refusal(404, "request.not-found");
        stranger.get(&path).await.expect_refusal(404, "request.not-found");
    }
    let body = json!({ "id": village.new_id(), "attachments": [{ "document_id": id, "kind": "photo" }] });
    let message = send(&village, &leg, body).await.expect(201).json;
    let shown = &message["attachments"][0]["document"];
    assert_eq!(
        (&shown["media_type"], &shown["name"], &shown["inline"]),
        (&json!("image/jpeg"), &json!("心电图.jpg"), &json!(true))
    );
    for path in [format!("/api/v1/documents/{id}"), format!("/api/v1/documents/{id}/content")] {
        desk.get(&path).await.expect(200);
        stranger.get(&path).await.expect_refusal(404, "request.not-found");
        product.sign_in("manager").await.get(&path).await.expect_refusal(403, "access.role-not-allowed");
    }
    assert_eq!(raw(&desk, &id, "", &[]).await.bytes().await.unwrap(), JPEG);
}

#[tokio::test]
async fn the_same_bytes_again_are_one_document_and_others_under_its_id_are_refused() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let desk = product.sign_in("desk").await;
    let id = village.new_id();
    let first = put(&village, &id, "a.jpg", JPEG).await.expect(201).json;
    let again = put(&village, &id, "a.jpg", JPEG).await.expect(201).json;
    assert_eq!(first, again);
    put(&village, &id, "a.pdf", b"%PDF-1.4 other").await.expect_refusal(409, "request.id-taken");
    put(&desk, &id, "a.jpg", JPEG).await.expect_refusal(409, "request.id-taken");
    let same = document(&desk, "b.jpg", JPEG).await;
    village.get(&format!("/api/v1/documents/{same}")).await.expect_refusal(404, "request.not-found");
    put(&village, "not-an-id", "a.jpg", JPEG).await.expect_refusal(404, "request.not-found");
}

#[tokio::test]
async fn what_can_hold_a_script_is_never_served_as_what_it_is() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    for (name, bytes) in [
        ("图.svg", &b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"[..]),
        ("page.jpg", b"<!DOCTYPE html><script>alert(1)</script>"),
        ("a.xml", b"<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'/>"),
        ("a.txt", b"hello <script>alert(1)</script>"),
        ("a.pdf", b"%PDF-1.7 <script>alert(1)</script>"),
    ] {
        let id = document(&village, name, bytes).await;
        for query in ["", "?download=1"] {
            let response = raw(&village, &id, query, &[]).await;
            assert!(header(&response, "content-disposition").starts_with("attachment"), "{name}");
            assert!(!header(&response, "content-type").contains("html"), "{name}");
            assert!(!header(&response, "content-type").contains("xml"), "{name}");
            assert_eq!(header(&response, "x-content-type-options"), "nosniff");
            assert!(header(&response, "content-security-policy").contains("sandbox"));
        }
    }
    // A picture that is a page as well goes out as a picture, and is saved as one.
    let polyglot = [JPEG, b"<html><script>alert(1)</script></html>"].concat();
    let id = document(&village, "photo.html", &polyglot).await;
    let response = raw(&village, &id, "", &[]).await;
    assert_eq!(header(&response, "content-type"), "image/jpeg");
    assert!(header(&response, "content-disposition").ends_with("photo.html.jpg"));
    assert_eq!(header(&response, "x-content-type-options"), "nosniff");
    assert!(header(&response, "content-security-policy").contains("sandbox"));
}

#[tokio::test]
async fn a_hostile_name_leads_nowhere_and_breaks_no_header() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    for (said, kept) in [
        ("../../../etc/passwd", "passwd.jpg"),
        ("..\\..\\boot.jpg", "boot.jpg"),
        ("a\r\nSet-Cookie: a=b.jpg", "aSet-Cookie_ a=b.jpg"),
        ("\u{202E}gpj.exe", "gpj.exe.jpg"),
        ("", "file.jpg"),
    ] {
        let id = village.new_id();
        assert_eq!(put(&village, &id, said, JPEG).await.expect(201).json["name"], kept);
        let response = raw(&village, &id, "", &[]).await;
        assert_eq!(header(&response, "set-cookie"), "");
        assert_eq!(response.status(), 200);
    }
    let nul = village.request(Method::PUT, &format!("/api/v1/documents/{}?name=a%00.jpg", village.new_id()));
    assert_eq!(nul.body(JPEG).send().await.unwrap().status(), 400);
}

#[tokio::test]
async fn what_is_too_large_empty_or_of_a_wrong_kind_is_refused_with_a_reason() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let mut large = b"%PDF-1.7 ".to_vec();
    large.resize(20 * 1024 * 1024, b'x');
    put(&village, &village.new_id(), "large.pdf", &large).await.expect(201);
    large.push(b'x');
    put(&village, &village.new_id(), "large.pdf", &large).await.expect_refusal(413, "document.too-large");
    put(&village, &village.new_id(), "empty.jpg", b"").await.expect_refusal(422, "document.empty");
    for (name, bytes) in [
        ("run.exe", &b"MZ\x90\0\x03\0\0\0"[..]),
        ("photo.jpg", b"PK\x03\x04\x14\0"),
        ("a.doc", b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"),
        ("voice.webm", b"\x1A\x45\xDF\xA3\x42\x82\x88matroska"),
    ] {
        let id = village.new_id();
        put(&village, &id, name, bytes).await.expect_refusal(415, "document.kind-not-taken");
        village.get(&format!("/api/v1/documents/{id}")).await.expect_refusal(404, "request.not-found");
    }
    product.sign_in("admin").await;
    let admin = product.sign_in("admin").await;
    put(&admin, &admin.new_id(), "a.jpg", JPEG).await.expect_refusal(403, "access.no-clinical-role");
}

#[tokio::test]
async fn a_player_gets_parts_and_a_browser_asks_again_each_time() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let id = document(&village, "v.weba", VOICE).await;
    let whole = raw(&village, &id, "", &[]).await;
    assert_eq!(
        (header(&whole, "accept-ranges").as_str(), header(&whole, "content-type").as_str()),
        ("bytes", "audio/webm")
    );
    assert_eq!(header(&whole, "cache-control"), "private, no-cache");
    let etag = header(&whole, "etag");
    let part = raw(&village, &id, "", &[("range", "bytes=4-6")]).await;
    assert_eq!(
        (part.status().as_u16(), header(&part, "content-range")),
        (206, format!("bytes 4-6/{}", VOICE.len()))
    );
    assert_eq!(part.bytes().await.unwrap(), VOICE[4..7]);
    let beyond = raw(&village, &id, "", &[("range", "bytes=900-")]).await;
    assert_eq!(
        (beyond.status().as_u16(), header(&beyond, "content-range")),
        (416, format!("bytes */{}", VOICE.len()))
    );
    let known = raw(&village, &id, "", &[("if-none-match", &etag)]).await;
    assert_eq!(known.status(), 304);
    let stranger = product.sign_in("desk").await;
    assert_eq!(raw(&stranger, &id, "", &[("if-none-match", &etag)]).await.status(), 404);
    assert_eq!(text(&village.get(&format!("/api/v1/documents/{id}")).await.json["media_type"]), "audio/webm");
}

/// The bytes as the object store has them.
async fn stored(product: &Product, bytes: &[u8]) -> bool {
    product.app.shelf.blobs.document(&ContentHash::of(bytes)).await.is_ok()
}

async fn settle(product: &Product) {
    worker::settle(&product.app).await.unwrap();
}

#[tokio::test]
async fn what_is_attached_to_nothing_is_gone_after_a_day_with_its_bytes_and_what_was_sent_stays() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let leg = submitted(&village, "urgent").await.id();
    let (lone, shared, own) = (b"%PDF-1.4 lone".as_slice(), JPEG, b"%PDF-1.4 own".as_slice());
    let left = village.new_id();
    put(&village, &left, "a.pdf", lone).await.expect(201);
    let copy = document(&village, "left.jpg", shared).await;
    let sent = document(&village, "sent.jpg", shared).await;
    let body = json!({ "id": village.new_id(), "attachments": [{ "document_id": sent, "kind": "photo" }] });
    send(&village, &leg, body).await.expect(201);
    // What was refused had its bytes stored before.
    put(&village, &left, "a.pdf", own).await.expect_refusal(409, "request.id-taken");
    assert!(stored(&product, own).await);

    product.clock.advance_ms(23 * HOUR);
    settle(&product).await;
    let village = product.sign_in("village").await;
    village.get(&format!("/api/v1/documents/{left}")).await.expect(200);
    assert!(stored(&product, lone).await && !stored(&product, own).await, "what no row names waits an hour");

    product.clock.advance_ms(HOUR);
    settle(&product).await;
    for gone in [&left, &copy] {
        village.get(&format!("/api/v1/documents/{gone}")).await.expect_refusal(404, "request.not-found");
    }
    product.clock.advance_ms(HOUR);
    settle(&product).await;
    assert!(!stored(&product, lone).await, "its bytes went with it");
    assert_eq!(
        raw(&village, &sent, "", &[]).await.bytes().await.unwrap(),
        shared,
        "which another row names, stay"
    );

    // A device that comes back a day later puts the same again.
    put(&village, &left, "a.pdf", lone).await.expect(201);
    assert!(stored(&product, lone).await);
    let body = json!({ "id": village.new_id(), "attachments": [{ "document_id": left, "kind": "file" }] });
    send(&village, &leg, body).await.expect(201);
    product.clock.advance_ms(48 * HOUR);
    settle(&product).await;
    assert!(stored(&product, lone).await);
    let auditor = product.sign_in("auditor").await;
    let trail = auditor.get("/api/v1/audit?action=document.swept").await.expect(200).json;
    assert_eq!(trail["items"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn nobody_heaps_up_files_that_go_nowhere() {
    let product = Product::start().await;
    let village = product.sign_in("village").await;
    let desk = product.sign_in("desk").await;
    let leg = submitted(&village, "urgent").await.id();
    let first = document(&village, "0.jpg", JPEG).await;
    for n in 1..40 {
        document(&village, &format!("{n}.jpg"), JPEG).await;
    }
    let one_more = village.new_id();
    let refused = put(&village, &one_more, "41.jpg", JPEG).await;
    assert_eq!(refused.expect_refusal(429, "document.too-many-unsent").json["most"], 40);
    put(&village, &first, "0.jpg", JPEG).await.expect(201);
    document(&desk, "a.jpg", JPEG).await;
    let body = json!({ "id": village.new_id(), "attachments": [{ "document_id": first, "kind": "photo" }] });
    send(&village, &leg, body).await.expect(201);
    put(&village, &one_more, "41.jpg", JPEG).await.expect(201);
}
