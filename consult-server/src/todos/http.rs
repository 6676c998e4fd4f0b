//! `/api/v1/todos`: my to-do lists.

use super::{Class, Todos, flow};
use crate::access::Call;
use crate::error::Result;
use crate::ground::Ground;
use crate::http::problem::Problem;
use crate::http::{Json, Paging, Query};
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes<S>() -> OpenApiRouter<S>
where
    S: Clone + Send + Sync + 'static,
    Ground: axum::extract::FromRef<S>,
{
    OpenApiRouter::new().routes(routes!(list_todos))
}

#[derive(Deserialize)]
struct TodoQuery {
    #[serde(default)]
    class: Class,
    #[serde(flatten)]
    paging: Paging,
}

/// One of my four lists, and how many stand in each: what waits by its deadline, the others by what is newest.
#[utoipa::path(get, path = "/todos", tag = "notices",
    params(("class" = Option<String>, Query, description = "`todo` (unless said), `started`, `informed` or `done`"), Paging),
    responses((status = 200, body = Todos), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn list_todos(call: Call, Query(query): Query<TodoQuery>) -> Result<Json<Todos>> {
    let mut reader = call.read().await?;
    let (todos, basis) = flow::list(&mut reader, &call, query.class, &query.paging).await?;
    let ids = todos.items.iter().map(|todo| todo.id.clone()).collect();
    call.note_list("todo", ids, basis)?;
    Ok(Json(todos))
}
