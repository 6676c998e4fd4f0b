//! A laid out ECG as an SVG document, true to the millimeter when printed at 100 %.

use std::fmt::Write;

use super::{Sheet, Underlay};

const THIN: &str = "#f6cfcf";
const THICK: &str = "#e79c9c";
const INK: &str = "#111";
/// Of an earlier recording: told from the ink in gray print, too.
const EARLIER: &str = "#3f7fbf";

/// Draws a sheet. The document stands alone: no style sheet, no script, no font file.
pub fn svg(sheet: &Sheet) -> String {
    draw(sheet, None)
}

/// Draws a sheet over an earlier recording, dashed and in blue.
pub fn svg_over(sheet: &Sheet, earlier: &Underlay) -> String {
    draw(sheet, Some(earlier))
}

fn draw(sheet: &Sheet, earlier: Option<&Underlay>) -> String {
    let (width, height) = (sheet.width_mm, sheet.height_mm);
    let mut out = String::with_capacity(256 * 1024);
    // Writing to a String cannot fail.
    let _ = write!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}mm\" height=\"{height}mm\" \
         viewBox=\"0 0 {width} {height}\"><rect width=\"{width}\" height=\"{height}\" fill=\"#fff\"/>"
    );
    grid(&mut out, sheet, 1, 0.1, THIN);
    grid(&mut out, sheet, 5, 0.2, THICK);
    if let Some(earlier) = earlier {
        let _ = write!(
            out,
            "<g fill=\"none\" stroke=\"{EARLIER}\" stroke-width=\"0.25\" stroke-dasharray=\"0.8 0.4\">"
        );
        for line in earlier.traces.iter().flat_map(|trace| &trace.lines) {
            path(&mut out, line);
        }
        let _ = write!(
            out,
            "<path d=\"M10 {0}h10\"/></g><text x=\"22\" y=\"{1}\" font-family=\"sans-serif\" font-size=\"3.5\" fill=\"{EARLIER}\">{2}</text>",
            height - 4.0,
            height - 3.0,
            escape(&earlier.legend)
        );
    }
    let _ = write!(
        out,
        "<g fill=\"none\" stroke=\"{INK}\" stroke-width=\"0.3\" stroke-linejoin=\"round\" stroke-linecap=\"round\">"
    );
    for pulse in &sheet.pulses {
        path(&mut out, pulse);
    }
    for line in sheet.traces.iter().flat_map(|trace| &trace.lines) {
        path(&mut out, line);
    }
    let _ = write!(out, "</g><g fill=\"{INK}\" font-family=\"sans-serif\" font-size=\"4\">");
    for label in &sheet.labels {
        let _ = write!(out, "<text x=\"{}\" y=\"{}\">{}</text>", label.at.0, label.at.1, escape(&label.text));
    }
    let _ = write!(
        out,
        "<text x=\"10\" y=\"{}\" font-size=\"3.5\" xml:space=\"preserve\">{}</text></g></svg>",
        height - 8.0,
        escape(&sheet.legend)
    );
    out
}

fn grid(out: &mut String, sheet: &Sheet, step: usize, stroke: f64, color: &str) {
    let _ = write!(out, "<path stroke=\"{color}\" stroke-width=\"{stroke}\" d=\"");
    for x in (0..=sheet.width_mm as usize).step_by(step) {
        let _ = write!(out, "M{x} 0V{}", sheet.height_mm);
    }
    for y in (0..=sheet.height_mm as usize).step_by(step) {
        let _ = write!(out, "M0 {y}H{}", sheet.width_mm);
    }
    out.push_str("\"/>");
}

/// A line in hundredths of a millimeter: the first point, then differences of the rounded points, so that the
/// rounding does not add up.
fn path(out: &mut String, points: &[(f64, f64)]) {
    let mut previous = (0, 0);
    out.push_str("<path d=\"");
    for (index, point) in points.iter().enumerate() {
        let rounded = ((point.0 * 100.0).round() as i64, (point.1 * 100.0).round() as i64);
        let delta = (rounded.0 - previous.0, rounded.1 - previous.1);
        let letter = if index == 0 { 'M' } else { 'l' };
        let _ = write!(out, "{letter}{} {}", delta.0 as f64 / 100.0, delta.1 as f64 / 100.0);
        previous = rounded;
    }
    out.push_str("\"/>");
}

fn escape(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_control())
        .map(|c| match c {
            '<' => "&lt;".to_owned(),
            '>' => "&gt;".to_owned(),
            '&' => "&amp;".to_owned(),
            '"' => "&quot;".to_owned(),
            c => c.to_string(),
        })
        .collect()
}
