//! From method, path and query to a typed request. The whole table of resources is here.

use crate::pixels::{Rectangle, Window, WindowShape};
use crate::uid::{InstanceUid, SeriesUid, StudyUid};

use super::accept::Accept;
use super::error::WebError;
use super::query::{self, Search};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    Get,
    Post,
}

/// A request that was understood.
#[derive(Clone, Debug, PartialEq)]
pub enum Request {
    Search(Box<Search>),
    Retrieve(Scope, Accept),
    Metadata(Scope, Accept),
    /// A tag path such as `7FE00010` or `54000100/1/54001010`.
    BulkData(InstancePath, String, Accept),
    /// Frames counted from 1.
    Frames(InstancePath, Vec<u32>, Accept),
    Rendered(InstancePath, Want, Accept),
    Thumbnail(Scope, Want, Accept),
    /// STOW-RS, perhaps for one study only.
    Store(Option<StudyUid>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstancePath {
    pub study: StudyUid,
    pub series: SeriesUid,
    pub instance: InstanceUid,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    Study(StudyUid),
    Series(StudyUid, SeriesUid),
    Instance(InstancePath),
}

impl Scope {
    pub fn study(&self) -> &StudyUid {
        match self {
            Scope::Study(study) | Scope::Series(study, _) => study,
            Scope::Instance(path) => &path.study,
        }
    }
}

/// How a rendered image is wanted (PS3.18 §8.3.5).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Want {
    /// Counted from 1.
    pub frame: Option<u32>,
    pub window: Option<Window>,
    pub size: Option<(u32, u32)>,
    pub part: Option<Rectangle>,
    pub quality: Option<u8>,
}

/// Parses a request. `path` begins after the service's base, `query` is what follows the question mark, still
/// encoded, and `accept` the value of that header.
pub fn parse(method: Method, path: &str, query: &str, accept: Option<&str>) -> Result<Request, WebError> {
    let segments: Vec<&str> = path.trim_matches('/').split('/').collect();
    let pairs = query::pairs(query)?;
    // A client that cannot set headers may say it in the query (PS3.18 §8.3.3.1).
    let in_query = pairs.iter().find(|(key, _)| key == "accept").map(|(_, value)| value.as_str());
    let accept = Accept::parse(in_query.or(accept).unwrap_or_default());
    let rest: Vec<(String, String)> = pairs.into_iter().filter(|(key, _)| key != "accept").collect();

    if method == Method::Post {
        return match segments.as_slice() {
            ["studies"] => Ok(Request::Store(None)),
            ["studies", uid] => Ok(Request::Store(Some(study(uid)?))),
            _ => Err(WebError::MethodNotAllowed),
        };
    }
    match segments.as_slice() {
        ["studies"] => Ok(Request::Search(Box::new(query::studies(&rest)?))),
        ["series"] => Ok(Request::Search(Box::new(query::series(None, &rest)?))),
        ["instances"] => Ok(Request::Search(Box::new(query::instances(None, None, &rest)?))),
        ["studies", uid, "series"] => Ok(Request::Search(Box::new(query::series(Some(study(uid)?), &rest)?))),
        ["studies", uid, "instances"] => {
            Ok(Request::Search(Box::new(query::instances(Some(study(uid)?), None, &rest)?)))
        }
        ["studies", uid, "series", series_uid, "instances"] => Ok(Request::Search(Box::new(
            query::instances(Some(study(uid)?), Some(series(series_uid)?), &rest)?,
        ))),
        ["studies", uid, tail @ ..] => {
            let (scope, tail) = scope(uid, tail)?;
            resource(scope, tail, &rest, accept)
        }
        _ => Err(WebError::NotFound),
    }
}

fn scope<'a>(uid: &str, tail: &'a [&'a str]) -> Result<(Scope, &'a [&'a str]), WebError> {
    let study = study(uid)?;
    match tail {
        ["series", series_uid, "instances", instance_uid, tail @ ..] => {
            let instance = InstanceUid::parse(instance_uid).map_err(|_| WebError::UidInvalid)?;
            Ok((Scope::Instance(InstancePath { study, series: series(series_uid)?, instance }), tail))
        }
        ["series", series_uid, tail @ ..] => Ok((Scope::Series(study, series(series_uid)?), tail)),
        tail => Ok((Scope::Study(study), tail)),
    }
}

fn resource(
    scope: Scope,
    tail: &[&str],
    query: &[(String, String)],
    accept: Accept,
) -> Result<Request, WebError> {
    match (scope, tail) {
        (scope, []) => Ok(Request::Retrieve(scope, accept)),
        (scope, ["metadata"]) => Ok(Request::Metadata(scope, accept)),
        (scope, ["thumbnail"]) => Ok(Request::Thumbnail(scope, want(query)?, accept)),
        (Scope::Instance(path), ["rendered"]) => Ok(Request::Rendered(path, want(query)?, accept)),
        (Scope::Instance(path), ["frames", list]) => Ok(Request::Frames(path, frames(list)?, accept)),
        (Scope::Instance(path), ["frames", list, "rendered"]) => {
            // A rendered JPEG or PNG shows one frame.
            let &[frame] = frames(list)?.as_slice() else { return Err(WebError::NotAcceptable) };
            Ok(Request::Rendered(path, Want { frame: Some(frame), ..want(query)? }, accept))
        }
        (Scope::Instance(path), ["frames", list, "thumbnail"]) => {
            let frame = frames(list)?.first().copied();
            Ok(Request::Thumbnail(Scope::Instance(path), Want { frame, ..want(query)? }, accept))
        }
        (Scope::Instance(path), ["bulkdata", tag @ ..]) if !tag.is_empty() => {
            Ok(Request::BulkData(path, tag.join("/"), accept))
        }
        _ => Err(WebError::NotFound),
    }
}

fn study(uid: &str) -> Result<StudyUid, WebError> {
    StudyUid::parse(uid).map_err(|_| WebError::UidInvalid)
}

fn series(uid: &str) -> Result<SeriesUid, WebError> {
    SeriesUid::parse(uid).map_err(|_| WebError::UidInvalid)
}

/// `1,2,5`, counted from 1.
fn frames(list: &str) -> Result<Vec<u32>, WebError> {
    let invalid = || WebError::QueryInvalid("frames".to_owned());
    let list = query::decode(list)?;
    list.split(',').map(|n| n.trim().parse().ok().filter(|n| *n > 0).ok_or_else(invalid)).collect()
}

fn want(query: &[(String, String)]) -> Result<Want, WebError> {
    let mut want = Want::default();
    for (key, value) in query {
        let invalid = || WebError::QueryInvalid(key.clone());
        let numbers = |text: &str| -> Result<Vec<f64>, WebError> {
            text.split(',')
                .map(|n| n.trim().parse().ok().filter(|n: &f64| n.is_finite()).ok_or_else(invalid))
                .collect()
        };
        match key.as_str() {
            "window" => want.window = Some(window(value).ok_or_else(invalid)?),
            "viewport" => match numbers(value)?.as_slice() {
                [width, height] => want.size = Some(size(*width, *height).ok_or_else(invalid)?),
                [width, height, left, top, part_width, part_height] => {
                    want.size = Some(size(*width, *height).ok_or_else(invalid)?);
                    let (width, height) = size(*part_width, *part_height).ok_or_else(invalid)?;
                    if *left < 0.0 || *top < 0.0 {
                        return Err(invalid());
                    }
                    want.part = Some(Rectangle { left: *left as u32, top: *top as u32, width, height });
                }
                _ => return Err(invalid()),
            },
            "quality" => {
                want.quality =
                    Some(value.parse().ok().filter(|q| (1..=100).contains(q)).ok_or_else(invalid)?);
            }
            // Of the parameters that PS3.18 has besides, none changes what is drawn here.
            _ => {}
        }
    }
    Ok(want)
}

fn size(width: f64, height: f64) -> Option<(u32, u32)> {
    let side = |n: f64| ((1.0..=65_535.0).contains(&n)).then_some(n as u32);
    Some((side(width)?, side(height)?))
}

/// `center,width,function` (PS3.18 §8.3.5.1.4).
fn window(text: &str) -> Option<Window> {
    let mut parts = text.split(',').map(str::trim);
    let center: f64 = parts.next()?.parse().ok()?;
    let width: f64 = parts.next()?.parse().ok()?;
    let shape = match parts.next().unwrap_or("linear").to_ascii_lowercase().as_str() {
        "linear" => WindowShape::Linear,
        "linear-exact" => WindowShape::LinearExact,
        "sigmoid" => WindowShape::Sigmoid,
        _ => return None,
    };
    (center.is_finite() && width.is_finite() && width > 0.0).then_some(Window { center, width, shape })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn get(path: &str, query: &str) -> Result<Request, WebError> {
        parse(Method::Get, path, query, None)
    }

    #[test]
    fn each_resource_has_its_path() {
        let path = "studies/1.2/series/1.3/instances/1.4";
        assert!(matches!(get("/studies", ""), Ok(Request::Search(_))));
        assert!(matches!(get("studies/1.2", ""), Ok(Request::Retrieve(Scope::Study(_), _))));
        assert!(matches!(
            get("studies/1.2/series/1.3/metadata", ""),
            Ok(Request::Metadata(Scope::Series(..), _))
        ));
        assert!(matches!(get(path, ""), Ok(Request::Retrieve(Scope::Instance(_), _))));
        assert!(
            matches!(get(&format!("{path}/frames/2,3"), ""), Ok(Request::Frames(_, f, _)) if f == [2, 3])
        );
        assert!(
            matches!(get(&format!("{path}/frames/2%2C3"), ""), Ok(Request::Frames(_, f, _)) if f == [2, 3])
        );
        assert!(matches!(get("studies/1.2/thumbnail", ""), Ok(Request::Thumbnail(..))));
        assert_eq!(get("patients", ""), Err(WebError::NotFound));
        assert_eq!(parse(Method::Post, "studies", "", None), Ok(Request::Store(None)));
        assert_eq!(parse(Method::Post, "series", "", None), Err(WebError::MethodNotAllowed));
    }

    #[test]
    fn what_is_no_uid_or_no_frame_is_refused_before_anything_is_looked_up() {
        assert_eq!(get("studies/..%2f", ""), Err(WebError::UidInvalid));
        let path = "studies/1.2/series/1.3/instances/1.4/frames";
        assert!(get(&format!("{path}/0"), "").is_err());
        assert!(get(&format!("{path}/a"), "").is_err());
    }

    #[test]
    fn a_window_and_a_viewport_are_read() {
        let path = "studies/1.2/series/1.3/instances/1.4/rendered";
        let Ok(Request::Rendered(_, want, _)) = get(path, "window=40,400,linear&viewport=128,64&quality=70")
        else {
            panic!("not a rendering");
        };
        assert_eq!(want.window, Some(Window { center: 40.0, width: 400.0, shape: WindowShape::Linear }));
        assert_eq!((want.size, want.quality), (Some((128, 64)), Some(70)));
        for bad in ["window=40", "window=a,b", "viewport=0,5", "quality=101", "window=40,-1"] {
            assert!(matches!(get(path, bad), Err(WebError::QueryInvalid(_))), "{bad}");
        }
    }
}
