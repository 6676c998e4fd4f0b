//! From stored gray values to gray on a screen: modality transform, window or lookup table, polarity
//! (PS3.4 N.2). One table of 65,536 entries serves every image of up to 16 bits.

use super::decode::Frame;
use super::describe::{Image, Photometric, Window, WindowShape};

/// A byte per pixel, 0 black to 255 white.
pub(super) fn gray(image: &Image, frame: &Frame, window: Option<Window>) -> Vec<u8> {
    if image.float {
        return gray_of_floats(image, frame, window);
    }
    let values = Values::of(image, frame);
    let tone = Tone::choose(image, &values, window);
    match image.bits_allocated {
        32 => values.iter().map(|value| tone.gray(value)).collect(),
        bits => {
            let stored = if bits == 16 { 65_536 } else { 256 };
            let table: Vec<u8> = (0..stored).map(|raw| tone.gray(values.mean(raw))).collect();
            values.raw().map(|raw| table[raw as usize]).collect()
        }
    }
}

/// Floating point samples are in the modality's unit but for the linear transform; what is no number is black.
fn gray_of_floats(image: &Image, frame: &Frame, window: Option<Window>) -> Vec<u8> {
    let values: Vec<f64> = match image.bits_allocated {
        32 => frame.bytes.as_chunks::<4>().0.iter().map(|b| f64::from(f32::from_le_bytes(*b))).collect(),
        _ => frame.bytes.as_chunks::<8>().0.iter().map(|b| f64::from_le_bytes(*b)).collect(),
    };
    let unit = |value: f64| value * image.slope + image.intercept;
    let window = window.or_else(|| image.windows.first().copied()).unwrap_or_else(|| {
        let finite = values.iter().map(|value| unit(*value)).filter(|value| value.is_finite());
        let (low, high) = finite.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| (l.min(v), h.max(v)));
        let (low, high) = if low < high { (low, high) } else { (0.0, 1.0) };
        // Halves first: the difference of two large numbers need not be one.
        let width = (high / 2.0 - low / 2.0) * 2.0;
        Window { center: low / 2.0 + high / 2.0, width, shape: WindowShape::LinearExact }
    });
    let inverted = image.photometric == Photometric::Monochrome1 || image.inverse;
    let tone = |value: &f64| {
        if !value.is_finite() {
            return 0;
        }
        let gray = (share(window, unit(*value)) * 255.0).round().clamp(0.0, 255.0) as u8;
        if inverted { 255 - gray } else { gray }
    };
    values.iter().map(tone).collect()
}

/// The samples of a gray frame, and how their bits are to be read.
struct Values<'a> {
    bytes: &'a [u8],
    width: usize,
    stored: usize,
    signed: bool,
}

impl<'a> Values<'a> {
    fn of(image: &Image, frame: &'a Frame) -> Self {
        Self {
            bytes: &frame.bytes,
            width: image.bits_allocated.div_ceil(8),
            stored: image.bits_stored,
            signed: image.signed,
        }
    }

    fn raw(&self) -> impl Iterator<Item = u32> {
        self.bytes
            .chunks_exact(self.width)
            .map(|bytes| bytes.iter().rev().fold(0_u32, |value, byte| (value << 8) | u32::from(*byte)))
    }

    /// What the stored bits mean; bits above them may hold an overlay and are dropped.
    fn mean(&self, raw: u32) -> i64 {
        let unused = 32 - self.stored as u32;
        if self.signed {
            i64::from((raw << unused) as i32 >> unused)
        } else {
            i64::from((raw << unused) >> unused)
        }
    }

    fn iter(&self) -> impl Iterator<Item = i64> {
        self.raw().map(|raw| self.mean(raw))
    }
}

/// A way from a stored value to gray.
struct Tone<'a> {
    image: &'a Image,
    window: Option<Window>,
    inverted: bool,
}

