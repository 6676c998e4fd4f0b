//! `multipart/related` (RFC 2387, RFC 2046 §5.1.1) in both directions, part by part, without holding a body whole.

use bytes::{Bytes, BytesMut};
use futures_util::stream::{self, BoxStream, Stream, StreamExt};

use super::error::WebError;

/// The longest header of a part, and the longest boundary (RFC 2046 §5.1.1 allows 70).
const MAX_HEADER: usize = 8 << 10;
const MAX_BOUNDARY: usize = 200;

/// A part to be sent.
pub(super) struct Part {
    pub content_type: String,
    pub location: Option<String>,
    pub body: BoxStream<'static, Result<Bytes, WebError>>,
}

impl Part {
    pub(super) fn whole(content_type: String, location: Option<String>, bytes: Bytes) -> Self {
        Self { content_type, location, body: stream::iter([Ok(bytes)]).boxed() }
    }
}

/// The bytes of a body with these parts.
pub(super) fn write(
    boundary: &str,
    parts: BoxStream<'static, Result<Part, WebError>>,
) -> impl Stream<Item = Result<Bytes, WebError>> + Send + use<> {
    let last = Bytes::from(format!("--{boundary}--\r\n"));
    let boundary = boundary.to_owned();
    let pieces = parts.flat_map(move |part| match part {
        Ok(part) => {
            let location =
                part.location.map(|url| format!("Content-Location: {url}\r\n")).unwrap_or_default();
            let head = format!("--{boundary}\r\nContent-Type: {}\r\n{location}\r\n", part.content_type);
            let head = stream::iter([Ok(Bytes::from(head))]);
            head.chain(part.body).chain(stream::iter([Ok(Bytes::from_static(b"\r\n"))])).boxed()
        }
        Err(error) => stream::iter([Err(error)]).boxed(),
    });
    pieces.chain(stream::iter([Ok(last)]))
}

/// What a reader finds.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Event {
    /// A part begins; its content type, when it has one.
    Part(Option<String>),
    Data(Bytes),
    /// The part is complete.
    End,
}

/// Reads a body as its bytes come.
pub(super) struct Reader {
    /// `\r\n--boundary`.
    delimiter: Vec<u8>,
    buffer: BytesMut,
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// Before the first boundary; what stands there is passed over.
    Preamble,
    /// After a boundary: a part or the end.
    Boundary,
    Header,
    Body,
    /// After the last boundary.
    Done,
}

impl Reader {
    pub(super) fn new(boundary: &str) -> Result<Self, WebError> {
        if boundary.is_empty() || boundary.len() > MAX_BOUNDARY {
            return Err(WebError::UnsupportedMediaType);
        }
        // As if a line ended before the body, so that the first boundary is like the others.
        Ok(Self {
            delimiter: format!("\r\n--{boundary}").into_bytes(),
            buffer: BytesMut::from(&b"\r\n"[..]),
            state: State::Preamble,
        })
    }

    pub(super) fn feed(&mut self, bytes: &[u8]) {
        if self.state != State::Done {
            self.buffer.extend_from_slice(bytes);
        }
    }

    /// The next event, or `None` until more bytes are fed.
    pub(super) fn next(&mut self) -> Result<Option<Event>, WebError> {
        loop {
            match self.state {
                State::Preamble => match find(&self.buffer, &self.delimiter) {
                    Some(at) => {
                        drop(self.buffer.split_to(at + self.delimiter.len()));
                        self.state = State::Boundary;
                    }
                    None => {
                        let keep = self.buffer.len().saturating_sub(self.delimiter.len());
                        drop(self.buffer.split_to(keep));
                        return Ok(None);
                    }
                },
                State::Boundary => {
                    if self.buffer.starts_with(b"--") {
                        self.state = State::Done;
                        self.buffer.clear();
                        return Ok(None);
                    }
                    // White space may follow a boundary, then the line ends.
                    let Some(end) = find(&self.buffer, b"\r\n") else {
                        return if self.buffer.len() > MAX_HEADER {
                            Err(WebError::BodyInvalid)
                        } else {
                            Ok(None)
                        };
                    };
                    if !self.buffer[..end].iter().all(|b| matches!(b, b' ' | b'\t')) {
                        return Err(WebError::BodyInvalid);
                    }
                    // The line end stays: a part without headers has its empty line right here.
                    drop(self.buffer.split_to(end));
                    self.state = State::Header;
                }
                State::Header => {
                    let Some(end) = find(&self.buffer, b"\r\n\r\n") else {
                        return if self.buffer.len() > MAX_HEADER {
                            Err(WebError::BodyInvalid)
                        } else {
                            Ok(None)
                        };
                    };
                    let head = self.buffer.split_to(end + 4);
                    self.state = State::Body;
                    return Ok(Some(Event::Part(content_type(&head))));
                }
                State::Body => match find(&self.buffer, &self.delimiter) {
                    Some(0) => {
                        drop(self.buffer.split_to(self.delimiter.len()));
                        self.state = State::Boundary;
                        return Ok(Some(Event::End));
                    }
                    Some(at) => return Ok(Some(Event::Data(self.buffer.split_to(at).freeze()))),
                    None => {
                        // The end of what is here may be the beginning of a boundary.
                        let ready = self.buffer.len().saturating_sub(self.delimiter.len());
                        if ready == 0 {
                            return Ok(None);
                        }
                        return Ok(Some(Event::Data(self.buffer.split_to(ready).freeze())));
                    }
                },
                State::Done => return Ok(None),
            }
        }
    }

