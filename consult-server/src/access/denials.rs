//! What a signed-in person was refused is written into the audit trail, and what a refusal itself told them: one layer around
//! all of HTTP, so that no handler can forget it. Knows no subject: it sees the route, the code, and who called.

use super::Caller;
use crate::db::audit;
use crate::error::{Code, Refusal};
use crate::ground::Ground;
use crate::http::problem;
use crate::ids::is_id;
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use std::sync::{Arc, OnceLock};

/// Longer paths are cut: an id of ours is much shorter.
const PATH_LIMIT: usize = 300;

/// Who called, left by the `Call` extractor for the layer around it.
#[derive(Clone, Default)]
pub struct Seen(Arc<OnceLock<Who>>);

struct Who {
    caller: Caller,
    from: String,
    request_id: String,
}

impl Seen {
    pub(super) fn leave(&self, caller: &Caller, from: &str, request_id: &str) {
        let who = Who { caller: caller.clone(), from: from.to_owned(), request_id: request_id.to_owned() };
        // A request has one caller; a second extractor of the same request says the same.
        let _said_before = self.0.set(who);
    }
}

/// Notes refusals by the policy, also those that look like absence to the caller.
pub async fn note(State(ground): State<Ground>, mut request: Request, next: Next) -> Response {
    let seen = Seen::default();
    request.extensions_mut().insert(seen.clone());
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let response = next.run(request).await;
    let noted = problem::refusal(&response).and_then(|refusal| Some((refusal, outcome(refusal)?)));
    if let (Some((refusal, outcome)), Some(who)) = (noted, seen.0.get()) {
        let action = format!("{method} {}", route.as_deref().unwrap_or(&path));
        let entry = entry(&ground, who, refusal, outcome, action, &path);
        // The same request again and again is one entry in a quarter of an hour; each guess at a patient is one of its own.
        let is_guess =
            matches!(refusal.code, Code::GlassNobody | Code::GlassAmbiguous | Code::PatientAlreadyRegistered);
        let noted = if is_guess { ground.reads.append(entry) } else { ground.reads.append_coalesced(entry) };
        if let Err(fault) = noted {
            tracing::error!(cause = fault.internal, "a refusal could not be written into the audit trail");
        }
    }
    response
}

/// What a refusal is to the trail; most are nothing to it.
fn outcome(refusal: &Refusal) -> Option<&'static str> {
    match refusal.code {
        Code::RequestNotFound | Code::GlassNobody | Code::GlassAmbiguous | Code::PatientTooManyTries => {
            Some("denied")
        }
        // Of a record that the caller cares for it is no denial, but a hint where it is.
        Code::PatientAlreadyRegistered => refusal.about.as_ref().map(|_| "denied"),
        // These ask the caller to do something first; nothing was denied.
        Code::AccessPasswordChange | Code::AccessSecondFactorEnrol | Code::AccessSignInAgain => None,
        // It brings what stands now: a record was read.
        Code::ConflictChanged => Some("read"),
        code => (code.status() == 403).then_some("denied"),
    }
}

fn entry(
    ground: &Ground,
    who: &Who,
    refusal: &Refusal,
    outcome: &str,
    action: String,
    path: &str,
) -> audit::Entry {
    let caller = &who.caller;
    audit::Entry {
        id: String::new(),
        at: ground.now().0,
        alliance: caller.alliance.as_str().to_owned(),
        person: Some(caller.person.as_str().to_owned()),
        position: Some(caller.position.as_str().to_owned()),
        organisation: Some(caller.organisation.as_str().to_owned()),
        session: Some(caller.session.as_str().to_owned()),
        from: who.from.clone(),
        request_id: who.request_id.clone(),
        action,
        subject_kind: "request".to_owned(),
        subject_id: path.chars().take(PATH_LIMIT).collect(),
        patient: refusal.about.as_deref().map(str::to_owned).or_else(|| patient(path)),
        basis: refusal.code.as_str().to_owned(),
        outcome: outcome.to_owned(),
        detail: "{}".to_owned(),
    }
}

/// The patient whose record was asked for by its address, so that their access log shows it.
fn patient(path: &str) -> Option<String> {
    let id = path.strip_prefix("/api/v1/patients/")?.split('/').next()?;
    is_id(id).then(|| id.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_patients_record_is_named_by_its_address_and_nothing_else_is() {
        let id = "0192f0c1-2345-7abc-8def-0123456789ab";
        assert_eq!(patient(&format!("/api/v1/patients/{id}/reveal")).as_deref(), Some(id));
        assert_eq!(patient("/api/v1/patients/..%2F"), None);
        assert_eq!(patient(&format!("/api/v1/consults/{id}")), None);
    }

    #[test]
    fn absence_and_refusal_are_denials_and_what_is_asked_first_is_not() {
        let outcome = |code| super::outcome(&Refusal::new(code));
        assert_eq!(outcome(Code::RequestNotFound), Some("denied"));
        assert_eq!(outcome(Code::AccessRole), Some("denied"));
        assert_eq!(outcome(Code::AccessPasswordChange), None);
        assert_eq!(outcome(Code::ConflictChanged), Some("read"));
        assert_eq!(outcome(Code::RequestJson), None);
    }

    #[test]
    fn a_record_of_others_that_was_guessed_at_is_denied_and_ones_own_is_pointed_to() {
        let refusal = Refusal::new(Code::PatientAlreadyRegistered);
        assert_eq!(outcome(&refusal), None);
        assert_eq!(outcome(&refusal.about("p1")), Some("denied"));
    }
}
