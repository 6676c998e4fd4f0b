//! Content negotiation (PS3.18 §8.7): media ranges with weights, and the `type` and `transfer-syntax` parameters
//! that DICOMweb adds to them.

/// The media ranges of an `Accept` header, best first. Empty when the client said nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Accept(Vec<Range>);

/// One media range; for `multipart/related` the type of its parts.
#[derive(Clone, Debug, PartialEq)]
pub struct Range {
    /// `application/dicom`, `image/*`, `*/*`, …; lower case.
    pub media: String,
    /// Parts in `multipart/related`.
    pub multipart: bool,
    /// `*` or a UID.
    pub transfer_syntax: Option<String>,
    weight: f32,
}

impl Accept {
    /// Parses a header value; several headers are joined by commas before. Malformed ranges are passed over.
    pub fn parse(header: &str) -> Self {
        let mut ranges: Vec<Range> = split(header, ',').filter_map(range).collect();
        // Stable, so that of equals the first wins.
        ranges.sort_by(|a, b| b.weight.total_cmp(&a.weight));
        Self(ranges)
    }

    /// What the client accepts, best first; a client that says nothing accepts anything.
    pub fn ranges(&self) -> Vec<Range> {
        if self.0.is_empty() {
            let anything =
                Range { media: "*/*".into(), multipart: false, transfer_syntax: None, weight: 1.0 };
            return vec![anything];
        }
        self.0.clone()
    }

    /// The best of the media types that can be given, outside multipart.
    pub fn single<'a>(&self, offered: &[&'a str]) -> Option<&'a str> {
        self.ranges()
            .iter()
            .filter(|range| !range.multipart)
            .find_map(|range| offered.iter().find(|media| range.covers(media)).copied())
    }
}

impl Range {
    /// Whether a media type falls into this range.
    pub fn covers(&self, media: &str) -> bool {
        let group = media.split('/').next().unwrap_or_default();
        self.media == "*/*"
            || self.media == media
            || self.media.strip_suffix("/*").is_some_and(|wanted| wanted == group)
    }

    pub fn is_anything(&self) -> bool {
        self.media == "*/*"
    }
}

fn range(text: &str) -> Option<Range> {
    let (media, parameters) = media_type(text)?;
    let of = |name: &str| parameters.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
    let weight: f32 = of("q").map_or(Some(1.0), |q| q.parse().ok())?;
    // Zero means "not that one"; no number at all is malformed.
    if weight <= 0.0 || weight.is_nan() {
        return None;
    }
    let multipart = media == "multipart/related" || media == "multipart/*";
    let media =
        if multipart { of("type").unwrap_or_else(|| "*/*".into()).to_ascii_lowercase() } else { media };
    Some(Range { media, multipart, transfer_syntax: of("transfer-syntax"), weight })
}

/// A media type in lower case, and its parameters unquoted (RFC 9110 §8.3.1).
pub(super) fn media_type(text: &str) -> Option<(String, Vec<(String, String)>)> {
    let mut parts = split(text, ';');
    let media = parts.next()?.trim().to_ascii_lowercase();
    if media.split_once('/').is_none_or(|(group, name)| group.is_empty() || name.is_empty()) {
        return None;
    }
    let parameters = parts
        .filter_map(|parameter| {
            let (key, value) = parameter.split_once('=')?;
            let value = value.trim();
            let value = value.strip_prefix('"').and_then(|v| v.strip_suffix('"')).unwrap_or(value);
            Some((key.trim().to_ascii_lowercase(), value.to_owned()))
        })
        .collect();
    Some((media, parameters))
}

/// Splits outside quotation marks.
fn split(text: &str, at: char) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    text.split(move |c: char| {
        if c == '"' {
            quoted = !quoted;
        }
        c == at && !quoted
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_type_of_parts_and_the_transfer_syntax_are_read() {
        let accept = Accept::parse(
            "multipart/related; type=\"application/dicom\"; transfer-syntax=*;q=0.5, image/jpeg",
        );
        let ranges = accept.ranges();
        assert_eq!(ranges[0].media, "image/jpeg");
        assert_eq!((ranges[1].media.as_str(), ranges[1].multipart), ("application/dicom", true));
        assert_eq!(ranges[1].transfer_syntax.as_deref(), Some("*"));
    }

    #[test]
    fn the_best_of_what_is_offered_is_chosen() {
        let offered = ["image/jpeg", "image/png"];
        let best = |header: &str| Accept::parse(header).single(&offered);
        assert_eq!(best(""), Some("image/jpeg"));
        assert_eq!(best("image/png, image/jpeg;q=0.9"), Some("image/png"));
        assert_eq!(best("image/*"), Some("image/jpeg"));
        assert_eq!(best("text/html"), None);
        assert_eq!(best("image/jpeg;q=0, image/png"), Some("image/png"));
    }
}
