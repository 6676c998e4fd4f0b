//! Where the traces of an ECG go on paper, in millimeters from the upper left corner.
//!
//! Geometry only: no color, no file format. Drawing (SVG here, canvas in a page) follows it.

use super::Ecg;

/// How the leads are arranged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrangement {
    /// Three rows of four leads, 2.5 s each, and lead II over 10 s below.
    ThreeByFour,
    /// Six rows of two leads, 5 s each.
    SixByTwo,
    /// All leads, one below another.
    OneColumn,
}

/// Paper speed, gain and arrangement.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Paper {
    pub arrangement: Arrangement,
    pub mm_per_s: f64,
    pub mm_per_mv: f64,
}

impl Default for Paper {
    fn default() -> Self {
        Self { arrangement: Arrangement::ThreeByFour, mm_per_s: 25.0, mm_per_mv: 10.0 }
    }
}

/// A laid out ECG. The thin grid has lines at every millimeter, the thick one at every fifth.
#[derive(Clone, Debug, PartialEq)]
pub struct Sheet {
    pub width_mm: f64,
    pub height_mm: f64,
    pub traces: Vec<Trace>,
    pub labels: Vec<Label>,
    /// Calibration pulses, one before each row: 1 mV high and 200 ms long.
    pub pulses: Vec<Vec<(f64, f64)>>,
    /// `25 mm/s  10 mm/mV` and the device's filters.
    pub legend: String,
}

/// A part of a lead.
#[derive(Clone, Debug, PartialEq)]
pub struct Trace {
    /// Index into [`Ecg::leads`].
    pub lead: usize,
    /// Seconds of the recording shown: from, to.
    pub seconds: (f64, f64),
    /// Lines; more than one where the recording has gaps.
    pub lines: Vec<Vec<(f64, f64)>>,
}

/// A lead's name.
#[derive(Clone, Debug, PartialEq)]
pub struct Label {
    pub text: String,
    /// The left end of the text's baseline.
    pub at: (f64, f64),
}

/// The traces of an earlier recording for under those of a sheet.
#[derive(Clone, Debug, PartialEq)]
pub struct Underlay {
    pub traces: Vec<Trace>,
    /// When it was recorded.
    pub legend: String,
}

/// Space on each side, and for the pulse before a row: whole squares, so that traces begin on thick lines.
const MARGIN_MM: f64 = 10.0;
const PULSE_MM: f64 = 15.0;
const LEGEND_MM: f64 = 10.0;
/// Seconds that fit in a row.
const ROW_S: f64 = 10.0;
/// Two points nearer than this cannot be told apart on paper or screen.
const FINEST_MM: f64 = 0.1;

/// Lays out an ECG. Rows are 30 mm apart at 10 mm/mV, and more or less in proportion to the gain.
pub fn lay_out(ecg: &Ecg, paper: Paper) -> Sheet {
    let row_mm = row_mm(paper);
    let rows = rows(ecg, paper.arrangement);
    let left = MARGIN_MM + PULSE_MM;
    let mut sheet = Sheet {
        width_mm: left + ROW_S * paper.mm_per_s + MARGIN_MM,
        height_mm: 2.0 * MARGIN_MM + row_mm * rows.len() as f64 + LEGEND_MM,
        traces: Vec::new(),
        labels: Vec::new(),
        pulses: Vec::new(),
        legend: legend(ecg, paper),
    };
    for (index, row) in rows.iter().enumerate() {
        let baseline = MARGIN_MM + row_mm * (index as f64 + 0.5);
        sheet.pulses.push(pulse(baseline, paper));
        for strip in row {
            let x = left + strip.row_s * paper.mm_per_s;
            let seconds = (strip.from_s, (strip.from_s + strip.length_s).min(ecg.duration_s()));
            sheet.labels.push(Label {
                text: ecg.leads[strip.lead].name.clone(),
                at: (x + 1.0, baseline - row_mm * 0.5 + 5.0),
            });
            let lines = lines(ecg, strip.lead, seconds, (x, baseline), paper);
            sheet.traces.push(Trace { lead: strip.lead, seconds, lines });
        }
    }
    sheet
}

