//! What is read by a slip. Changes nothing but the read spool: arriving is the leg's own command.

use super::{Slip, rules, sql};
use crate::access::Call;
use crate::access::policy::Action;
use crate::db::change::Subject;
use crate::error::{Code, Refusal, Result};
use crate::ids::LegId;
use crate::referrals::Leg;
use crate::referrals::flow::{LEG, read};

const SLIP: &str = "leg_slip";

/// The slip of a leg that was sent; printing one is a read of its own in the trail.
pub async fn slip(call: &Call, id: &LegId) -> Result<Slip> {
    let (leg, basis) = read::leg(&mut *call.read().await?, call, id).await?;
    if leg.row.submitted_at.is_none() {
        return Err(Refusal::not_found());
    }
    call.note_read(Subject { kind: SLIP, id: id.as_str() }, Some(&leg.row.patient.id), basis)?;
    let code = rules::code(&leg.row.number, id);
    let public = call.ground.config.http.public_url.trim_end_matches('/');
    Ok(Slip { url: format!("{public}/r/{code}"), number: leg.row.number, code })
}

/// The leg of a slip, as the caller sees it. Who holds a true slip of a leg that is not theirs hears where the patient is
/// expected, which stands on the paper, and nothing else; a code that is not true is absent like a leg that is not.
pub async fn by_code(call: &Call, code: &str) -> Result<Leg> {
    let locating = call.require(Action::LegLocate, None)?;
    let mut reader = call.read().await?;
    let read = rules::read(code).ok_or_else(Refusal::not_found)?;
    let found = sql::by_number(&mut reader, &call.caller.alliance, &read.case_number, read.ordinal).await?;
    let sent = found.filter(|sent| rules::check(&sent.leg) == read.check).ok_or_else(Refusal::not_found)?;
    let subject = Subject { kind: LEG, id: sent.leg.as_str() };
    match read::leg(&mut reader, call, &sent.leg).await {
        Ok((leg, basis)) => {
            call.note_read(subject, Some(&sent.patient), basis)?;
            Ok(leg)
        }
        Err(refusal) if refusal.code == Code::RequestNotFound => {
            call.note_read(subject, Some(&sent.patient), locating)?;
            let to =
                serde_json::json!({ "id": sent.to.as_str(), "name": sent.to_name, "phone": sent.to_phone });
            Err(Refusal::new(Code::ReferralExpectedElsewhere).with("expected_at", to))
        }
        Err(refusal) => Err(refusal),
    }
}
