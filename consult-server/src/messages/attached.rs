//! The port of `documents` for what is attached to a message: who may open it is whoever may read the thread, until the message
//! is withdrawn.

use super::{flow, sql};
use crate::access::Call;
use crate::access::policy::Resource;
use crate::db::Conn;
use crate::documents::{Held, Holders};
use crate::error::Result;
use crate::ids::MessageId;
use futures_util::future::BoxFuture;

/// What a document is attached to, in its row.
pub const MESSAGE: &str = "message";

pub struct Attached;

impl Holders for Attached {
    fn held<'a>(
        &'a self,
        conn: &'a mut Conn,
        call: &'a Call,
        holder: (&'a str, &'a str),
    ) -> BoxFuture<'a, Result<Held>> {
        Box::pin(async move {
            let absent = Held {
                resource: Resource { alliance: call.caller.alliance.clone(), relation: None },
                patient: None,
            };
            let (MESSAGE, id) = holder else { return Ok(absent) };
            let Some(message) = sql::message(conn, &MessageId::trusted(id)).await? else { return Ok(absent) };
            if message.withdrawn_at.is_some() {
                return Ok(absent);
            }
            let Some(thread) = sql::thread(conn, &call.caller.alliance, &message.thread).await? else {
                return Ok(absent);
            };
            let resource = flow::relation(conn, call, &thread).await?;
            Ok(Held { resource, patient: Some(thread.patient) })
        })
    }
}
