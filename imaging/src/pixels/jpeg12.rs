//! Sequential JPEG with Huffman coding, baseline and extended (T.81 Annexes F and H: SOF0 and SOF1), of 8 or 12 bits a
//! sample.
//!
//! Written here because the library decodes 8 bits only and JPEG Extended (1.2.840.10008.1.2.4.51) has 12. Nothing
//! else is decoded: arithmetic coding, progression, hierarchy and the DNL marker are refused. What memory is needed
//! follows from the size that the caller expects, which the stream must state itself.

mod bits;
mod huffman;
mod idct;

use super::PixelError;
use bits::Bits;
use huffman::Huffman;

/// The size of a frame as the data set states it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Size {
    pub columns: usize,
    pub rows: usize,
    pub components: usize,
}

/// Decodes to `columns × rows × components` samples by pixel, without any change of colors; components that were
/// subsampled are repeated.
pub(super) fn decode(stream: &[u8], size: Size) -> Result<Vec<u16>, PixelError> {
    let mut decoder = Decoder::default();
    let mut segments = Segments { stream, at: 0 };
    loop {
        let (marker, segment) = segments.next().ok_or(PixelError::Invalid)?;
        match marker {
            STUFFED | TEM | RST0..=SOI => {}
            EOI => break,
            DQT => decoder.quantization_tables(segment).ok_or(PixelError::Invalid)?,
            DHT => decoder.huffman_tables(segment).ok_or(PixelError::Invalid)?,
            DRI => decoder.restart_interval = usize::from(word(segment, 0).ok_or(PixelError::Invalid)?),
            SOF0 | SOF1 => decoder.frame(segment, size)?,
            SOS => {
                segments.at += decoder.scan(segment, &stream[segments.at..])?;
                // Some writers leave the end of the image out.
                if decoder.is_complete() {
                    break;
                }
            }
            APP0..=APP15 | COM => {}
            _ => return Err(PixelError::Unsupported),
        }
    }
    if !decoder.is_complete() {
        return Err(PixelError::Invalid);
    }
    Ok(decoder.samples(size))
}

/// No marker: a byte of data that the scan did not need.
const STUFFED: u8 = 0x00;
const TEM: u8 = 0x01;
const SOF0: u8 = 0xc0;
const SOF1: u8 = 0xc1;
const DHT: u8 = 0xc4;
const RST0: u8 = 0xd0;
const SOI: u8 = 0xd8;
const EOI: u8 = 0xd9;
const SOS: u8 = 0xda;
const DQT: u8 = 0xdb;
const DRI: u8 = 0xdd;
const APP0: u8 = 0xe0;
const APP15: u8 = 0xef;
const COM: u8 = 0xfe;

/// Where the coefficients of a block belong, in the order of the stream (T.81 figure 5).
const ZIGZAG: [usize; 64] = [
    0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7,
    14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39,
    46, 53, 60, 61, 54, 47, 55, 62, 63,
];

/// The marker segments of a stream, one after another.
struct Segments<'a> {
    stream: &'a [u8],
    at: usize,
}

impl<'a> Segments<'a> {
    /// The next marker with its parameters; empty ones for markers that have none.
    fn next(&mut self) -> Option<(u8, &'a [u8])> {
        while *self.stream.get(self.at)? != 0xff {
            self.at += 1;
        }
        while *self.stream.get(self.at)? == 0xff {
            self.at += 1;
        }
        let marker = self.stream[self.at];
        self.at += 1;
        if matches!(marker, STUFFED | TEM | RST0..=EOI) {
            return Some((marker, &[]));
        }
        let length = usize::from(word(self.stream, self.at)?);
        let segment = self.stream.get(self.at + 2..self.at + length.max(2))?;
        self.at += length.max(2);
        Some((marker, segment))
    }
}

fn word(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes([*bytes.get(at)?, *bytes.get(at + 1)?]))
}

#[derive(Default)]
struct Decoder {
    quantization: [Option<[f32; 64]>; 4],
    /// For DC and for AC coefficients.
    huffman: [[Option<Huffman>; 4]; 2],
    /// Minimum coded units between restarts; 0 for none.
    restart_interval: usize,
    precision: u32,
    columns: usize,
    rows: usize,
    components: Vec<Component>,
}

struct Component {
    id: u8,
    /// Sampling factors, horizontal and vertical.
    across: usize,
    down: usize,
    quantization: usize,
    /// Samples per line of `plane`, which holds whole coded units.
    stride: usize,
    plane: Vec<u16>,
    decoded: bool,
}

