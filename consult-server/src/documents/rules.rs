//! What a document is by its bytes, what it may be called, and which part of it was asked for. Pure.

use super::Kind;
use std::ops::Range;

/// The longest name, in characters with the extension.
const NAME_LIMIT: usize = 120;
/// So many documents of one person may wait for what they are attached to: several full messages from an offline device.
pub const MOST_UNATTACHED: i64 = 40;
/// So far into a file is looked for the names of its codecs.
const CODECS_WITHIN: usize = 16 * 1024;

impl Kind {
    const ALL: &'static [(Kind, &'static str, &'static str, &'static [&'static str])] = &[
        (Kind::Jpeg, "jpeg", "image/jpeg", &["jpg", "jpeg"]),
        (Kind::Png, "png", "image/png", &["png"]),
        (Kind::Webp, "webp", "image/webp", &["webp"]),
        (Kind::Heic, "heic", "image/heic", &["heic", "heif"]),
        (Kind::Pdf, "pdf", "application/pdf", &["pdf"]),
        (Kind::Text, "text", "text/plain", &["txt", "csv", "md"]),
        (Kind::Svg, "svg", "image/svg+xml", &["svg"]),
        (Kind::Html, "html", "text/html", &["html", "htm"]),
        (Kind::Xml, "xml", "application/xml", &["xml"]),
        (Kind::WebmAudio, "webm_audio", "audio/webm", &["weba", "webm"]),
        (Kind::Mp4Audio, "mp4_audio", "audio/mp4", &["m4a", "mp4", "aac"]),
        (Kind::Ogg, "ogg", "audio/ogg", &["ogg", "oga", "opus"]),
        (Kind::Wav, "wav", "audio/wav", &["wav"]),
        (Kind::WebmVideo, "webm_video", "video/webm", &["webm"]),
        (Kind::Mp4Video, "mp4_video", "video/mp4", &["mp4", "m4v"]),
        (Kind::QuickTime, "quicktime", "video/quicktime", &["mov"]),
    ];

    fn line(self) -> &'static (Kind, &'static str, &'static str, &'static [&'static str]) {
        Self::ALL.iter().find(|(kind, ..)| *kind == self).unwrap_or(&Self::ALL[0])
    }

    /// As the store writes it.
    pub fn as_str(self) -> &'static str {
        self.line().1
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, name, ..)| *name == text).map(|(kind, ..)| *kind)
    }

    pub fn media_type(self) -> &'static str {
        self.line().2
    }

    fn extensions(self) -> &'static [&'static str] {
        self.line().3
    }

    pub fn is_image(self) -> bool {
        matches!(self, Kind::Jpeg | Kind::Png | Kind::Webp)
    }

    pub fn is_audio(self) -> bool {
        matches!(self, Kind::WebmAudio | Kind::Mp4Audio | Kind::Ogg | Kind::Wav)
    }

    /// Whether a page of ours may show or play it. What can hold a script is never served as what it is.
    pub fn is_inline(self) -> bool {
        self.is_image() || self.is_audio() || matches!(self, Kind::WebmVideo | Kind::Mp4Video)
    }

    /// The type to send it as: markup goes out as bytes that no browser opens.
    pub fn served_as(self) -> &'static str {
        match self {
            Kind::Svg | Kind::Html | Kind::Xml => "application/octet-stream",
            Kind::Jpeg
            | Kind::Png
            | Kind::Webp
            | Kind::Heic
            | Kind::Pdf
            | Kind::Text
            | Kind::WebmAudio
            | Kind::Mp4Audio
            | Kind::Ogg
            | Kind::Wav
            | Kind::WebmVideo
            | Kind::Mp4Video
            | Kind::QuickTime => self.media_type(),
        }
    }
}

/// What the bytes are; `None` for what is not taken. Only what stands at the very beginning counts, so that a file that is
/// several things at once is the one that it is served as.
pub fn sniff(bytes: &[u8]) -> Option<Kind> {
    if bytes.starts_with(&[0xFF, 0xD8, 0xFF]) {
        return Some(Kind::Jpeg);
    }
    if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        return Some(Kind::Png);
    }
    if bytes.starts_with(b"%PDF-") {
        return Some(Kind::Pdf);
    }
    if bytes.starts_with(b"RIFF") {
        return match bytes.get(8..12)? {
            b"WEBP" => Some(Kind::Webp),
            b"WAVE" => Some(Kind::Wav),
            _ => None,
        };
    }
    if bytes.starts_with(b"OggS") {
        let head = &bytes[..bytes.len().min(CODECS_WITHIN)];
        let sounds = has(head, b"OpusHead") || has(head, b"\x01vorbis") || has(head, b"\x7fFLAC");
        return (sounds && !has(head, b"\x80theora")).then_some(Kind::Ogg);
    }
    if bytes.starts_with(&[0x1A, 0x45, 0xDF, 0xA3]) {
        return webm(&bytes[..bytes.len().min(CODECS_WITHIN)]);
    }
    if bytes.get(4..8) == Some(b"ftyp") {
        return iso_media(bytes);
    }
    text(bytes)
}

