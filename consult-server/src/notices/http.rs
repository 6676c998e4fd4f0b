//! `/api/v1/events` (server-sent events, resumable) and `/api/v1/notices`.
//! A page hears of a change when its organisation is in the change's audience.

use super::hub::{Hub, Seat, Signal};
use super::{Notice, Post, flow, sql};
use crate::access::scopes::Scope;
use crate::access::{self, Call};
use crate::db::outbox::{self, Entry};
use crate::error::Result;
use crate::ground::Ground;
use crate::http::problem::Problem;
use crate::http::{Json, Paging, Path, Query, Reply};
use axum::extract::{FromRef, State};
use axum::http::HeaderMap;
use axum::response::Sse;
use axum::response::sse::{Event, KeepAlive};
use futures_util::stream::{Stream, StreamExt as _};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;
use std::convert::Infallible;
use std::time::Duration;
use tokio::sync::broadcast::{Receiver, error::RecvError};
use tokio_util::sync::CancellationToken;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Entries replayed to a page that resumes; one that was away longer is told to load anew.
const REPLAY: i64 = 500;
/// How soon a stream notices that its session has ended.
const SESSION_CHECK: Duration = Duration::from_secs(15);

pub fn routes<S>() -> OpenApiRouter<S>
where
    S: Clone + Send + Sync + 'static,
    Ground: FromRef<S>,
    Hub: FromRef<S>,
    Post: FromRef<S>,
    CancellationToken: FromRef<S>,
{
    OpenApiRouter::new()
        .routes(routes!(events))
        .routes(routes!(list))
        .routes(routes!(mark_read))
        .routes(routes!(mark_all_read))
        .merge(super::preferences::http::routes())
        .merge(super::webhooks::http::routes())
        .merge(super::delivery::http::routes())
}

#[derive(Serialize)]
struct Changed<'a> {
    kind: &'a str,
    id: &'a str,
    version: i64,
}

/// Live changes: `changed {kind, id, version}`, `todo` when counts of to-do lists may have changed, `notice`, and `reload` when too much was missed. Resumes with `Last-Event-ID`. A session has six at most: one more ends the oldest.
#[utoipa::path(get, path = "/events", tag = "notices",
    responses((status = 200, content_type = "text/event-stream", body = String), (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn events(
    call: Call,
    State(hub): State<Hub>,
    State(shutdown): State<CancellationToken>,
    headers: HeaderMap,
) -> Result<Sse<impl Stream<Item = std::result::Result<Event, Infallible>>>> {
    call.within(Scope::NoticesRead)?;
    // Listen first, then read what was missed: nothing falls between.
    let (live, seat) = (hub.listen(), hub.sit(&call.caller.session));
    let since =
        headers.get("last-event-id").and_then(|v| v.to_str().ok()).and_then(|v| v.parse::<i64>().ok());
    let mut reader = call.read().await?;
    let position = outbox::last(&mut reader).await?;
    let missed = match since {
        Some(seq) => outbox::since(&mut reader, seq, REPLAY + 1).await?,
        None => Vec::new(),
    };
    drop(reader);
    let mut backlog = VecDeque::new();
    if missed.len() > usize::try_from(REPLAY).unwrap_or(usize::MAX) {
        backlog.push_back(Event::default().event("reload").data("{}"));
    } else {
        backlog.extend(missed.iter().filter(|entry| concerns(&call, entry)).filter_map(changed));
    }
    // The newest position, so that even a page that saw no change, or is told to load anew, resumes from here.
    backlog.push_back(Event::default().event("hello").id(position.to_string()).data("{}"));
    let checks = tokio::time::interval(SESSION_CHECK);
    let state = Listening { call, live, seat, backlog, shutdown, checks };
    let stream =
        futures_util::stream::unfold(
            state,
            |mut state| async move { Some((Ok(state.next().await?), state)) },
        );
    Ok(Sse::new(stream.boxed()).keep_alive(KeepAlive::new().interval(Duration::from_secs(15))))
}

struct Listening {
    call: Call,
    live: Receiver<Signal>,
    seat: Seat,
    backlog: VecDeque<Event>,
    shutdown: CancellationToken,
    checks: tokio::time::Interval,
}

impl Listening {
    /// The next event for this page; `None` ends the stream.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.backlog.pop_front() {
                return Some(event);
            }
            let signal = tokio::select! {
                signal = self.live.recv() => signal,
                () = self.shutdown.cancelled() => return None,
                () = self.seat.is_over() => return None,
                _ = self.checks.tick() => {
                    if self.session_lives().await {
                        continue;
                    }
                    return None;
                }
            };
            let event = match signal {
                // Whoever was put out must not hear what comes after.
                Ok(Signal::Changed(entry)) if is_about(&self.call, &entry) && !self.session_lives().await => {
                    return None;
                }
                Ok(Signal::Changed(entry)) if concerns(&self.call, &entry) => {
                    if is_owed(&entry) {
                        self.backlog.push_back(Event::default().event("todo").data("{}"));
                    }
                    changed(&entry)
                }
                Ok(Signal::Notice(notice)) if notice.person == self.call.caller.person => {
                    Event::default().event("notice").json_data(&*notice).ok()
                }
                Ok(Signal::Changed(_) | Signal::Notice(_)) => None,
                Err(RecvError::Lagged(_)) => Some(Event::default().event("reload").data("{}")),
                Err(RecvError::Closed) => return None,
            };
            if event.is_some() {
                return event;
            }
        }
    }
}