/// A component in a scan: which one, and its tables.
struct Part {
    component: usize,
    dc: usize,
    ac: usize,
}

impl Decoder {
    fn quantization_tables(&mut self, mut segment: &[u8]) -> Option<()> {
        while let [kind, rest @ ..] = segment {
            let (wide, slot) = (kind >> 4, usize::from(kind & 15));
            let bytes = if wide == 0 { 64 } else { 128 };
            let (values, rest) = rest.split_at_checked(bytes)?;
            let mut table = [0.0; 64];
            for (index, place) in ZIGZAG.into_iter().enumerate() {
                let value = if wide == 0 { u16::from(values[index]) } else { word(values, index * 2)? };
                table[place] = f32::from(value);
            }
            *self.quantization.get_mut(slot)? = Some(table);
            segment = rest;
        }
        Some(())
    }

    fn huffman_tables(&mut self, mut segment: &[u8]) -> Option<()> {
        while let [kind, rest @ ..] = segment {
            let (counts, rest) = rest.split_at_checked(16)?;
            let (values, rest) = rest.split_at_checked(counts.iter().map(|n| usize::from(*n)).sum())?;
            let table = Huffman::new(counts.try_into().ok()?, values)?;
            *self.huffman.get_mut(usize::from(kind >> 4))?.get_mut(usize::from(kind & 15))? = Some(table);
            segment = rest;
        }
        Some(())
    }

    /// The frame header. Memory is taken only for the size that was expected.
    fn frame(&mut self, segment: &[u8], size: Size) -> Result<(), PixelError> {
        let &[precision, high, low, wide, narrow, count, ref parts @ ..] = segment else {
            return Err(PixelError::Invalid);
        };
        let stated = Size {
            columns: usize::from(u16::from_be_bytes([wide, narrow])),
            rows: usize::from(u16::from_be_bytes([high, low])),
            components: usize::from(count),
        };
        if !self.components.is_empty() || stated != size || size.columns == 0 || size.rows == 0 {
            return Err(PixelError::Invalid);
        }
        if !matches!(precision, 8 | 12) || !(1..=4).contains(&count) {
            return Err(PixelError::Unsupported);
        }
        if parts.len() != 3 * size.components {
            return Err(PixelError::Invalid);
        }
        let factors = |part: &[u8]| (usize::from(part[1] >> 4), usize::from(part[1] & 15));
        let all = || parts.chunks_exact(3);
        if all().any(|part| !matches!(factors(part), (1..=4, 1..=4)) || part[2] > 3) {
            return Err(PixelError::Invalid);
        }
        let across = all().map(|part| factors(part).0).max().unwrap_or(1);
        let down = all().map(|part| factors(part).1).max().unwrap_or(1);
        self.precision = u32::from(precision);
        (self.columns, self.rows) = (size.columns, size.rows);
        let units = (size.columns.div_ceil(8 * across), size.rows.div_ceil(8 * down));
        for part in all() {
            let (across, down) = factors(part);
            let stride = units.0 * across * 8;
            self.components.push(Component {
                id: part[0],
                across,
                down,
                quantization: usize::from(part[2]),
                stride,
                plane: vec![0; stride * units.1 * down * 8],
                decoded: false,
            });
        }
        Ok(())
    }

    fn largest(&self) -> (usize, usize) {
        let across = self.components.iter().map(|component| component.across).max().unwrap_or(1);
        let down = self.components.iter().map(|component| component.down).max().unwrap_or(1);
        (across, down)
    }

    fn is_complete(&self) -> bool {
        !self.components.is_empty() && self.components.iter().all(|component| component.decoded)
    }

    /// Which components a scan has; each may come once, so that a stream cannot keep the decoder busy for ever.
    fn parts(&self, segment: &[u8]) -> Option<Vec<Part>> {
        let (count, rest) = segment.split_first()?;
        let (selectors, spectral) = rest.split_at_checked(2 * usize::from(*count))?;
        // From the first coefficient on at full precision: anything else is progression. The last one is always the
        // 64th, though there are devices that write 0 for it.
        if !(1..=4).contains(count) || !matches!(spectral.get(..3)?, [0, _, 0]) {
            return None;
        }
        let mut parts: Vec<Part> = Vec::new();
        for selector in selectors.chunks_exact(2) {
            let component = self.components.iter().position(|component| component.id == selector[0])?;
            if self.components[component].decoded || parts.iter().any(|part| part.component == component) {
                return None;
            }
            let (dc, ac) = (usize::from(selector[1] >> 4), usize::from(selector[1] & 15));
            parts.push(Part { component, dc, ac });
        }
        Some(parts)
    }

