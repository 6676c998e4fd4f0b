//! One case, a clock that goes on a minute with each command, and the commands that people give.

use referral::*;

use crate::support::*;

pub struct World {
    pub case: Case,
    pub now: Millis,
}

impl World {
    /// A case whose leg `up` is submitted to the county hospital.
    pub fn submitted(urgency: Urgency) -> Self {
        let mut world = Self { case: empty_case(), now: Millis(1_000_000) };
        world.ok(
            &village(),
            "up",
            Command::Draft { input: input(urgency, COUNTY), replaces: None, based_on: None },
        );
        world.ok(&village(), "up", Command::Submit { external: false });
        world
    }

    pub fn try_give(&mut self, actor: &Actor, leg: &str, command: Command) -> Result<Vec<Event>, Refusal> {
        self.now = self.now.plus(Span::minutes(1));
        let events = decide(&self.case, &id(leg), &command, actor, self.now)?;
        self.case = evolve_all(self.case.clone(), &events)?;
        Ok(events)
    }

    #[track_caller]
    pub fn ok(&mut self, actor: &Actor, leg: &str, command: Command) -> Vec<&'static str> {
        let events = self.try_give(actor, leg, command).expect("is done");
        events.iter().map(|event| event.body.kind()).collect()
    }

    #[track_caller]
    pub fn refused(&mut self, actor: &Actor, leg: &str, command: Command) -> Refusal {
        self.try_give(actor, leg, command).expect_err("is refused")
    }

    #[track_caller]
    pub fn state(&self, leg: &str) -> StateCode {
        self.case.leg(&id(leg)).expect("is there").code()
    }

    pub fn owed(&self, leg: &str) -> Option<(Duty, Party, Span)> {
        let owed = owed(&self.case, &id(leg), &Deadlines::default())?;
        Some((owed.duty, owed.party, Span(owed.due_at.0 - self.now.0)))
    }

    pub fn good(&self, kind: CommandKind) -> Command {
        sample(kind, self.now, "second", CITY)
    }
}