impl<'a> Tone<'a> {
    /// The window asked for, else the file's first window or table, else all values that the frame has.
    fn choose(image: &'a Image, values: &Values<'_>, window: Option<Window>) -> Self {
        // Both would undo each other only if a device meant it; the standard lets INVERSE go with MONOCHROME1.
        let inverted = image.photometric == Photometric::Monochrome1 || image.inverse;
        let window = match window.or_else(|| image.windows.first().copied()) {
            Some(window) => Some(window),
            None if image.voi_lut.is_some() => None,
            None => Some(full_range(image, values)),
        };
        Self { image, window, inverted }
    }

    fn gray(&self, stored: i64) -> u8 {
        let share = match (self.window, &self.image.voi_lut) {
            (Some(window), _) => share(window, modality(self.image, stored)),
            (None, Some(table)) => {
                let value = modality(self.image, stored).round() as i64;
                f64::from(table.at(value)) / f64::from((1_u32 << table.bits) - 1)
            }
            (None, None) => 0.0,
        };
        let gray = (share * 255.0).round().clamp(0.0, 255.0) as u8;
        let padding = self.image.padding.is_some_and(|(first, last)| (first..=last).contains(&stored));
        match (padding, self.inverted) {
            (true, _) => 0,
            (false, true) => 255 - gray,
            (false, false) => gray,
        }
    }
}

/// The value in the modality's unit.
fn modality(image: &Image, stored: i64) -> f64 {
    match &image.modality_lut {
        Some(table) => f64::from(table.at(stored)),
        None => stored as f64 * image.slope + image.intercept,
    }
}

fn full_range(image: &Image, values: &Values<'_>) -> Window {
    let outside = |value: &i64| image.padding.is_none_or(|(first, last)| !(first..=last).contains(value));
    let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
    let (mut least, mut most) = (i64::MAX, i64::MIN);
    for value in values.iter().filter(outside) {
        // Only new extremes go through the transform, which need not be monotonic as a table.
        if image.modality_lut.is_some() || value < least || value > most {
            let value = modality(image, value);
            low = low.min(value);
            high = high.max(value);
        }
        least = least.min(value);
        most = most.max(value);
    }
    if !low.is_finite() {
        (low, high) = (0.0, 1.0);
    }
    Window { center: (low + high) / 2.0, width: (high - low).max(1.0), shape: WindowShape::LinearExact }
}

/// Where a value lies in a window, 0 to 1 (PS3.3 C.11.2.1.2, C.11.2.1.3).
fn share(window: Window, value: f64) -> f64 {
    let Window { center, width, shape } = window;
    match shape {
        WindowShape::Linear if width > 1.0 => {
            ((value - (center - 0.5)) / (width - 1.0) + 0.5).clamp(0.0, 1.0)
        }
        WindowShape::Linear => f64::from(u8::from(value > center - 0.5)),
        WindowShape::LinearExact => ((value - center) / width + 0.5).clamp(0.0, 1.0),
        WindowShape::Sigmoid => 1.0 / (1.0 + (-4.0 * (value - center) / width).exp()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_linear_window_has_its_ends_where_the_standard_puts_them() {
        // The example of PS3.3 C.11.2.1.2.1: center 2048, width 4096 maps 0 to black and 4095 to white.
        let window = Window { center: 2048.0, width: 4096.0, shape: WindowShape::Linear };
        assert_eq!(share(window, 0.0), 0.0);
        assert_eq!(share(window, 4095.0), 1.0);
        assert_eq!(share(Window { center: 0.0, width: 1.0, ..window }, -1.0), 0.0);
        assert_eq!(share(Window { center: 0.0, width: 1.0, ..window }, 0.0), 1.0);
        let exact = Window { center: 50.0, width: 100.0, shape: WindowShape::LinearExact };
        assert_eq!(share(exact, 25.0), 0.25);
        assert_eq!(share(Window { shape: WindowShape::Sigmoid, ..exact }, 50.0), 0.5);
    }

    #[test]
    fn bits_above_the_stored_ones_do_not_count() {
        let values = Values { bytes: &[0xff, 0xff, 0x00, 0x08], width: 2, stored: 12, signed: true };
        assert_eq!(values.iter().collect::<Vec<_>>(), [-1, -2048]);
        let values = Values { bytes: &[0xff, 0xff], width: 2, stored: 12, signed: false };
        assert_eq!(values.iter().collect::<Vec<_>>(), [4095]);
    }
}