/// Matroska in the profile of the web (RFC 9559): whether there is a picture in it, its tracks say.
fn webm(head: &[u8]) -> Option<Kind> {
    if !has(head, b"webm") {
        return None;
    }
    let pictures: [&[u8]; 4] = [b"V_VP8", b"V_VP9", b"V_AV1", b"V_MPEG4"];
    if pictures.iter().any(|codec| has(head, codec)) {
        return Some(Kind::WebmVideo);
    }
    (has(head, b"A_OPUS") || has(head, b"A_VORBIS")).then_some(Kind::WebmAudio)
}

/// ISO 14496-12: the brand, and the handlers of the tracks.
fn iso_media(bytes: &[u8]) -> Option<Kind> {
    match bytes.get(8..12)? {
        b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"mif1" | b"msf1" => return Some(Kind::Heic),
        b"qt  " => return Some(Kind::QuickTime),
        _ => {}
    }
    let handled = |kind: &[u8; 4]| {
        bytes.windows(16).any(|window| window.starts_with(b"hdlr") && window[12..16] == kind[..])
    };
    if handled(b"vide") { Some(Kind::Mp4Video) } else { handled(b"soun").then_some(Kind::Mp4Audio) }
}

/// Text in UTF-8 or GB 18030 without control characters; markup apart.
fn text(bytes: &[u8]) -> Option<Kind> {
    if bytes.is_empty() || bytes.iter().any(|b| *b < 0x20 && !b"\t\n\r\x0c".contains(b) || *b == 0x7F) {
        return None;
    }
    let decoded = match std::str::from_utf8(bytes) {
        Ok(text) => std::borrow::Cow::Borrowed(text),
        Err(_) => encoding_rs::GB18030.decode_without_bom_handling_and_without_replacement(bytes)?,
    };
    let start = decoded.trim_start_matches('\u{FEFF}').trim_start();
    if !start.starts_with('<') {
        return Some(Kind::Text);
    }
    let lower = start.to_ascii_lowercase();
    if lower.contains("<svg") {
        return Some(Kind::Svg);
    }
    let is_page = ["<html", "<!doctype html", "<script", "<body", "<iframe", "<img"];
    Some(if is_page.iter().any(|mark| lower.contains(mark)) { Kind::Html } else { Kind::Xml })
}

fn has(bytes: &[u8], what: &[u8]) -> bool {
    bytes.windows(what.len()).any(|window| window == what)
}

/// A name that is safe to show and to save under: the last part of a path, without control and direction characters, no
/// longer than a line, with an extension that says what the file is.
pub fn name(said: &str, kind: Kind) -> String {
    let last = said.rsplit(['/', '\\']).next().unwrap_or_default();
    let clean: String = last
        .chars()
        .filter(|c| !is_hidden(*c))
        .map(|c| if ":*?\"<>|".contains(c) { '_' } else { c })
        .collect();
    let clean = clean.trim_matches(|c: char| c == '.' || c.is_whitespace());
    let (stem, extension) = match clean.rsplit_once('.') {
        Some((stem, extension)) if kind.extensions().contains(&extension.to_ascii_lowercase().as_str()) => {
            (stem, extension)
        }
        Some(_) | None => (clean, kind.extensions()[0]),
    };
    let room = NAME_LIMIT - extension.len() - 1;
    let stem: String = stem.chars().take(room).collect();
    let stem = stem.trim_end_matches(|c: char| c == '.' || c.is_whitespace());
    format!("{}.{extension}", if stem.is_empty() { "file" } else { stem })
}

/// Control characters, and those that turn the direction of what follows or cannot be seen.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
}

/// `Content-Disposition` (RFC 6266) with the name in UTF-8 (RFC 8187) and a plain one for old programs.
pub fn disposition(name: &str, kind: Kind, download: bool) -> String {
    let how = if kind.is_inline() && !download { "inline" } else { "attachment" };
    let mut encoded = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    format!("{how}; filename=\"file.{}\"; filename*=UTF-8''{encoded}", kind.extensions()[0])
}

/// Which bytes a `Range` header asks for (RFC 9110 §14): one part, as players do.
#[derive(Debug, PartialEq, Eq)]
pub enum Part {
    Whole,
    Some(Range<usize>),
    /// Beyond the end.
    Nothing,
}

