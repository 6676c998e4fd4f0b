//! The rotation of keys. A new key seals from the moment it stands in the file; then every value is sealed again in small
//! transactions, each by compare-and-set on the envelope, so that an edit meanwhile is never lost and a rotation that was
//! broken off goes on where it stood. Both keys open until the old one is retired.

use super::{COLUMNS, Progress, Rotation, Status};
use crate::admin::{author, sql};
use crate::db::change::{Change, Subject, timeline};
use crate::db::sealed::{Column, KeyName, KeyRing, Standing};
use crate::db::{Conn, Tx};
use crate::error::{Refusal, Result};
use crate::ground::Ground;
use serde_json::json;
use std::time::Duration;

/// Values of one transaction: few enough that nobody else waits long for the store.
const BATCH: i64 = 100;
/// Between two transactions, so that the server's own changes come in.
const PAUSE: Duration = Duration::from_millis(20);

pub async fn status(ground: &Ground) -> Result<Status> {
    let mut reader = ground.db.read().await?;
    let mut columns = Vec::new();
    for column in COLUMNS {
        columns.push((column.name, column.standing(&mut reader).await?));
    }
    Ok(Status { keys: ground.keys.names(), columns })
}

/// Opens one value of each column: a server with the wrong key file does not start.
pub async fn check(ground: &Ground) -> Result<()> {
    let mut reader = ground.db.read().await?;
    for column in COLUMNS {
        let Some(sealed) = column.sample(&mut reader).await? else { continue };
        if let Err(refusal) = ground.keys.open_sealed(column, &sealed.row, &sealed.envelope) {
            let (file, cause) = (ground.config.keys.file.display(), refusal.internal.unwrap_or_default());
            return Err(Refusal::internal(format!(
                "the key file {file} does not belong to this store: {cause}"
            )));
        }
    }
    Ok(())
}

/// Makes a new key of the configured suite and seals everything again with it; goes on with the newest key where values were
/// left on others.
pub async fn rotate(ground: &Ground, tell: impl Fn(Progress)) -> Result<Rotation> {
    check(ground).await?;
    let lock = ground.keys.lock()?;
    let resumed = ground.keys.names().len() > 1 && left(ground, &current(&ground.keys)?).await? > 0;
    if !resumed {
        ground.keys.add(&lock, ground.config.keys.suite, &ground.entropy)?;
    }
    let key = current(&ground.keys)?;
    record(ground, &key, "key.added").await?;
    let (mut moved, mut broken) = (0, Vec::new());
    loop {
        let mut pass = Pass::default();
        for column in COLUMNS {
            reseal(ground, column, &key, &mut pass, &tell).await?;
        }
        moved += pass.moved;
        // What was written on the old key while this pass ran is found by the next.
        if pass.found == pass.broken.len() {
            broken.append(&mut pass.broken);
            break;
        }
    }
    if broken.is_empty() {
        record(ground, &key, "key.rotated").await?;
    }
    Ok(Rotation { key, resumed, moved, broken })
}

/// Takes a key away for good; refused while a value needs it.
pub async fn retire(ground: &Ground, id: &str) -> Result<()> {
    let lock = ground.keys.lock()?;
    let refused = |sentence: String| Err(Refusal::internal(sentence));
    let Some(key) = ground.keys.names().into_iter().find(|key| key.id == id) else {
        return refused(format!("there is no key {id} in the key file"));
    };
    if key.is_current {
        return refused(format!("{id} is the current key: run `consult-server keys rotate` first"));
    }
    let mut reader = ground.db.read().await?;
    for column in COLUMNS {
        let needing = |standing: &&Standing| standing.key.as_deref().is_none_or(|key| key == id);
        let rows: i64 = column.standing(&mut reader).await?.iter().filter(needing).map(|s| s.rows).sum();
        if rows > 0 {
            let name = column.name;
            return refused(format!(
                "{rows} values of {name} still need the key {id}: run `consult-server keys rotate`"
            ));
        }
    }
    drop(reader);
    record(ground, &key, "key.retired").await?;
    ground.keys.remove(&lock, id)
}

fn current(keys: &KeyRing) -> Result<KeyName> {
    let found = keys.names().into_iter().find(|key| key.is_current);
    found.ok_or_else(|| Refusal::internal("there is no current sealing key"))
}

/// How many values do not stand on the key.
async fn left(ground: &Ground, key: &KeyName) -> Result<i64> {
    let mut reader = ground.db.read().await?;
    let mut left = 0;
    for column in COLUMNS {
        left += not_on(&mut reader, column, key).await?;
    }
    Ok(left)
}

async fn not_on(conn: &mut Conn, column: &Column, key: &KeyName) -> Result<i64> {
    let standing = column.standing(conn).await?;
    Ok(standing.iter().filter(|s| s.key.as_ref() != Some(&key.id)).map(|s| s.rows).sum())
}

#[derive(Default)]
struct Pass {
    found: usize,
    moved: i64,
    broken: Vec<String>,
    /// The last row that was looked at.
    last: Option<String>,
}

/// Goes once through a column, in the order of its rows.
async fn reseal(
    ground: &Ground,
    column: &'static Column,
    key: &KeyName,
    pass: &mut Pass,
    tell: &impl Fn(Progress),
) -> Result<()> {
    let of = not_on(&mut *ground.db.read().await?, column, key).await?;
    let (mut after, mut moved) = (String::new(), 0);
    loop {
        let (keys, id) = (ground.keys.clone(), key.id.clone());
        let batch = ground
            .db
            .write(move |tx| Box::pin(async move { reseal_batch(tx, &keys, column, &id, &after).await }))
            .await?;
        let Some(last) = batch.last else { return Ok(()) };
        after = last;
        moved += batch.moved;
        pass.found += batch.found;
        pass.moved += batch.moved;
        pass.broken.extend(batch.broken);
        tell(Progress { column: column.name, moved, of });
        tokio::time::sleep(PAUSE).await;
    }
}

async fn reseal_batch(tx: &mut Tx, keys: &KeyRing, column: &Column, key: &str, after: &str) -> Result<Pass> {
    let found = column.not_on(tx.conn(), key, after, BATCH).await?;
    let mut pass = Pass { found: found.len(), ..Pass::default() };
    for was in found {
        match keys.open_sealed(column, &was.row, &was.envelope) {
            Ok(plain) => {
                let envelope = keys.seal(tx.entropy(), column, &was.row, &plain)?;
                pass.moved += i64::from(column.replace(tx, &was, &envelope).await?);
            }
            Err(_) => pass.broken.push(format!("{} of {}", column.name, was.row)),
        }
        pass.last = Some(was.row);
    }
    Ok(pass)
}

/// Writes down, once for each alliance whose values it seals, what happened to a key.
async fn record(ground: &Ground, key: &KeyName, kind: &'static str) -> Result<()> {
    let key = key.clone();
    ground
        .db
        .write(move |tx| {
            Box::pin(async move {
                let subject = Subject { kind: "key", id: &key.id };
                if timeline(tx.conn(), subject).await?.iter().any(|event| event.kind == kind) {
                    return Ok(());
                }
                for (alliance, _) in sql::alliances(tx.conn()).await? {
                    tx.record(Change {
                        author: &author(),
                        alliance: &alliance,
                        subject,
                        version: 1,
                        kind,
                        payload: json!({ "suite": key.suite }),
                        occurred_at: None,
                        patient: None,
                        basis: "console",
                        audience: &[],
                    })
                    .await?;
                }
                Ok(())
            })
        })
        .await
}
