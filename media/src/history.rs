//! The last packets of one published stream, stored once and shared by everybody who watches it: retransmissions
//! are answered from here. A fixed number of places whose buffers are reused, so that nothing is allocated once
//! each has been filled. Pure; owned by `stream`.

use crate::vp8;

/// A packet as its publisher sent it, RTX unwrapped, padding and header taken off.
#[derive(Clone, Debug, Default)]
pub struct Stored {
    pub index: u64,
    pub timestamp: u32,
    pub marker: bool,
    /// For audio the empty descriptor.
    pub descriptor: vp8::Descriptor,
    pub payload: Vec<u8>,
}

impl Stored {
    /// Takes over another packet without giving up the buffer.
    pub fn copy_from(&mut self, other: &Stored) {
        self.index = other.index;
        self.timestamp = other.timestamp;
        self.marker = other.marker;
        self.descriptor = other.descriptor;
        self.payload.clear();
        self.payload.extend_from_slice(&other.payload);
    }
}

#[derive(Debug)]
pub struct History {
    places: Vec<Option<Stored>>,
}

impl History {
    /// `capacity` packets are kept.
    pub fn new(capacity: usize) -> Self {
        Self { places: vec![None; capacity.max(1)] }
    }

    /// Stores a packet in the place of the one `capacity` numbers before it.
    pub fn put(
        &mut self,
        index: u64,
        timestamp: u32,
        marker: bool,
        descriptor: vp8::Descriptor,
        payload: &[u8],
    ) -> &Stored {
        let place = index as usize % self.places.len();
        let stored = self.places[place].get_or_insert_default();
        stored.index = index;
        stored.timestamp = timestamp;
        stored.marker = marker;
        stored.descriptor = descriptor;
        stored.payload.clear();
        stored.payload.extend_from_slice(payload);
        stored
    }

    pub fn get(&self, index: u64) -> Option<&Stored> {
        self.places[index as usize % self.places.len()].as_ref().filter(|stored| stored.index == index)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_old_packet_gives_its_place_to_a_newer_one() {
        let mut history = History::new(4);
        for index in 10..16 {
            history.put(index, 0, false, vp8::Descriptor::default(), &[index as u8]);
        }
        assert!(history.get(11).is_none());
        assert_eq!(history.get(12).map(|stored| stored.payload[0]), Some(12));
        assert_eq!(history.get(15).map(|stored| stored.payload[0]), Some(15));
        assert!(history.get(16).is_none());
    }
}
