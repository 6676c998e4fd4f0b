//! From the draft to acceptance.

use super::{Work, redirect};
use crate::actor::Actor;
use crate::command::{CommandKind, DraftInput};
use crate::event::EventBody;
use crate::form::missing;
use crate::ids::{LegId, OrganisationId, PersonId};
use crate::leg::Leg;
use crate::refusal::{Field, Part, Refusal};
use crate::state::Destination;
use crate::table::sender;
use crate::time::Millis;

pub(super) fn draft(
    work: &mut Work,
    id: &LegId,
    input: &DraftInput,
    replaces: Option<&LegId>,
    based_on: Option<&LegId>,
    actor: &Actor,
) -> Result<(), Refusal> {
    let member = sender(actor)?;
    if work.case.leg(id).is_some() {
        return Err(Refusal::LegIdTaken { leg: id.clone() });
    }
    if work.case.is_closed() {
        return Err(Refusal::CaseClosed);
    }
    check_links(work, &member.organisation, replaces, based_on)?;
    check_destination(&member.organisation, input)?;
    let body = EventBody::Drafted {
        direction: input.direction,
        urgency: input.urgency,
        from: member.organisation.clone(),
        author: member.person.clone(),
        to: input.to.clone(),
        form: input.form.clone(),
        consent: input.consent.clone(),
        replaces: replaces.cloned(),
        based_on: based_on.cloned(),
        promised: false,
    };
    work.emit(id, body)
}

/// Only those who are in the case add to it: the sender of a leg replaces it, either side of a leg
/// bases another on it.
fn check_links(
    work: &Work,
    from: &OrganisationId,
    replaces: Option<&LegId>,
    based_on: Option<&LegId>,
) -> Result<(), Refusal> {
    let stranger = Refusal::WrongParty { command: CommandKind::Draft, needs: Part::Sender };
    if !work.case.legs.is_empty() && !work.case.involves(from) {
        return Err(stranger);
    }
    if let Some(replaced) = replaces
        && &work.leg(replaced)?.from != from
    {
        return Err(stranger);
    }
    if let Some(basis) = based_on {
        let basis = work.leg(basis)?;
        if &basis.from != from && basis.to.is_none_or(|to| &to.organisation != from) {
            return Err(stranger);
        }
    }
    Ok(())
}

pub(super) fn revise(work: &mut Work, leg: &Leg, input: &DraftInput) -> Result<(), Refusal> {
    check_destination(&leg.from, input)?;
    let body = EventBody::Revised {
        direction: input.direction,
        urgency: input.urgency,
        to: input.to.clone(),
        form: input.form.clone(),
        consent: input.consent.clone(),
    };
    work.emit(&leg.id, body)
}

fn check_destination(from: &OrganisationId, input: &DraftInput) -> Result<(), Refusal> {
    match &input.to {
        Some(to) if &to.organisation == from => Err(Refusal::DestinationIsSender),
        Some(_) | None => Ok(()),
    }
}

/// Missing forms never block an emergency; it only has to know where to go. Who owes the next step follows from the
/// destination as it is today, not as it was when the draft was written.
pub(super) fn submit(work: &mut Work, leg: &Leg, external: bool) -> Result<(), Refusal> {
    let Some(to) = &leg.to else {
        return Err(Refusal::Missing { field: Field::Destination });
    };
    if !leg.is_emergency()
        && let Some(field) = missing(&leg.form, leg.consent.as_ref()).first()
    {
        return Err(Refusal::Missing { field: *field });
    }
    if to.external != external {
        let body = EventBody::Revised {
            direction: leg.direction,
            urgency: leg.urgency,
            to: Some(Destination { external, ..to.clone() }),
            form: leg.form.clone(),
            consent: leg.consent.clone(),
        };
        work.emit(&leg.id, body)?;
    }
    work.emit(&leg.id, EventBody::Submitted)
}

pub(super) fn accept(
    work: &mut Work,
    leg: &Leg,
    owner: &PersonId,
    expected_at: Millis,
) -> Result<(), Refusal> {
    if owner.as_str().is_empty() {
        return Err(Refusal::Missing { field: Field::Owner });
    }
    work.not_past(expected_at, Field::ExpectedAt)?;
    take_over(work, leg, EventBody::Accepted { owner: owner.clone(), expected_at, implied: false })
}

/// Acceptance settles every open redirect around this leg: those below are called off, those
/// above are released, and a transport on its way to one of them comes here.
pub(super) fn take_over(work: &mut Work, leg: &Leg, accepted: EventBody) -> Result<(), Refusal> {
    redirect::withdraw_below(work, &leg.id)?;
    work.emit(&leg.id, accepted)?;
    redirect::release_above(work, &leg.id)
}
