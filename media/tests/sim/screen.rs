//! What a watcher has of one slot, and what must be true of it whatever the network did.

use media::Kind;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

/// What a watcher has of one slot.
pub struct Screen {
    pub kind: Kind,
    /// By long sequence number.
    pub got: BTreeMap<u64, Shown>,
    /// Numbers that the server has sent on the slot's own SSRC.
    pub sent: BTreeMap<u64, u32>,
    pub ssrc: u32,
    pub rtx_ssrc: u32,
    pub asked: BTreeMap<u64, (Instant, u32)>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    pub speaker: u32,
    pub frame: u32,
    pub key: bool,
    pub picture: Option<u16>,
    pub timestamp: u32,
}

impl Screen {
    pub fn missing(&self) -> Vec<u64> {
        let (Some(first), Some(last)) = (self.got.keys().next(), self.got.keys().last()) else {
            return vec![];
        };
        (*first..=*last).filter(|index| !self.got.contains_key(index)).collect()
    }

    pub fn speakers(&self) -> BTreeSet<u32> {
        self.got.values().map(|shown| shown.speaker).collect()
    }

    pub fn frames(&self) -> usize {
        self.got.values().map(|shown| (shown.speaker, shown.timestamp)).collect::<BTreeSet<_>>().len()
    }

    pub fn assert_each_number_was_sent_once(&self) {
        assert!(self.sent.values().all(|times| *times == 1), "a number was used twice");
    }

    pub fn assert_time_goes_forward(&self) {
        let times: Vec<_> = self.got.values().map(|shown| shown.timestamp).collect();
        assert!(times.windows(2).all(|pair| pair[1].wrapping_sub(pair[0]) < 1 << 31), "time went back");
    }

    /// Picture numbers grow by one from frame to frame, whoever made it, and each change begins with a key frame.
    pub fn assert_pictures_go_on(&self) {
        let whole: Vec<_> = self.got.iter().collect();
        for pair in whole.windows(2) {
            let ((index, before), (next, after)) = (pair[0], pair[1]);
            if *next != index + 1 {
                continue;
            }
            let step = after.picture.unwrap().wrapping_sub(before.picture.unwrap()) & 0x7fff;
            assert!(step <= 1, "picture numbers jump by {step}");
            if step == 1 && (before.speaker != after.speaker || after.frame != before.frame + 1) {
                assert!(after.key, "a jump without a key frame");
            }
        }
    }
}
