//! The built web application as bytes: what Vite left in `web/dist`, with the `.br` and `.gz` beside each file.
//! Knows no HTTP framework and no caller; the server maps [`asset`] and [`index`] to answers. Release builds carry
//! the files in the binary, debug builds read them from disk. Without a build, [`index`] says how to make one.

use std::{borrow::Cow, fmt::Write as _};

use rust_embed::Embed;

#[derive(Embed)]
#[folder = "dist"]
struct Dist;

/// The token in `index.html` that stands for the nonce of the answer's Content-Security-Policy.
pub const NONCE_TOKEN: &str = "__CSP_NONCE__";

/// The coding of [`Asset::bytes`], for the `Content-Encoding` header (RFC 9110 §8.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    Identity,
    Gzip,
    Brotli,
}

impl Encoding {
    /// The header value; `None` for identity, where the header is left out.
    pub fn header(self) -> Option<&'static str> {
        match self {
            Self::Identity => None,
            Self::Gzip => Some("gzip"),
            Self::Brotli => Some("br"),
        }
    }

    fn suffix(self) -> &'static str {
        match self {
            Self::Identity => "",
            Self::Gzip => ".gz",
            Self::Brotli => ".br",
        }
    }
}

/// One file of the application. An answer with it also says `Vary: Accept-Encoding`.
pub struct Asset {
    pub bytes: Cow<'static, [u8]>,
    pub content_type: &'static str,
    pub encoding: Encoding,
    /// Quoted, strong, different per encoding (RFC 9110 §8.8.3).
    pub etag: String,
    /// The name carries a hash of the content: `Cache-Control: public, max-age=31536000, immutable`; else `no-cache`.
    pub immutable: bool,
}

/// The file at `path` (of the URL, with or without the leading `/`) in the best encoding that `accept_encoding`
/// allows. `None` when there is no such file, for `index.html` (see [`index`]), and for the build's own notes.
pub fn asset(path: &str, accept_encoding: Option<&str>) -> Option<Asset> {
    let path = path.trim_start_matches('/');
    if path.is_empty() || path == "index.html" || path.split('/').any(|part| part.starts_with('.')) {
        return None;
    }
    if path.ends_with(".br") || path.ends_with(".gz") {
        return None;
    }
    let accepted = accept_encoding.unwrap_or_default();
    let (encoding, file) = [Encoding::Brotli, Encoding::Gzip, Encoding::Identity]
        .into_iter()
        .filter(|encoding| encoding.header().is_none_or(|name| accepts(accepted, name)))
        .find_map(|encoding| Some((encoding, Dist::get(&format!("{path}{}", encoding.suffix()))?)))?;
    let mut etag = String::from("\"");
    for byte in &file.metadata.sha256_hash()[..12] {
        let _ = write!(etag, "{byte:02x}");
    }
    etag.push('"');
    Some(Asset {
        bytes: file.data,
        content_type: content_type(path),
        encoding,
        etag,
        immutable: path.starts_with("assets/"),
    })
}

/// The page, with `nonce` (base64 or hex: it is not escaped) on its scripts and styles. Answered with `no-cache` for
/// every path that is neither an asset nor one of the server's own.
pub fn index(nonce: &str) -> String {
    match Dist::get("index.html") {
        Some(page) => String::from_utf8_lossy(&page.data).replace(NONCE_TOKEN, nonce),
        None => MISSING.to_owned(),
    }
}

/// Whether a web build is there, for `consult-server doctor`.
pub fn built() -> bool {
    Dist::get("index.html").is_some()
}

/// RFC 9110 §12.5.3, as far as browsers use it: names with an optional `q`, where `q=0` refuses.
fn accepts(header: &str, coding: &str) -> bool {
    header.split(',').any(|item| {
        let mut parts = item.split(';').map(str::trim);
        let named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case(coding));
        let refused = parts
            .filter_map(|part| part.strip_prefix("q="))
            .any(|q| q.parse::<f32>().is_ok_and(|q| q <= 0.0));
        named && !refused
    })
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "html" => "text/html; charset=utf-8",
        "json" => "application/json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "wasm" => "application/wasm",
        "webmanifest" => "application/manifest+json",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

const MISSING: &str = "<!doctype html><html lang=\"zh-CN\"><meta charset=\"utf-8\"><title>Not built</title>\
<body><h1>网页尚未构建</h1><p>运行 <code>make run</code>，或在 <code>web/</code> 中运行 <code>npm ci &amp;&amp; npm run build</code>，然后重新编译服务器。</p>\
<h1>The web application is not built</h1><p>Run <code>make run</code>, or <code>npm ci &amp;&amp; npm run build</code> in <code>web/</code>, \
and compile the server again. The API works without it.</p></body></html>";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_coding_with_q_zero_is_refused() {
        assert!(accepts("gzip, deflate, br", "br"));
        assert!(accepts("gzip;q=0.8, br;q=1.0", "gzip"));
        assert!(!accepts("gzip, br;q=0", "br"));
        assert!(!accepts("", "gzip"));
    }

    #[test]
    fn notes_of_the_build_and_compressed_names_are_not_served() {
        for path in [
            "/.vite/manifest.json",
            "/index.html",
            "/",
            "/favicon.svg.br",
            "/../Cargo.toml",
            "/assets/none.js",
        ] {
            assert!(asset(path, Some("br")).is_none(), "{path}");
        }
    }

    #[test]
    fn the_page_never_shows_the_nonce_token() {
        let page = index("bm9uY2U");
        assert!(page.starts_with("<!doctype html>"));
        assert!(!page.contains(NONCE_TOKEN));
    }
}