pub fn part(asked: Option<&str>, size: usize) -> Part {
    let Some(range) = asked.and_then(|text| text.strip_prefix("bytes=")) else { return Part::Whole };
    let Some((first, last)) = range.split_once('-') else { return Part::Whole };
    let number = |text: &str| text.trim().parse::<usize>().ok();
    let found = match (number(first), number(last)) {
        (Some(first), last) => first..last.map_or(size, |last| last.saturating_add(1)).min(size),
        (None, Some(tail)) if first.is_empty() => size.saturating_sub(tail)..size,
        (None, _) => return Part::Whole,
    };
    if found.is_empty() { Part::Nothing } else { Part::Some(found) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mp4(brand: &[u8; 4], handler: &[u8; 4]) -> Vec<u8> {
        [&[0, 0, 0, 24][..], b"ftyp", brand, &[0; 12], b"hdlr", &[0; 8], handler, &[0; 8]].concat()
    }

    #[test]
    fn a_file_is_what_its_first_bytes_say() {
        let webm = |codec: &[u8]| [&[0x1A, 0x45, 0xDF, 0xA3][..], b"\x42\x82\x84webm", codec].concat();
        for (bytes, kind) in [
            (b"\xFF\xD8\xFF\xE0\0\x10JFIF<script>".to_vec(), Some(Kind::Jpeg)),
            (b"\x89PNG\r\n\x1a\n\0\0".to_vec(), Some(Kind::Png)),
            (b"RIFF\x10\0\0\0WEBPVP8 ".to_vec(), Some(Kind::Webp)),
            (b"RIFF\x10\0\0\0WAVEfmt ".to_vec(), Some(Kind::Wav)),
            (b"RIFF\x10\0\0\0AVI LIST".to_vec(), None),
            (b"%PDF-1.7\n\x80".to_vec(), Some(Kind::Pdf)),
            (b"OggS\0\x02........OpusHead".to_vec(), Some(Kind::Ogg)),
            (webm(b"A_OPUS"), Some(Kind::WebmAudio)),
            (webm(b"V_VP8 A_OPUS"), Some(Kind::WebmVideo)),
            (webm(b"S_TEXT"), None),
            (mp4(b"isom", b"vide"), Some(Kind::Mp4Video)),
            (mp4(b"M4A ", b"soun"), Some(Kind::Mp4Audio)),
            (mp4(b"heic", b"pict"), Some(Kind::Heic)),
            (mp4(b"isom", b"hint"), None),
            ("心电图 正常\r\n".as_bytes().to_vec(), Some(Kind::Text)),
            (b"\xd0\xc4\xb5\xe7\xcd\xbc".to_vec(), Some(Kind::Text)),
            (b"MZ\x90\0\x03\0".to_vec(), None),
            (b"PK\x03\x04".to_vec(), None),
            (b"".to_vec(), None),
        ] {
            assert_eq!(sniff(&bytes), kind, "{}", String::from_utf8_lossy(&bytes));
        }
    }

    #[test]
    fn markup_in_any_disguise_is_never_shown_inline() {
        for page in [
            "\u{FEFF}  <!DOCTYPE html><p>",
            "<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
            "<!-- x --><HTML>",
            "<script>alert(1)</script>",
            "<ClinicalDocument/>",
            "GIF89a<script>alert(1)</script>",
        ] {
            let kind = sniff(page.as_bytes()).unwrap();
            assert!(!kind.is_inline() && !kind.served_as().contains("html"), "{page}");
            assert!(!kind.served_as().contains("xml"), "{page}");
        }
    }

    #[test]
    fn a_name_leads_nowhere_hides_nothing_and_says_what_the_file_is() {
        for (said, kind, kept) in [
            ("../../etc/passwd", Kind::Text, "passwd.txt"),
            ("C:\\windows\\心电图.JPG", Kind::Jpeg, "心电图.JPG"),
            ("a\r\nSet-Cookie: x=1.pdf", Kind::Pdf, "aSet-Cookie_ x=1.pdf"),
            ("photo\u{202E}gpj.exe", Kind::Jpeg, "photogpj.exe.jpg"),
            ("页面.html", Kind::Jpeg, "页面.html.jpg"),
            ("....", Kind::Png, "file.png"),
            ("", Kind::Wav, "file.wav"),
            (" a . ", Kind::Pdf, "a.pdf"),
        ] {
            assert_eq!(name(said, kind), kept, "{said}");
        }
        let long = name(&"长".repeat(500), Kind::Pdf);
        assert!(long.chars().count() == NAME_LIMIT && long.ends_with(".pdf"));
        let header = disposition("心 \"x\".pdf", Kind::Pdf, false);
        assert!(header.starts_with("attachment; ") && header.is_ascii(), "{header}");
        assert!(header.ends_with("filename*=UTF-8''%E5%BF%83%20%22x%22.pdf"), "{header}");
        assert!(disposition("a.jpg", Kind::Jpeg, false).starts_with("inline"));
        assert!(disposition("a.jpg", Kind::Jpeg, true).starts_with("attachment"));
        assert!(disposition("a.svg", Kind::Svg, false).starts_with("attachment"));
    }

    #[test]
    fn a_player_gets_the_part_it_asks_for() {
        assert_eq!(part(None, 10), Part::Whole);
        assert_eq!(part(Some("bytes=0-"), 10), Part::Some(0..10));
        assert_eq!(part(Some("bytes=2-4"), 10), Part::Some(2..5));
        assert_eq!(part(Some("bytes=2-999"), 10), Part::Some(2..10));
        assert_eq!(part(Some("bytes=-3"), 10), Part::Some(7..10));
        assert_eq!(part(Some("bytes=10-"), 10), Part::Nothing);
        assert_eq!(part(Some("bytes=5-4"), 10), Part::Nothing);
        for nonsense in ["bytes=a-b", "bytes=", "items=1-2", "bytes=1-2,4-5"] {
            assert!(matches!(part(Some(nonsense), 10), Part::Whole | Part::Some(_)), "{nonsense}");
        }
    }
}