/// The traces of `earlier` where `ecg` has the same leads, each strip moved in time so that the first R peak of the one
/// lies on an R peak of the other. Peaks are samples of each recording; without them, nothing is moved.
pub fn lay_under(
    (ecg, peaks): (&Ecg, &[usize]),
    (earlier, earlier_peaks): (&Ecg, &[usize]),
    paper: Paper,
) -> Underlay {
    let row_mm = row_mm(paper);
    let seconds = |ecg: &Ecg, peaks: &[usize]| -> Vec<f64> {
        peaks.iter().map(|peak| *peak as f64 / ecg.sampling_hz).collect()
    };
    let (peaks, earlier_peaks) = (seconds(ecg, peaks), seconds(earlier, earlier_peaks));
    let mut traces = Vec::new();
    for (index, row) in rows(ecg, paper.arrangement).iter().enumerate() {
        let baseline = MARGIN_MM + row_mm * (index as f64 + 0.5);
        for strip in row {
            let name = &ecg.leads[strip.lead].name;
            let Some(lead) = earlier.leads.iter().position(|lead| lead.name == *name) else { continue };
            let (from, to) = (strip.from_s, (strip.from_s + strip.length_s).min(ecg.duration_s()));
            let shift = shift(&peaks, &earlier_peaks, (from, to), earlier.duration_s());
            let shown = ((from + shift).max(0.0), (to + shift).min(earlier.duration_s()));
            if shown.1 <= shown.0 {
                continue;
            }
            let x = MARGIN_MM + PULSE_MM + (strip.row_s + shown.0 - from - shift) * paper.mm_per_s;
            let lines = lines(earlier, lead, shown, (x, baseline), paper);
            traces.push(Trace { lead, seconds: shown, lines });
        }
    }
    Underlay { traces, legend: earlier.acquired_at.clone().unwrap_or_default() }
}

/// Seconds from a place in one recording to the one that lies under it: of the peaks that leave the strip inside the
/// earlier recording the nearest, else the nearest of all.
fn shift(peaks: &[f64], earlier: &[f64], (from, to): (f64, f64), duration_s: f64) -> f64 {
    let Some(first) = peaks.iter().copied().find(|peak| (from..to).contains(peak)) else { return 0.0 };
    let shifts = || earlier.iter().map(|peak| peak - first);
    let inside = |shift: &f64| from + shift >= 0.0 && to + shift <= duration_s;
    let nearest = |a: &f64, b: &f64| a.abs().total_cmp(&b.abs());
    shifts().filter(inside).min_by(nearest).or_else(|| shifts().min_by(nearest)).unwrap_or(0.0)
}

/// From one row to the next.
fn row_mm(paper: Paper) -> f64 {
    (paper.mm_per_mv * 3.0).clamp(20.0, 60.0)
}

/// A piece of a lead in a row: where in the row it begins, which seconds it shows.
struct Strip {
    lead: usize,
    row_s: f64,
    from_s: f64,
    length_s: f64,
}

fn rows(ecg: &Ecg, arrangement: Arrangement) -> Vec<Vec<Strip>> {
    let columns = match arrangement {
        Arrangement::ThreeByFour => 4,
        Arrangement::SixByTwo => 2,
        Arrangement::OneColumn => 1,
    };
    let length_s = ROW_S / columns as f64;
    // All columns show the same time axis, one after another; a recording too short for that begins anew.
    let continues = ecg.duration_s() >= ROW_S - 0.01;
    let height = ecg.leads.len().div_ceil(columns);
    let mut rows: Vec<Vec<Strip>> = (0..height).map(|_| Vec::new()).collect();
    for lead in 0..ecg.leads.len() {
        let (column, row) = (lead / height, lead % height);
        let row_s = column as f64 * length_s;
        rows[row].push(Strip { lead, row_s, from_s: if continues { row_s } else { 0.0 }, length_s });
    }
    if arrangement == Arrangement::ThreeByFour
        && let Some(lead) = ecg.leads.iter().position(|lead| lead.name == "II")
    {
        rows.push(vec![Strip { lead, row_s: 0.0, from_s: 0.0, length_s: ROW_S }]);
    }
    rows
}

