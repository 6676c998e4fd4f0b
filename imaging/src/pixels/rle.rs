//! RLE Lossless (PS3.5 Annex G): one PackBits segment per byte of a sample, most significant first.
//!
//! Written here because the library's decoder refuses 32 bits and stops the process on short segments.

use super::PixelError;

/// Decodes a frame into `pixels × samples × bytes` little endian bytes, colors by pixel.
pub(super) fn decode(
    encoded: &[u8],
    pixels: usize,
    samples: usize,
    bytes: usize,
) -> Result<Vec<u8>, PixelError> {
    let number = |index: usize| {
        let bytes = encoded.get(index * 4..index * 4 + 4)?;
        Some(u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]) as usize)
    };
    if encoded.len() < 64 || number(0) != Some(samples * bytes) || samples * bytes > 15 {
        return Err(PixelError::Invalid);
    }
    let mut out = vec![0; pixels * samples * bytes];
    for segment in 0..samples * bytes {
        let start = number(segment + 1).ok_or(PixelError::Invalid)?;
        let end = if segment + 1 < samples * bytes { number(segment + 2) } else { Some(encoded.len()) };
        let data = end.and_then(|end| encoded.get(start..end)).ok_or(PixelError::Invalid)?;
        let (sample, byte) = (segment / bytes, bytes - 1 - segment % bytes);
        unpack(data, out.iter_mut().skip(sample * bytes + byte).step_by(samples * bytes), pixels)?;
    }
    Ok(out)
}

/// PackBits (PS3.5 G.3.2) into `count` places.
fn unpack<'a>(
    data: &[u8],
    mut out: impl Iterator<Item = &'a mut u8>,
    count: usize,
) -> Result<(), PixelError> {
    let mut left = count;
    let mut at = 0;
    while left > 0 {
        let control = *data.get(at).ok_or(PixelError::Invalid)?;
        at += 1;
        match control {
            0..=127 => {
                let length = (usize::from(control) + 1).min(left);
                let literal = data.get(at..at + length).ok_or(PixelError::Invalid)?;
                literal.iter().zip(&mut out).for_each(|(from, to)| *to = *from);
                at += length;
                left -= length;
            }
            128 => {}
            129..=255 => {
                let length = (257 - usize::from(control)).min(left);
                let value = *data.get(at).ok_or(PixelError::Invalid)?;
                out.by_ref().take(length).for_each(|to| *to = value);
                at += 1;
                left -= length;
            }
        }
    }
    Ok(())
}
