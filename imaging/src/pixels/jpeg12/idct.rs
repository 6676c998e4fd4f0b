//! The inverse cosine transform of a block (T.81 A.3.3), level shift and clamping.

use std::f32::consts::FRAC_1_SQRT_2;

/// cos((2x + 1) u π / 16) × C(u) / 2, by `u` and then `x`.
static BASIS: std::sync::LazyLock<[[f32; 8]; 8]> = std::sync::LazyLock::new(|| {
    std::array::from_fn(|u| {
        let scale = if u == 0 { FRAC_1_SQRT_2 } else { 1.0 };
        std::array::from_fn(|x| {
            let angle = (2 * x + 1) as f32 * u as f32 * std::f32::consts::PI / 16.0;
            0.5 * scale * angle.cos()
        })
    })
});

/// Writes the samples of a block, of `precision` bits, into the first eight places of eight lines.
pub(super) fn into(coefficients: &[f32; 64], precision: u32, plane: &mut [u16], stride: usize) {
    let shift = (1_u32 << (precision - 1)) as f32;
    let largest = ((1_u32 << precision) - 1) as f32;
    let sample = |value: f32| (value + shift).round().clamp(0.0, largest) as u16;
    if coefficients[1..].iter().all(|c| *c == 0.0) {
        let value = sample(coefficients[0] / 8.0);
        for line in 0..8 {
            plane[line * stride..line * stride + 8].fill(value);
        }
        return;
    }
    let basis = &*BASIS;
    // Lines of coefficients first: most of the lower ones are empty.
    let mut half = [[0.0_f32; 8]; 8];
    for (v, line) in coefficients.as_chunks::<8>().0.iter().enumerate() {
        for (u, coefficient) in line.iter().enumerate().filter(|(_, c)| **c != 0.0) {
            for (sum, cosine) in half[v].iter_mut().zip(&basis[u]) {
                *sum += coefficient * cosine;
            }
        }
    }
    let mut out = [[0.0_f32; 8]; 8];
    for (v, line) in half.iter().enumerate().filter(|(_, line)| line.iter().any(|c| *c != 0.0)) {
        for (y, sums) in out.iter_mut().enumerate() {
            for (sum, value) in sums.iter_mut().zip(line) {
                *sum += value * basis[v][y];
            }
        }
    }
    for (y, line) in out.iter().enumerate() {
        for (place, value) in plane[y * stride..y * stride + 8].iter_mut().zip(line) {
            *place = sample(*value);
        }
    }
}
