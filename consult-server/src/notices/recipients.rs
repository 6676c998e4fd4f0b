//! Whom an entry is told: from the line of the table to people, by side, and within a side those first who are there for it now.
//! Resolved when it is told, so that nothing waits for somebody who has left (I-3). Writes nothing.

use super::kinds::{self, ASKING, ON_DUTY, RECEIVING, Told};
use super::rules::{self, Rung};
use super::sql;
use crate::access::Role;
use crate::db::Conn;
use crate::db::outbox::Entry;
use crate::directory;
use crate::directory::duty::flow as duty;
use crate::error::Result;
use crate::ids::{DepartmentId, OrganisationId, PersonId};
use crate::messages::members;
use crate::time::Timestamp;
use std::collections::BTreeSet;

/// Where so few hold the roles, all of them hear of it; in a larger house only those who have to do with it.
const FEW: usize = 12;
/// Where nobody is on duty and nobody took it, no more than so many of a house are told at once.
const MOST: usize = 50;

type People = BTreeSet<PersonId>;

/// One side of a leg or a consult: where, for which department, and who of them asked for it or took it.
pub struct House {
    pub organisation: OrganisationId,
    pub department: Option<DepartmentId>,
    pub person: Option<PersonId>,
    /// Whether the desk of a house has to do with it: with legs, not with consults.
    pub has_desk: bool,
}

pub struct Sides {
    pub asking: House,
    pub asked: Option<House>,
}

/// Everybody who hears of an entry; its author needs no telling.
pub async fn of(conn: &mut Conn, entry: &Entry, now: Timestamp) -> Result<People> {
    let mut people: People = rules::named(entry).into_iter().collect();
    match kinds::find(&entry.kind) {
        Some(kind) => {
            let mut question = Question { conn, entry, now };
            people.extend(question.told(kind.told).await?);
        }
        None if !people.is_empty() => {
            tracing::error!(kind = entry.kind, "somebody is told of what the table of kinds does not know");
        }
        None => {}
    }
    people.retain(|person| entry.author.as_deref() != Some(person.as_str()));
    Ok(people)
}

/// Who it is, asked about one entry at one time.
struct Question<'a> {
    conn: &'a mut Conn,
    entry: &'a Entry,
    now: Timestamp,
}