impl Listening {
    /// A store that does not answer now is no reason to send somebody away.
    async fn session_lives(&self) -> bool {
        let Ok(mut reader) = self.call.read().await else { return true };
        let now = self.call.ground.now();
        access::sql::session_lives(&mut reader, &self.call.caller.session, now).await.unwrap_or(true)
    }
}

/// Whether it happened to the listener's own session, position, account or person.
fn is_about(call: &Call, entry: &Entry) -> bool {
    let caller = &call.caller;
    [caller.session.as_str(), caller.position.as_str(), caller.person.as_str()]
        .contains(&entry.subject_id.as_str())
}

fn concerns(call: &Call, entry: &Entry) -> bool {
    entry.alliance == call.caller.alliance && entry.audience.contains(&call.caller.organisation)
}

/// What somebody may owe something in: with it the counts of the to-do lists may have changed.
fn is_owed(entry: &Entry) -> bool {
    matches!(entry.subject_kind.as_str(), "leg" | "consult" | "duty_swap")
}

fn changed(entry: &Entry) -> Option<Event> {
    let data = Changed { kind: &entry.subject_kind, id: &entry.subject_id, version: entry.version };
    Event::default().event("changed").id(entry.seq.to_string()).json_data(data).ok()
}

#[derive(Deserialize)]
struct NoticeQuery {
    /// Only those that are not read yet.
    #[serde(default)]
    unread: Option<bool>,
    #[serde(flatten)]
    paging: Paging,
}

#[derive(Serialize, ToSchema)]
struct Notices {
    items: Vec<Notice>,
    next: Option<String>,
    /// How many are unread in all.
    unread: i64,
}

/// My notices, newest first.
#[utoipa::path(get, path = "/notices", tag = "notices",
    params(("unread" = Option<bool>, Query, description = "Only those that are not read yet"), Paging),
    responses((status = 200, body = Notices), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn list(call: Call, Query(query): Query<NoticeQuery>) -> Result<Json<Notices>> {
    call.within(Scope::NoticesRead)?;
    let before = query.paging.cursor.as_deref().and_then(|c| c.parse().ok()).unwrap_or(i64::MAX);
    let (limit, unread_only) = (query.paging.limit(), query.unread.unwrap_or(false));
    let mut reader = call.read().await?;
    let found = sql::list(&mut reader, &call.caller, call.now, before, unread_only, limit + 1).await?;
    let unread = sql::unread(&mut reader, &call.caller.person).await?;
    let page = crate::http::Page::cut(found, limit, |notice| notice.seq.to_string());
    Ok(Json(Notices { items: page.items, next: page.next, unread }))
}

/// Mark a notice read.
#[utoipa::path(post, path = "/notices/{id}/read", tag = "notices", params(("id" = String, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn mark_read(call: Call, Path(id): Path<String>) -> Result<Reply> {
    call.within(Scope::NoticesRead)?;
    call.change(move |tx, call| {
        Box::pin(async move {
            flow::mark_read(tx, call, &id).await?;
            Ok(Reply::no_content())
        })
    })
    .await
}

#[derive(Deserialize, ToSchema)]
struct AllRead {
    /// The newest notice that the reader has seen: what came after it stays unread.
    up_to: String,
}

/// Mark every notice read up to one.
#[utoipa::path(post, path = "/notices/read", tag = "notices", request_body = AllRead,
    responses((status = 204), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn mark_all_read(call: Call, Json(input): Json<AllRead>) -> Result<Reply> {
    call.within(Scope::NoticesRead)?;
    call.change(move |tx, call| {
        Box::pin(async move {
            flow::mark_all_read(tx, call, &input.up_to).await?;
            Ok(Reply::no_content())
        })
    })
    .await
}
