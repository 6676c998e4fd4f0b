//! The QT interval corrected for the rate, by the four formulas in use.

use serde::Serialize;

/// In ms.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Qtc {
    pub bazett: f64,
    pub fridericia: f64,
    pub framingham: f64,
    pub hodges: f64,
}

impl Qtc {
    /// From QT and the mean RR in ms.
    pub(super) fn of(qt_ms: f64, rr_ms: f64) -> Self {
        let rr_s = rr_ms / 1000.0;
        Self {
            bazett: qt_ms / rr_s.sqrt(),
            fridericia: qt_ms / rr_s.cbrt(),
            framingham: qt_ms + 154.0 * (1.0 - rr_s),
            hodges: qt_ms + 1.75 * (60.0 / rr_s - 60.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn at_sixty_beats_all_formulas_leave_qt_as_it_is_and_at_other_rates_they_differ() {
        let at_60 = Qtc::of(400.0, 1000.0);
        assert_eq!([at_60.bazett, at_60.fridericia, at_60.framingham, at_60.hodges], [400.0; 4]);
        // QT 360 ms at 100 per minute.
        let fast = Qtc::of(360.0, 600.0);
        let rounded = [fast.bazett, fast.fridericia, fast.framingham, fast.hodges].map(|ms| ms.round());
        assert_eq!(rounded, [465.0, 427.0, 422.0, 430.0]);
    }
}