impl Question<'_> {
    async fn told(&mut self, told: Told) -> Result<People> {
        match told {
            Told::Named => Ok(People::new()),
            Told::There(roles) => self.there(roles).await,
            Told::Ladder => self.called().await,
            Told::Owing => self.owing().await,
            Told::Desks => self.desks().await,
            Told::Asking
            | Told::Asked
            | Told::Taker(_)
            | Told::Invited(_)
            | Told::OtherSide
            | Told::BothSides => match sql::sides(self.conn, self.entry).await? {
                Some(sides) => self.sides(told, &sides).await,
                None => Ok(People::new()),
            },
        }
    }

    async fn sides(&mut self, told: Told, sides: &Sides) -> Result<People> {
        let (asks, is_asked) = match told {
            Told::Asking => (true, false),
            Told::OtherSide => {
                let by = sql::organisation_of_author(self.conn, self.entry).await?;
                let is = |house: &House| by.as_ref() == Some(&house.organisation);
                let (by_asking, by_asked) = (is(&sides.asking), sides.asked.as_ref().is_some_and(is));
                // One house may be both sides, and the clock is neither.
                if by_asking == by_asked { (true, true) } else { (by_asked, by_asking) }
            }
            Told::BothSides => (true, true),
            _ => (false, true),
        };
        let mut people = People::new();
        if asks {
            people.extend(self.asking(&sides.asking).await?);
        }
        if let Some(house) = sides.asked.as_ref().filter(|_| is_asked) {
            people.extend(match told {
                Told::Invited(roles) => self.holders(house, roles).await?,
                Told::Taker(roles) => match self.standing(house).await? {
                    Some(person) => People::from([person]),
                    None => self.holders(house, roles).await?,
                },
                _ => self.asked(house).await?,
            });
        }
        Ok(people)
    }

    /// The side that asks. Who does its work is not one person: in a small house all hear of it.
    async fn asking(&mut self, house: &House) -> Result<People> {
        let all = self.holders(house, ASKING).await?;
        let mut people: People = self.standing(house).await?.into_iter().collect();
        if all.len() <= FEW {
            people.extend(all);
            return Ok(people);
        }
        if house.has_desk {
            people.extend(self.answering(house).await?);
        }
        Ok(if people.is_empty() { all } else { people })
    }

    /// The side that is asked: its desk, the duty of the department, and whoever took the patient.
    async fn asked(&mut self, house: &House) -> Result<People> {
        let mut people: People = self.standing(house).await?.into_iter().collect();
        let answering = self.answering(house).await?;
        if !answering.is_empty() {
            people.extend(answering);
            return Ok(people);
        }
        let all = self.holders(house, RECEIVING).await?;
        if people.is_empty() || all.len() <= FEW {
            people.extend(all);
        }
        Ok(people)
    }

    async fn answering(&mut self, house: &House) -> Result<People> {
        let (alliance, department) = (&self.entry.alliance, house.department.as_ref());
        members::answering(self.conn, alliance, &house.organisation, department, self.now).await
    }

    /// Whoever asked for it or took it, while they still work there.
    async fn standing(&mut self, house: &House) -> Result<Option<PersonId>> {
        let Some(person) = &house.person else { return Ok(None) };
        let (alliance, organisation) = (&self.entry.alliance, &house.organisation);
        let roles = directory::sql::roles_at(self.conn, alliance, organisation, person, self.now).await?;
        Ok(roles.into_iter().any(Role::is_clinical).then(|| person.clone()))
    }

    /// Whoever holds one of the roles in the department, and where nobody does, in the house.
    async fn holders(&mut self, house: &House, roles: &[Role]) -> Result<People> {
        if house.department.is_some() {
            let there = self.holding(&house.organisation, house.department.as_ref(), roles).await?;
            if !there.is_empty() {
                return Ok(there);
            }
        }
        self.holding(&house.organisation, None, roles).await
    }

    async fn holding(
        &mut self,
        organisation: &OrganisationId,
        department: Option<&DepartmentId>,
        roles: &[Role],
    ) -> Result<People> {
        let mut people = People::new();
        for role in roles {
            let room = MOST.saturating_sub(people.len());
            if room == 0 {
                break;
            }
            let holders = sql::holders(self.conn, organisation, department, *role, self.now, room).await?;
            people.extend(holders);
        }
        Ok(people)
    }

    async fn there(&mut self, roles: &[Role]) -> Result<People> {
        let mut people = People::new();
        for organisation in rules::places(self.entry) {
            people.extend(self.holding(&organisation, None, roles).await?);
        }
        Ok(people)
    }

    /// The rung of a ladder: first whoever does it, then one who answers for all, then the managers.
    async fn called(&mut self) -> Result<People> {
        match rules::rung(self.entry) {
            Rung::Manager => self.there(&[Role::Manager]).await,
            Rung::Duty(department) => {
                let mut people = People::new();
                for organisation in rules::places(self.entry) {
                    let (alliance, department) = (&self.entry.alliance, department.as_ref());
                    let found =
                        duty::responsible(self.conn, alliance, &organisation, department, ON_DUTY, self.now)
                            .await?;
                    people.extend(found.people.into_iter().take(MOST));
                }
                Ok(people)
            }
            Rung::Doers => {
                let Some(sides) = sql::sides(self.conn, self.entry).await? else {
                    return self.there(RECEIVING).await;
                };
                let places = rules::places(self.entry);
                let mut people = People::new();
                if places.contains(&sides.asking.organisation) {
                    people.extend(self.asking(&sides.asking).await?);
                }
                if let Some(house) = sides.asked.as_ref().filter(|h| places.contains(&h.organisation)) {
                    people.extend(self.asked(house).await?);
                }
                Ok(people)
            }
        }
    }

    async fn owing(&mut self) -> Result<People> {
        if rules::rung(self.entry) == Rung::Manager {
            return self.there(&[Role::Manager]).await;
        }
        let mut people = People::new();
        for organisation in rules::places(self.entry) {
            people.extend(self.asking(&house(organisation)).await?);
        }
        Ok(people)
    }

    async fn desks(&mut self) -> Result<People> {
        let mut people = People::new();
        for organisation in rules::places(self.entry) {
            people.extend(self.asked(&house(organisation)).await?);
        }
        Ok(people)
    }
}

/// An organisation as it stands, whatever part it has.
fn house(organisation: OrganisationId) -> House {
    House { organisation, department: None, person: None, has_desk: true }
}