    /// Decodes a scan; returns how many bytes of `data` it took.
    fn scan(&mut self, segment: &[u8], data: &[u8]) -> Result<usize, PixelError> {
        let parts = self.parts(segment).ok_or(PixelError::Invalid)?;
        let mut tables = Vec::with_capacity(parts.len());
        for part in &parts {
            let [dc, ac] = &self.huffman;
            let quantization = self.quantization[self.components[part.component].quantization];
            let found = (
                dc.get(part.dc).and_then(Option::clone),
                ac.get(part.ac).and_then(Option::clone),
                quantization,
            );
            let (Some(dc), Some(ac), Some(quantization)) = found else { return Err(PixelError::Invalid) };
            tables.push((dc, ac, quantization));
        }
        let (across, down) = self.largest();
        let (units_across, units_down) = match parts.as_slice() {
            // A component alone comes block by block, only those that it has samples for (T.81 A.2.2).
            [part] => {
                let component = &self.components[part.component];
                (
                    (self.columns * component.across).div_ceil(across).div_ceil(8),
                    (self.rows * component.down).div_ceil(down).div_ceil(8),
                )
            }
            _ => (self.columns.div_ceil(8 * across), self.rows.div_ceil(8 * down)),
        };
        let alone = parts.len() == 1;
        let mut bits = Bits::new(data);
        let mut predictions = [0_i32; 4];
        let mut until_restart = self.restart_interval;
        let mut restarts = 0_u8;
        for unit in 0..units_across * units_down {
            if self.restart_interval > 0 {
                if until_restart == 0 {
                    bits.restart(restarts % 8).ok_or(PixelError::Invalid)?;
                    restarts = restarts.wrapping_add(1);
                    predictions = [0; 4];
                    until_restart = self.restart_interval;
                }
                until_restart -= 1;
            }
            let (unit_x, unit_y) = (unit % units_across, unit / units_across);
            for (index, part) in parts.iter().enumerate() {
                let component = &mut self.components[part.component];
                let (across, down) = if alone { (1, 1) } else { (component.across, component.down) };
                let (dc, ac, quantization) = &tables[index];
                for block in 0..across * down {
                    let coefficients = block_of(&mut bits, dc, ac, quantization, &mut predictions[index])
                        .ok_or(PixelError::Invalid)?;
                    let x = (unit_x * across + block % across) * 8;
                    let y = (unit_y * down + block / across) * 8;
                    let at = y * component.stride + x;
                    idct::into(&coefficients, self.precision, &mut component.plane[at..], component.stride);
                }
            }
        }
        for part in &parts {
            self.components[part.component].decoded = true;
        }
        Ok(bits.position())
    }

    /// The planes by pixel.
    fn samples(&self, size: Size) -> Vec<u16> {
        let (across, down) = self.largest();
        let mut samples = Vec::with_capacity(size.columns * size.rows * size.components);
        for y in 0..size.rows {
            for x in 0..size.columns {
                samples.extend(self.components.iter().map(|component| {
                    let (x, y) = (x * component.across / across, y * component.down / down);
                    component.plane[y * component.stride + x]
                }));
            }
        }
        samples
    }
}

/// The dequantized coefficients of the next block, in rows (T.81 F.2.2). `None` when the data end or contradict the
/// tables.
fn block_of(
    bits: &mut Bits<'_>,
    dc: &Huffman,
    ac: &Huffman,
    quantization: &[f32; 64],
    prediction: &mut i32,
) -> Option<[f32; 64]> {
    let mut block = [0.0; 64];
    let category = dc.read(bits)?;
    // Differences of 12 bits have at most 15 (T.81 table F.1 and F.6).
    if category > 15 {
        return None;
    }
    *prediction = prediction.checked_add(bits.signed(u32::from(category))?)?;
    block[0] = *prediction as f32 * quantization[0];
    let mut index = 1;
    while index < 64 {
        let code = ac.read(bits)?;
        let (zeros, category) = (usize::from(code >> 4), u32::from(code & 15));
        if category == 0 {
            if zeros != 15 {
                break;
            }
            index += 16;
            continue;
        }
        index += zeros;
        let place = *ZIGZAG.get(index)?;
        block[place] = bits.signed(category)? as f32 * quantization[place];
        index += 1;
    }
    Some(block)
}

#[cfg(test)]
mod tests;