/// The points of a lead. Samples that fall into the same tenth of a millimeter become their extremes, in order.
fn lines(
    ecg: &Ecg,
    lead: usize,
    seconds: (f64, f64),
    origin: (f64, f64),
    paper: Paper,
) -> Vec<Vec<(f64, f64)>> {
    let samples = &ecg.leads[lead].microvolts;
    let first = (seconds.0 * ecg.sampling_hz).round() as usize;
    let last = ((seconds.1 * ecg.sampling_hz).round() as usize).min(samples.len());
    let point = |index: usize, uv: f32| {
        let time = (index - first) as f64 / ecg.sampling_hz;
        (origin.0 + time * paper.mm_per_s, origin.1 - f64::from(uv) / 1000.0 * paper.mm_per_mv)
    };
    let per_point = ((FINEST_MM / paper.mm_per_s * ecg.sampling_hz) as usize).max(1);

    let mut lines = Vec::new();
    let mut line: Vec<(f64, f64)> = Vec::new();
    let mut index = first;
    while index < last {
        let end = (index + per_point).min(last);
        let chunk = &samples[index..end];
        if chunk.iter().any(|uv| !uv.is_finite()) {
            if line.len() > 1 {
                lines.push(std::mem::take(&mut line));
            }
            line.clear();
        } else {
            let (mut low, mut high) = (index, index);
            for at in index..end {
                if samples[at] < samples[low] {
                    low = at;
                }
                if samples[at] > samples[high] {
                    high = at;
                }
            }
            for at in [low.min(high), low.max(high)] {
                if line.last() != Some(&point(at, samples[at])) {
                    line.push(point(at, samples[at]));
                }
            }
        }
        index = end;
    }
    if line.len() > 1 {
        lines.push(line);
    }
    lines
}

/// The pulse on the baseline of a row: 1 mV for 200 ms, between two and a half millimeters of baseline.
fn pulse(baseline: f64, paper: Paper) -> Vec<(f64, f64)> {
    let width = 0.2 * paper.mm_per_s;
    let start = MARGIN_MM + 2.5;
    let top = baseline - paper.mm_per_mv;
    vec![
        (start - 2.5, baseline),
        (start, baseline),
        (start, top),
        (start + width, top),
        (start + width, baseline),
        (start + width + 2.5, baseline),
    ]
}

fn legend(ecg: &Ecg, paper: Paper) -> String {
    let mut parts = vec![format!("{} mm/s", paper.mm_per_s), format!("{} mm/mV", paper.mm_per_mv)];
    if let Some(filter) = ecg.leads.first().map(|lead| lead.filter) {
        match (filter.low_hz, filter.high_hz) {
            (Some(low), Some(high)) => parts.push(format!("{low}\u{2013}{high} Hz")),
            (Some(low), None) => parts.push(format!("\u{2265} {low} Hz")),
            (None, Some(high)) => parts.push(format!("\u{2264} {high} Hz")),
            (None, None) => {}
        }
        if let Some(notch) = filter.notch_hz {
            parts.push(format!("notch {notch} Hz"));
        }
    }
    parts.push(format!("{} Hz sampling", ecg.sampling_hz));
    parts.join("   ")
}

#[cfg(test)]
mod tests {
    use super::super::{Filter, Lead};
    use super::*;

    fn ecg(seconds: f64, value: impl Fn(f64) -> f32) -> Ecg {
        let names = ["I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6"];
        let microvolts: Vec<f32> = (0..(seconds * 500.0) as usize).map(|i| value(i as f64 / 500.0)).collect();
        let lead = |name: &str| Lead {
            name: name.to_owned(),
            microvolts: microvolts.clone(),
            filter: Filter::default(),
        };
        Ecg {
            sampling_hz: 500.0,
            leads: names.map(lead).to_vec(),
            acquired_at: None,
            annotations: Vec::new(),
            statements: Vec::new(),
            step_uv: 1.0,
        }
    }

