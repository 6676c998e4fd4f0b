//! A small tus 1.0 client, as the page has one: begins an upload, sends pieces of it, asks where to go on.

use crate::harness::{Answer, User};
use reqwest::Method;
use serde_json::Value;

/// An upload that was begun.
pub struct Upload<'a> {
    user: &'a User<'a>,
    pub path: String,
}

impl<'a> Upload<'a> {
    pub async fn begin(user: &'a User<'a>, size: usize, metadata: &[(&str, &str)]) -> Self {
        let response = Self::ask(user, size, metadata).await;
        assert_eq!(response.status(), 201);
        let path = response.headers()["location"].to_str().expect("a path").to_owned();
        Self { user, path }
    }

    /// One that was begun before, perhaps in another session.
    pub fn resume(user: &'a User<'a>, path: &str) -> Self {
        Self { user, path: path.to_owned() }
    }

    /// Asks for an upload, whatever comes of it.
    pub async fn ask(user: &User<'_>, size: usize, metadata: &[(&str, &str)]) -> reqwest::Response {
        let pairs: Vec<String> =
            metadata.iter().map(|(k, v)| format!("{k} {}", base64(v.as_bytes()))).collect();
        let request = user
            .request(Method::POST, "/uploads")
            .header("tus-resumable", "1.0.0")
            .header("upload-length", size)
            .header("upload-metadata", pairs.join(","));
        request.send().await.expect("an answer")
    }

    /// Sends bytes at an offset.
    pub async fn send(&self, at: usize, bytes: impl Into<reqwest::Body>) -> Answer {
        let request = self
            .user
            .request(Method::PATCH, &self.path)
            .header("tus-resumable", "1.0.0")
            .header("content-type", "application/offset+octet-stream")
            .header("upload-offset", at)
            .body(bytes);
        Answer::of(request.send().await.expect("an answer")).await
    }

    pub async fn offset(&self) -> usize {
        let request = self.user.request(Method::HEAD, &self.path).header("tus-resumable", "1.0.0");
        let response = request.send().await.expect("an answer");
        assert_eq!(response.status(), 200);
        response.headers()["upload-offset"].to_str().expect("a number").parse().expect("a number")
    }

    /// What became of it.
    pub async fn outcome(&self) -> Value {
        self.user.get(&format!("/api/v1{}", self.path)).await.expect(200).json
    }

    /// Begins and sends in one.
    pub async fn whole(user: &'a User<'a>, bytes: Vec<u8>, metadata: &[(&str, &str)]) -> (Answer, Value) {
        let upload = Self::begin(user, bytes.len(), metadata).await;
        let answer = upload.send(0, bytes).await;
        (answer, upload.outcome().await)
    }
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let bits = chunk.iter().fold(0_u32, |bits, b| (bits << 8) | u32::from(*b)) << (8 * (3 - chunk.len()));
        for digit in 0..4 {
            let at = (bits >> (18 - 6 * digit)) & 63;
            text.push(if digit <= chunk.len() { char::from(DIGITS[at as usize]) } else { '=' });
        }
    }
    text
}
