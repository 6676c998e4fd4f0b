//! Arithmetic of colors on plain bytes: planes, subsampling, and YBR to RGB (PS3.3 C.7.6.3.1.2).

/// Three planes of samples of `bytes` each, put together by pixel.
pub(super) fn interleave(planes: &[u8], bytes: usize) -> Vec<u8> {
    let plane = planes.len() / 3;
    let mut out = Vec::with_capacity(planes.len());
    for at in (0..plane).step_by(bytes) {
        for color in 0..3 {
            out.extend_from_slice(&planes[color * plane + at..color * plane + at + bytes]);
        }
    }
    out
}

/// `Y Y Cb Cr` for two pixels becomes `Y Cb Cr Y Cb Cr`.
pub(super) fn upsample_422(pairs: &[u8]) -> Vec<u8> {
    pairs.chunks_exact(4).flat_map(|pair| [pair[0], pair[2], pair[3], pair[1], pair[2], pair[3]]).collect()
}

/// Full range: the coefficients of ITU-R BT.601, inverted.
pub(super) fn ybr_full_to_rgb(pixels: &mut [u8]) {
    for pixel in pixels.chunks_exact_mut(3) {
        let y = f32::from(pixel[0]);
        let (cb, cr) = (f32::from(pixel[1]) - 128.0, f32::from(pixel[2]) - 128.0);
        pixel[0] = clamp(y + 1.402 * cr);
        pixel[1] = clamp(y - 0.344_136 * cb - 0.714_136 * cr);
        pixel[2] = clamp(y + 1.772 * cb);
    }
}

/// The same for samples in pairs of bytes, little endian, of which `stored` bits are used.
pub(super) fn ybr_full_of_16_bits_to_rgb(pixels: &mut [u8], stored: usize) {
    let (middle, largest) = ((1_u32 << (stored - 1)) as f32, ((1_u32 << stored) - 1) as f32);
    for pixel in pixels.as_chunks_mut::<6>().0 {
        let [y, cb, cr] = [0, 2, 4].map(|at| f32::from(u16::from_le_bytes([pixel[at], pixel[at + 1]])));
        let (cb, cr) = (cb - middle, cr - middle);
        let rgb = [y + 1.402 * cr, y - 0.344_136 * cb - 0.714_136 * cr, y + 1.772 * cb];
        for (at, value) in rgb.into_iter().enumerate() {
            let value = value.round().clamp(0.0, largest) as u16;
            pixel[2 * at..2 * at + 2].copy_from_slice(&value.to_le_bytes());
        }
    }
}

/// Luminance in 16–235, chrominance in 16–240.
pub(super) fn ybr_partial_to_rgb(pixels: &mut [u8]) {
    for pixel in pixels.chunks_exact_mut(3) {
        let y = 1.164_383 * (f32::from(pixel[0]) - 16.0);
        let (cb, cr) = (f32::from(pixel[1]) - 128.0, f32::from(pixel[2]) - 128.0);
        pixel[0] = clamp(y + 1.596_027 * cr);
        pixel[1] = clamp(y - 0.391_762 * cb - 0.812_968 * cr);
        pixel[2] = clamp(y + 2.017_232 * cb);
    }
}

fn clamp(value: f32) -> u8 {
    value.round().clamp(0.0, 255.0) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn planes_are_put_together_by_pixel() {
        assert_eq!(interleave(&[1, 2, 3, 4, 5, 6], 1), [1, 3, 5, 2, 4, 6]);
        assert_eq!(interleave(&[1, 2, 3, 4, 5, 6], 2), [1, 2, 3, 4, 5, 6]);
    }

    #[test]
    fn gray_stays_gray_and_red_becomes_red() {
        let mut pixels = [128, 128, 128, 76, 85, 255];
        ybr_full_to_rgb(&mut pixels);
        assert_eq!(pixels[..3], [128; 3]);
        assert!(pixels[3] >= 253 && pixels[4] <= 1 && pixels[5] <= 1, "{pixels:?}");
    }
}