    /// Whether the last boundary has come; a body that ends before it was cut off.
    pub(super) fn is_complete(&self) -> bool {
        self.state == State::Done
    }
}

/// The first place of `needle`. Its first byte is looked for quickly; bodies are megabytes of pixels.
fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    let mut from = 0;
    while let Some(at) = haystack.get(from..)?.iter().position(|b| *b == needle[0]) {
        let at = from + at;
        if haystack[at..].starts_with(needle) {
            return Some(at);
        }
        from = at + 1;
    }
    None
}

fn content_type(head: &[u8]) -> Option<String> {
    let head = String::from_utf8_lossy(head);
    head.split("\r\n").find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.trim().eq_ignore_ascii_case("content-type").then(|| value.trim().to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    type Parts = Vec<(Option<String>, Vec<u8>)>;

    /// All parts of a body that comes in chunks of `size`.
    fn read(body: &[u8], size: usize) -> Result<(Parts, bool), WebError> {
        let mut reader = Reader::new("xx")?;
        let mut parts = Parts::new();
        for chunk in body.chunks(size.max(1)) {
            reader.feed(chunk);
            while let Some(event) = reader.next()? {
                match event {
                    Event::Part(kind) => parts.push((kind, Vec::new())),
                    Event::Data(bytes) => parts.last_mut().expect("a part").1.extend_from_slice(&bytes),
                    Event::End => {}
                }
            }
        }
        Ok((parts, reader.is_complete()))
    }

    const BODY: &[u8] =
        b"--xx\r\nContent-Type: application/dicom\r\n\r\none\r\n--x\r\n--xx\r\n\r\ntwo\r\n--xx--\r\n";

    #[test]
    fn parts_are_the_same_in_whatever_pieces_the_body_comes() {
        for size in 1..BODY.len() {
            let (parts, complete) = read(BODY, size).expect("parts");
            let expected =
                [(Some("application/dicom".to_owned()), b"one\r\n--x".to_vec()), (None, b"two".to_vec())];
            assert_eq!(parts, expected, "pieces of {size}");
            assert!(complete);
        }
    }

    #[test]
    fn a_body_that_was_cut_off_is_not_complete() {
        for end in 0..BODY.len() - 4 {
            assert!(!read(&BODY[..end], 7).expect("parts").1, "{end} bytes");
        }
    }

    #[tokio::test]
    async fn what_is_written_reads_back() {
        let part = |n: u8| Ok(Part::whole("application/dicom".into(), None, vec![n; 300].into()));
        let stream = write("xx", stream::iter([part(1), part(2)]).boxed());
        let pieces: Vec<_> = stream.map(|piece| piece.expect("bytes")).collect().await;
        let (parts, complete) = read(&pieces.concat(), 11).expect("parts");
        assert_eq!(parts.iter().map(|(_, body)| body[0]).collect::<Vec<_>>(), [1, 2]);
        assert!(complete && parts.iter().all(|(_, body)| body.len() == 300));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_panic(body in proptest::collection::vec(any::<u8>(), 0..300), size in 1_usize..50) {
            drop(read(&body, size));
        }

        #[test]
        fn any_content_survives(content in proptest::collection::vec(any::<u8>(), 0..300), size in 1_usize..50) {
            prop_assume!(find(&content, b"\r\n--xx").is_none());
            let body = [b"--xx\r\n\r\n".as_slice(), &content, b"\r\n--xx--"].concat();
            let (parts, _) = read(&body, size).unwrap();
            prop_assert_eq!(&parts[0].1, &content);
        }
    }
}
