//! The small picture of an ECG for a list: its traces alone.

use image::{GrayImage, Luma};

use super::Sheet;

/// Traces in black on white, `edge` pixels wide. No grid: it would be gray mud at this size.
pub fn thumbnail(sheet: &Sheet, edge: u32) -> GrayImage {
    let scale = f64::from(edge) / sheet.width_mm.max(sheet.height_mm);
    let side = |mm: f64| ((mm * scale).round() as u32).max(1);
    let mut picture = GrayImage::from_pixel(side(sheet.width_mm), side(sheet.height_mm), Luma([255]));
    for line in sheet.traces.iter().flat_map(|trace| &trace.lines) {
        for ends in line.windows(2) {
            let (from, to) = ((ends[0].0 * scale, ends[0].1 * scale), (ends[1].0 * scale, ends[1].1 * scale));
            let steps = ((to.0 - from.0).abs().max((to.1 - from.1).abs()) * 2.0).ceil().max(1.0);
            for step in 0..=steps as u32 {
                let share = f64::from(step) / steps;
                ink(&mut picture, from.0 + (to.0 - from.0) * share, from.1 + (to.1 - from.1) * share);
            }
        }
    }
    picture
}

/// A dot a pixel wide, spread over the four pixels it touches.
fn ink(picture: &mut GrayImage, x: f64, y: f64) {
    let (left, top) = ((x - 0.5).floor(), (y - 0.5).floor());
    let (dx, dy) = (x - 0.5 - left, y - 0.5 - top);
    for (column, row, share) in [
        (0.0, 0.0, (1.0 - dx) * (1.0 - dy)),
        (1.0, 0.0, dx * (1.0 - dy)),
        (0.0, 1.0, (1.0 - dx) * dy),
        (1.0, 1.0, dx * dy),
    ] {
        let (x, y) = (left + column, top + row);
        if x < 0.0 || y < 0.0 {
            continue;
        }
        if let Some(pixel) = picture.get_pixel_mut_checked(x as u32, y as u32) {
            pixel.0[0] = pixel.0[0].min((255.0 * (1.0 - share)) as u8);
        }
    }
}
