//! Huffman tables of JPEG (T.81 Annex C).

use super::bits::Bits;

/// Codes of up to this length are found in one step.
const QUICK: u32 = 9;

#[derive(Clone)]
pub(super) struct Huffman {
    /// By the next `QUICK` bits: length and value of the code that they begin with; length 0 where it is longer.
    quick: Vec<(u8, u8)>,
    /// By length: the first code that is too large for it, left-aligned in 16 bits.
    limits: [u32; 17],
    /// By length: what to add to a code for its place among the values.
    offsets: [i32; 17],
    values: Vec<u8>,
}

impl Huffman {
    /// From the number of codes of each length 1 to 16, and the values in order of their codes. `None` when there are
    /// more codes than a length has.
    pub(super) fn new(counts: [u8; 16], values: &[u8]) -> Option<Self> {
        let mut quick = vec![(0, 0); 1 << QUICK];
        let (mut limits, mut offsets) = ([0; 17], [0; 17]);
        let (mut code, mut index) = (0_u32, 0_usize);
        for length in 1..=16_u32 {
            offsets[length as usize] = index as i32 - code as i32;
            for _ in 0..counts[length as usize - 1] {
                if code >= 1 << length {
                    return None;
                }
                if length <= QUICK {
                    let first = (code << (QUICK - length)) as usize;
                    let value = *values.get(index)?;
                    quick[first..first + (1 << (QUICK - length))].fill((length as u8, value));
                }
                code += 1;
                index += 1;
            }
            limits[length as usize] = code << (16 - length);
            code <<= 1;
        }
        Some(Self { quick, limits, offsets, values: values.to_vec() })
    }

    /// The value of the next code; `None` when there is no such code.
    pub(super) fn read(&self, bits: &mut Bits<'_>) -> Option<u8> {
        let next = bits.peek();
        let (length, value) = self.quick[usize::from(next >> (16 - QUICK))];
        if length > 0 {
            bits.take(u32::from(length))?;
            return Some(value);
        }
        let length = (QUICK + 1..=16).find(|length| u32::from(next) < self.limits[*length as usize])?;
        let place = i32::from(next >> (16 - length)) + self.offsets[length as usize];
        bits.take(length)?;
        self.values.get(usize::try_from(place).ok()?).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_every_length_are_found() {
        // 0, 10, 110, … and one of 16 bits.
        let mut counts = [1; 16];
        counts[15] = 2;
        let values: Vec<u8> = (0..17).collect();
        let table = Huffman::new(counts, &values).expect("a table");
        for (value, code) in
            [(0, 0x0000_u16), (1, 0x8000), (8, 0xff00), (9, 0xff80), (15, 0xfffe), (16, 0xffff)]
        {
            let mut stuffed = Vec::new();
            for byte in code.to_be_bytes() {
                stuffed.push(byte);
                if byte == 0xff {
                    stuffed.push(0);
                }
            }
            assert_eq!(table.read(&mut Bits::new(&stuffed)), Some(value), "{code:x}");
        }
    }

    #[test]
    fn more_codes_than_a_length_has_are_refused() {
        let mut counts = [0; 16];
        counts[0] = 3;
        assert!(Huffman::new(counts, &[1, 2, 3]).is_none());
    }
}
