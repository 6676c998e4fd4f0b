//! `consult-server import beds FILE`: the same file as the page takes, by whoever has the console. Knows no HTTP.

use super::flow::{self, By};
use super::{Report, Source, file, sql};
use crate::db::change::Author;
use crate::directory;
use crate::error::{Refusal, Result};
use crate::ground::Ground;

/// Says what the file would do, and does it where that is asked for and there is no mistake in it.
pub async fn import(
    ground: &Ground,
    bytes: &[u8],
    alliance: Option<&str>,
    organisation: &str,
    for_real: bool,
) -> Result<Report> {
    let mut reader = ground.db.read().await?;
    let known = directory::import::sql::alliances(&mut reader).await?;
    let alliance = match (alliance, &known[..]) {
        (None, [only]) => only.clone(),
        (wanted, _) => known
            .into_iter()
            .find(|id| wanted == Some(id.as_str()))
            .ok_or_else(|| Refusal::internal("name the alliance by --alliance and its id"))?,
    };
    let organisation = sql::organisation(&mut reader, &alliance, organisation)
        .await?
        .ok_or_else(|| Refusal::internal("no such organisation: give its code or name"))?;
    let author = Author { from: "console".to_owned(), ..Author::default() };
    let by = By { alliance: &alliance, organisation: &organisation, author: &author, basis: "console" };
    let lines = file::lines(bytes, &ground.zone)?;
    let report = flow::dry_run(&mut reader, &by, lines, ground.now()).await?;
    drop(reader);
    if !for_real || report.errors > 0 {
        return Ok(report);
    }
    let lines = file::lines(bytes, &ground.zone)?;
    let (alliance, organisation, author) = (alliance.clone(), organisation.clone(), author.clone());
    ground
        .db
        .write(move |tx| {
            Box::pin(async move {
                let by = By {
                    alliance: &alliance,
                    organisation: &organisation,
                    author: &author,
                    basis: "console",
                };
                flow::apply(tx, &by, lines, Source::File).await
            })
        })
        .await
}
