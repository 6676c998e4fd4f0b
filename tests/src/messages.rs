//! What the tests of conversations share: saying, reading, handing in documents. Knows the product from outside only.

use crate::harness::{Answer, User, text};
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The smallest picture that is one by its first bytes.
pub const JPEG: &[u8] = b"\xFF\xD8\xFF\xE0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0\xFF\xD9";
pub const VOICE: &[u8] = b"\x1A\x45\xDF\xA3\x42\x82\x84webm\x86\x86A_OPUS";

pub fn thread(leg: &str) -> String {
    format!("/api/v1/threads/{leg}")
}

pub async fn say(user: &User<'_>, leg: &str, words: &str) -> Answer {
    send(user, leg, json!({ "id": user.new_id(), "text": words })).await
}

pub async fn send(user: &User<'_>, leg: &str, body: Value) -> Answer {
    user.post(&format!("{}/messages", thread(leg)), body).await
}

/// The messages as this user sees them, the newest first.
pub async fn messages(user: &User<'_>, leg: &str) -> Value {
    user.get(&format!("{}/messages", thread(leg))).await.expect(200).json
}

pub async fn read(user: &User<'_>, leg: &str, up_to: i64) -> Answer {
    user.post(&format!("{}/read", thread(leg)), json!({ "up_to": up_to })).await
}

pub async fn put(user: &User<'_>, id: &str, name: &str, bytes: &[u8]) -> Answer {
    let request = user
        .request(Method::PUT, &format!("/api/v1/documents/{id}?name={}", encoded(name)))
        .header("content-type", "application/octet-stream")
        .body(bytes.to_vec());
    Answer::of(request.send().await.unwrap()).await
}

/// Hands a document in and answers its id.
pub async fn document(user: &User<'_>, name: &str, bytes: &[u8]) -> String {
    let id = user.new_id();
    put(user, &id, name, bytes).await.expect(201);
    id
}

/// The names of those who have, and have not, read a message of a page.
pub fn receipts(page: &Value, message: &Value) -> (BTreeSet<String>, BTreeSet<String>) {
    let name = |id: &Value| {
        let people = page["people"].as_array().unwrap();
        text(&people.iter().find(|person| person["id"] == *id).expect("a name for each receipt")["name"])
    };
    let names = |ids: &Value| ids.as_array().unwrap().iter().map(name).collect();
    (names(&message["read_by"]), names(&message["unread_by"]))
}

pub fn names<const N: usize>(names: [&str; N]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// A text in a query string.
fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}
