//! The bits of entropy coded data (T.81 F.2.2.5): stuffed zero bytes are taken out, and markers end them.

pub(super) struct Bits<'a> {
    data: &'a [u8],
    /// The next byte.
    at: usize,
    /// Bits that are read and not yet used, the next one highest.
    held: u64,
    count: u32,
}

impl<'a> Bits<'a> {
    pub(super) fn new(data: &'a [u8]) -> Self {
        Self { data, at: 0, held: 0, count: 0 }
    }

    /// Holds at least 32 bits where the data have as many before the next marker.
    fn fill(&mut self) {
        while self.count <= 48 {
            let Some(byte) = self.data.get(self.at).copied() else { return };
            if byte == 0xff {
                match self.data.get(self.at + 1) {
                    Some(0) => self.at += 1,
                    // Fill bytes before a marker, or the marker.
                    _ => return,
                }
            }
            self.at += 1;
            self.held |= u64::from(byte) << (56 - self.count);
            self.count += 8;
        }
    }

    /// The next 16 bits, zeros where there are no more.
    pub(super) fn peek(&mut self) -> u16 {
        if self.count < 16 {
            self.fill();
        }
        (self.held >> 48) as u16
    }

    /// Uses `count` bits, at most 16; `None` when there are fewer.
    pub(super) fn take(&mut self, count: u32) -> Option<()> {
        if count > self.count {
            self.fill();
            if count > self.count {
                return None;
            }
        }
        self.held <<= count;
        self.count -= count;
        Some(())
    }

    /// A number of `count` bits, at most 16, with its sign as T.81 F.2.2.1 (EXTEND) has it.
    pub(super) fn signed(&mut self, count: u32) -> Option<i32> {
        if count == 0 {
            return Some(0);
        }
        let value = i32::from(self.peek()) >> (16 - count);
        self.take(count)?;
        Some(if value < 1 << (count - 1) { value - (1 << count) + 1 } else { value })
    }

    /// Goes behind the restart marker of this number (0 to 7), which must come next.
    pub(super) fn restart(&mut self, number: u8) -> Option<()> {
        // What is left of the byte before is padding; a whole byte is not.
        self.fill();
        if self.count >= 8 {
            return None;
        }
        (self.held, self.count) = (0, 0);
        while self.data.get(self.at..self.at + 2)? == [0xff, 0xff] {
            self.at += 1;
        }
        if self.data.get(self.at..self.at + 2)? != [0xff, 0xd0 + number] {
            return None;
        }
        self.at += 2;
        Some(())
    }

    /// Bytes used, those that are held but untouched not among them. Behind it stands the next marker.
    pub(super) fn position(&self) -> usize {
        self.at - (self.count / 8) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stuffed_bytes_are_no_data_and_markers_end_it() {
        let mut bits = Bits::new(&[0xff, 0x00, 0xa5, 0xff, 0xd3, 0x80]);
        assert_eq!(bits.peek(), 0xffa5);
        assert_eq!(bits.signed(8), Some(255));
        assert_eq!(bits.signed(3), Some(5));
        assert_eq!(bits.signed(2), Some(-3));
        assert_eq!(bits.take(4), None, "three are left");
        assert_eq!(bits.restart(2), None, "another marker");
        assert_eq!(bits.restart(3), Some(()));
        assert_eq!(bits.signed(1), Some(1));
    }
}
