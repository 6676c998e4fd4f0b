//! Which criteria for referral a form meets, judged by the alliance's set in force when the form is written, and kept with the
//! form. Advises and records: it refuses nothing.

use crate::db::Conn;
use crate::error::Result;
use crate::ids::AllianceId;
use crate::settings;
use referral::{Command, Form, evaluate};

pub async fn judge(conn: &mut Conn, alliance: &AllianceId, form: &mut Form) -> Result<()> {
    let rules = settings::sql::in_force(conn, alliance).await?;
    form.criteria = Some(evaluate(&rules.criteria, &form.vitals, &form.answers));
    Ok(())
}

/// The command with its form judged, where it brings one.
pub async fn judged(conn: &mut Conn, alliance: &AllianceId, mut command: Command) -> Result<Command> {
    match &mut command {
        Command::Draft { input, .. } | Command::Revise { input } => {
            judge(conn, alliance, &mut input.form).await?;
        }
        Command::CompleteRecord { form, .. } => judge(conn, alliance, form).await?,
        _ => {}
    }
    Ok(command)
}