    #[test]
    fn a_second_is_25_mm_wide_and_a_millivolt_10_mm_high() {
        // A step of 1 mV at 1 s in each lead.
        let sheet = lay_out(&ecg(10.0, |t| if t < 1.0 { 0.0 } else { 1000.0 }), Paper::default());
        let line = &sheet.traces[0].lines[0];
        let (start, end) = (line[0], line[line.len() - 1]);
        assert!((start.1 - end.1 - 10.0).abs() < 1e-6);
        let step = line.iter().find(|point| point.1 < start.1 - 5.0).expect("a step");
        assert!((step.0 - start.0 - 25.0).abs() < 1e-6);
        assert_eq!(sheet.width_mm % 5.0, 0.0);
    }

    #[test]
    fn three_by_four_has_twelve_strips_of_2_5_s_and_a_rhythm_of_10_s() {
        let sheet = lay_out(&ecg(10.0, |_| 0.0), Paper::default());
        assert_eq!(sheet.traces.len(), 13);
        assert_eq!(sheet.pulses.len(), 4);
        let of = |name: &str| sheet.labels.iter().find(|label| label.text == name).expect("a label").at;
        assert_eq!(of("I").0, of("III").0);
        assert_eq!(of("aVR").0 - of("I").0, 62.5);
        assert_eq!(of("V4").1, of("I").1);
        assert_eq!(sheet.traces[12].seconds, (0.0, 10.0));
        assert!(sheet.traces.iter().any(|trace| trace.seconds == (7.5, 10.0)));
    }

    #[test]
    fn the_calibration_pulse_is_one_millivolt_for_a_fifth_of_a_second() {
        let paper = Paper { mm_per_s: 50.0, mm_per_mv: 20.0, ..Paper::default() };
        let sheet = lay_out(&ecg(10.0, |_| 0.0), paper);
        let pulse = &sheet.pulses[0];
        assert_eq!(pulse[1].1 - pulse[2].1, 20.0);
        assert_eq!(pulse[3].0 - pulse[2].0, 10.0);
    }

    #[test]
    fn a_gap_in_the_recording_breaks_the_line() {
        let sheet =
            lay_out(&ecg(10.0, |t| if (1.0..1.1).contains(&t) { f32::NAN } else { 0.0 }), Paper::default());
        assert_eq!(sheet.traces[0].lines.len(), 2);
        assert!(sheet.traces[0].lines[0].last().expect("a point").0 <= 10.0 + 15.0 + 25.0);
    }

    #[test]
    fn an_earlier_recording_lies_under_with_an_r_peak_on_an_r_peak() {
        // One spike a second in the one, and one at another time and another rate in the other.
        let spikes = |first: f64, rate: f64| {
            ecg(
                10.0,
                move |t| if ((t - first) / rate).fract().abs() < 0.004 && t >= first { 1000.0 } else { 0.0 },
            )
        };
        let (now, before) = (spikes(0.5, 1.0), spikes(0.9, 1.2));
        let peaks: Vec<usize> = (0..10).map(|i| 250 + i * 500).collect();
        let earlier: Vec<usize> = (0..8).map(|i| 450 + i * 600).collect();
        let paper = Paper::default();
        let sheet = lay_out(&now, paper);
        let under = lay_under((&now, &peaks), (&before, &earlier), paper);
        assert_eq!(under.traces.len(), sheet.traces.len());
        let first_peak = |trace: &Trace| {
            let points = || trace.lines.iter().flatten();
            let top = points().map(|point| point.1).fold(f64::INFINITY, f64::min);
            points().find(|point| point.1 < top + 0.5).expect("a peak").0
        };
        for (above, below) in sheet.traces.iter().zip(&under.traces) {
            assert!((first_peak(above) - first_peak(below)).abs() < 0.2, "{:?}", below.seconds);
        }
        let other = Ecg { leads: vec![before.leads[1].clone()], ..before };
        assert_eq!(lay_under((&now, &[]), (&other, &[]), paper).traces.len(), 2, "II, and II as rhythm");
    }

    #[test]
    fn a_short_recording_is_shown_from_its_beginning_in_every_column() {
        let sheet = lay_out(&ecg(2.0, |_| 0.0), Paper::default());
        assert!(sheet.traces.iter().all(|trace| trace.seconds == (0.0, 2.0)));
    }
}
