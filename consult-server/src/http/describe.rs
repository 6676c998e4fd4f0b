//! What the layers and extractors around every handler may answer, added to the API's description, so that a handler describes
//! only what is its own. Pure; knows no subject.

use utoipa::openapi::path::Operation;
use utoipa::openapi::{ContentBuilder, OpenApi, Ref, RefOr, Response, ResponseBuilder};

/// The one description of a refusal that all of them point to.
const PROBLEM: &str = "Problem";

/// Any request: a malformed parameter or header, no session, not this caller (or a page of another origin), and a store that is
/// not available just now.
const ANY: &[u16] = &[400, 401, 403, 503];
/// Any change: an `Idempotency-Key` that was used for another, a body that is too large, a disk that is full.
const CHANGE: &[u16] = &[409, 413, 507];
/// Any request with a body: a type that is not taken.
const BODY: &[u16] = &[413, 415];

pub fn complete(description: &mut OpenApi) {
    let responses = &mut description.components.get_or_insert_default().responses;
    responses.insert(PROBLEM.to_owned(), RefOr::T(problem()));
    for path in description.paths.paths.values_mut() {
        for read in [&mut path.get, &mut path.head].into_iter().flatten() {
            add(read, ANY);
        }
        for change in [&mut path.post, &mut path.put, &mut path.patch, &mut path.delete].into_iter().flatten()
        {
            add(change, ANY);
            add(change, CHANGE);
            if change.request_body.is_some() {
                add(change, BODY);
            }
        }
    }
}

fn add(operation: &mut Operation, statuses: &[u16]) {
    for status in statuses {
        operation
            .responses
            .responses
            .entry(status.to_string())
            .or_insert_with(|| Ref::from_response_name(PROBLEM).into());
    }
}

fn problem() -> Response {
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name(PROBLEM))).build();
    ResponseBuilder::new().content("application/problem+json", content).build()
}

#[cfg(test)]
mod tests {
    use super::*;
    use utoipa::OpenApi as _;

    #[derive(utoipa::OpenApi)]
    #[openapi(paths(read, change))]
    struct Described;

    #[utoipa::path(get, path = "/read", responses((status = 200), (status = 403, description = "own")))]
    #[expect(dead_code, reason = "only described")]
    fn read() {}

    #[utoipa::path(post, path = "/change", request_body = String, responses((status = 201)))]
    #[expect(dead_code, reason = "only described")]
    fn change() {}

    fn statuses(operation: &Operation) -> Vec<&str> {
        operation.responses.responses.keys().map(String::as_str).collect()
    }

    #[test]
    fn every_operation_describes_what_may_be_answered_before_its_handler_and_keeps_what_is_its_own() {
        let mut description = Described::openapi();
        complete(&mut description);
        let read = description.paths.paths["/read"].get.as_ref().unwrap();
        assert_eq!(statuses(read), ["200", "400", "401", "403", "503"]);
        let RefOr::T(own) = &read.responses.responses["403"] else { panic!("its own answer") };
        assert_eq!(own.description, "own");
        let change = description.paths.paths["/change"].post.as_ref().unwrap();
        assert_eq!(statuses(change), ["201", "400", "401", "403", "409", "413", "415", "503", "507"]);
    }
}
