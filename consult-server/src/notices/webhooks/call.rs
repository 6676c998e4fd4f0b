//! One call of another system: to an address that was looked at, following no redirect, in ten seconds at most, reading little of
//! the answer.

use super::Adapter;
use super::guard::{Guard, NotPublic};
use super::rules::{self, Request};
use crate::config::Config;
use crate::error::{Refusal, Result};
use crate::notices::delivery::{Attempt, Fault};
use std::sync::Arc;
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(10);
/// Nobody needs more of an answer than this.
const ANSWER_LIMIT: usize = 64 * 1024;

#[derive(Clone)]
pub struct Caller {
    http: reqwest::Client,
    pub guard: Guard,
}

impl Caller {
    pub fn of(config: &Config) -> Result<Self> {
        let guard = Guard::new(&config.notices.webhooks.allow);
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .dns_resolver(Arc::new(guard.clone()))
            // A proxy would resolve names itself, behind the guard's back.
            .no_proxy()
            // An open connection would outlive what its address was checked for.
            .pool_max_idle_per_host(0)
            .user_agent(concat!("consult-server/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|e| {
                Refusal::internal(format!(
                    "webhooks: no HTTPS (is the package ca-certificates installed?): {e}"
                ))
            })?;
        Ok(Self { http, guard })
    }

    pub async fn call(&self, adapter: Adapter, request: Request) -> Attempt {
        if let Err(refused) = self.guard.check(&request.url) {
            return Attempt::Closed(Fault::new("not_public", refused));
        }
        match tokio::time::timeout(PATIENCE, self.exchange(adapter, request)).await {
            Ok(attempt) => attempt,
            Err(_) => Attempt::Closed(Fault::new("timeout", "no answer within 10 seconds")),
        }
    }

    async fn exchange(&self, adapter: Adapter, request: Request) -> Attempt {
        let mut sending = self.http.post(request.url).body(request.body);
        for (name, value) in request.headers {
            sending = sending.header(name, value);
        }
        let mut answer = match sending.send().await {
            Ok(answer) => answer,
            Err(error) => return Attempt::Closed(fault(error)),
        };
        let mut body = Vec::new();
        while body.len() < ANSWER_LIMIT {
            match answer.chunk().await {
                Ok(Some(chunk)) => body.extend_from_slice(&chunk),
                Ok(None) => break,
                Err(error) => return Attempt::Closed(fault(error)),
            }
        }
        body.truncate(ANSWER_LIMIT);
        rules::answered(adapter, answer.status().as_u16(), &body)
    }
}

/// Without the address, which may hold a key; with the innermost cause, which says what it was.
fn fault(error: reqwest::Error) -> Fault {
    let error = error.without_url();
    let mut cause: &dyn std::error::Error = &error;
    loop {
        if let Some(refused) = cause.downcast_ref::<NotPublic>() {
            return Fault::new("not_public", refused);
        }
        match cause.source() {
            Some(inner) => cause = inner,
            None => return Fault::new("unreachable", cause),
        }
    }
}
