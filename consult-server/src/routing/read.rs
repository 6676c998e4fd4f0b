//! Gathers what is known of each place and hands it to the rules. Changes nothing.

use super::rules::{self, Facts, Wanted};
use super::{Suggestions, sql};
use crate::access::Call;
use crate::access::policy::Action;
use crate::db::Conn;
use crate::directory::facilities::rules::is_capability;
use crate::error::{Code, Refusal, Result};
use crate::ids::{DepartmentId, OrganisationId};
use crate::settings;
use referral::Urgency;

/// The past that a median stands on.
const WINDOW_SECONDS: i64 = 90 * 24 * 3600;
/// So many are a choice; more is a directory.
const MOST: usize = 10;
/// So many of the best by what is known of all are looked at closely.
const CONSIDERED: usize = 40;

/// What somebody looks for.
pub struct Asked<'a> {
    pub need: Option<&'a str>,
    pub urgency: Urgency,
    /// Where the patient is; the caller's organisation unless said.
    pub from: Option<&'a OrganisationId>,
    /// Codes of the national department list, the best first.
    pub departments: Vec<&'a str>,
}

pub async fn suggestions(conn: &mut Conn, call: &Call, asked: Asked<'_>) -> Result<Suggestions> {
    call.require(Action::LegSend, None)?;
    if asked.need.is_some_and(|need| !is_capability(need)) {
        return Err(Refusal::field(Code::DirectoryCapabilityUnknown, "need"));
    }
    let (alliance, now) = (&call.caller.alliance, call.now);
    let here = asked.from.unwrap_or(call.organisation());
    let from = sql::point_of(conn, alliance, here).await?;
    let from = from.ok_or_else(|| Refusal::field(Code::DirectoryOrganisationUnknown, "from"))?;
    let stale_minutes = settings::sql::in_force(conn, alliance).await?.beds.stale_minutes;
    let wanted = Wanted { need: asked.need, departments: asked.departments, from, now, stale_minutes };
    // Whether they may be sent is a matter of the caller's own agreements, wherever the patient is.
    let places = sql::places(conn, alliance, call.organisation(), now).await?;
    let departments = sql::departments(conn, alliance).await?;
    let capabilities = sql::capabilities(conn, alliance, now).await?;
    let figures = sql::figures(conn, alliance).await?;
    let duties = sql::duties(conn, alliance, now).await?;
    let known = places.iter().map(|place| {
        let id = &place.organisation.id;
        let own = departments.get(id).map_or(&[][..], Vec::as_slice);
        let department = rules::department(own, &wanted.departments);
        let fits = |one: &&sql::FigureRow| department.is_none_or(|d| d.id == one.department);
        Facts {
            place,
            department,
            capabilities: capabilities.get(id),
            figures: figures.get(id).into_iter().flatten().filter(fits).collect(),
            duties: duties.get(id).into_iter().flatten().collect(),
            open_legs: 0,
            decisions_ms: Vec::new(),
        }
    });
    // What is busy and who decides soon is asked of those that are the best by everything else.
    let near = rules::best(known, &wanted, asked.urgency, CONSIDERED);
    let ids: Vec<&OrganisationId> = near.iter().map(|one| &one.place.organisation.id).collect();
    let under_way = sql::under_way(conn, &ids).await?;
    let since = now.plus_seconds(-WINDOW_SECONDS);
    let mut decisions = sql::decisions(conn, &ids, asked.urgency, since).await?;
    let mut items = Vec::new();
    for mut facts in near {
        let (id, department) = (&facts.place.organisation.id, facts.department);
        let legs = under_way.get(id).into_iter().flatten();
        let fits = |one: &Option<DepartmentId>| department.is_none_or(|d| one.as_ref() == Some(&d.id));
        facts.open_legs = legs.filter(|(one, _)| fits(one)).map(|(_, count)| count).sum();
        facts.decisions_ms = decisions.remove(id).unwrap_or_default();
        items.push(rules::suggestion(facts, &wanted));
    }
    let items = rules::ranked(items, asked.urgency, MOST);
    Ok(Suggestions { need: asked.need.map(str::to_owned), items })
}
