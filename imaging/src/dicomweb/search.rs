//! QIDO-RS (PS3.18 §10.6): asks the index and renders what it finds.

use serde_json::Value;

use crate::index::{Index, Page};

use super::error::WebError;
use super::query::{Level, Search};
use super::{Response, Service, rows};

/// The rows of a page, and warnings about what was passed over or left out.
pub(super) async fn search(
    service: &Service,
    index: &dyn Index,
    search: &Search,
) -> Result<Response, WebError> {
    // One row more than asked for tells whether there are more.
    let limit = search.page.limit as usize;
    let page = Page { limit: search.page.limit.saturating_add(1), ..search.page };
    let base = &service.base;
    let mut found: Vec<Value> = match &search.level {
        Level::Studies(query) => {
            index.studies(query, page).await?.iter().map(|row| rows::study(row, base).into()).collect()
        }
        Level::Series(query) => {
            index.series(query, page).await?.iter().map(|row| rows::series(row, base).into()).collect()
        }
        Level::Instances(query) => {
            index.instances(query, page).await?.iter().map(|row| rows::instance(row, base).into()).collect()
        }
    };
    let more = found.len() > limit;
    found.truncate(limit);
    let mut response = Response::json(&Value::Array(found));
    if more {
        let text = "299 consult \"There are more results; ask for them with offset and limit\"";
        response.headers.push(("Warning", text.to_owned()));
    }
    if !search.ignored.is_empty() {
        let text =
            format!("299 consult \"These parameters were not matched: {}\"", search.ignored.join(", "));
        response.headers.push(("Warning", text));
    }
    Ok(response)
}
