//! Who is in which room of this process, from the moment the media plane let them in. Knows no store.

use super::RoomParticipant;
use crate::ids::RoomId;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

#[derive(Clone, Default)]
pub struct Presence(Arc<Mutex<BTreeMap<RoomId, Vec<RoomParticipant>>>>);

impl Presence {
    /// Somebody is in, until the guard is dropped.
    pub fn enter(&self, room: &RoomId, who: RoomParticipant) -> Present {
        let present = Present { presence: self.clone(), room: room.clone(), id: who.id.clone() };
        self.with(|rooms| rooms.entry(room.clone()).or_default().push(who));
        present
    }

    pub fn of(&self, room: &RoomId) -> Vec<RoomParticipant> {
        self.with(|rooms| rooms.get(room).cloned().unwrap_or_default())
    }

    /// A std mutex: held for moments, never across an await.
    fn with<T>(&self, act: impl FnOnce(&mut BTreeMap<RoomId, Vec<RoomParticipant>>) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

pub struct Present {
    presence: Presence,
    room: RoomId,
    id: String,
}

impl Drop for Present {
    fn drop(&mut self) {
        self.presence.with(|rooms| {
            if let Some(people) = rooms.get_mut(&self.room) {
                people.retain(|who| who.id != self.id);
                if people.is_empty() {
                    rooms.remove(&self.room);
                }
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Timestamp;

    #[test]
    fn a_person_is_in_exactly_while_the_guard_lives() {
        let (presence, room) = (Presence::default(), RoomId::trusted("r"));
        let who = |id: &str| RoomParticipant {
            id: id.to_owned(),
            name: "林静".to_owned(),
            organisation: "邢州市第一医院".to_owned(),
            joined_at: Timestamp(0),
        };
        let first = presence.enter(&room, who("1"));
        let second = presence.enter(&room, who("2"));
        drop(first);
        assert_eq!(presence.of(&room).iter().map(|p| p.id.as_str()).collect::<Vec<_>>(), ["2"]);
        drop(second);
        assert!(presence.of(&room).is_empty());
    }
}
