//! ECGs from files: a device's recording with its own measurements, and the synthetic one.

use imaging::ecg::{self, Ecg, EcgError, Paper};
use imaging::header::Limits;
use imaging::ingest::Render;
use imaging::phantom::{self, Charset, Person, Visit};
use imaging::pictures::Pictures;
use imaging::text::Fallback;

/// Values and measurements as pydicom and the device state them.
#[test]
fn a_recording_of_a_device_is_decoded_to_microvolts() {
    let ecg = recording();
    let names: Vec<&str> = ecg.leads.iter().map(|lead| lead.name.as_str()).collect();
    assert_eq!(names, ["I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6"]);
    assert_eq!((ecg.sampling_hz, ecg.len(), ecg.duration_s()), (1000.0, 10_000, 10.0));
    let at = |index: usize| ecg.leads.iter().map(|lead| lead.microvolts[index]).collect::<Vec<f32>>();
    assert_eq!(at(0), [100.0, 112.5, 12.5, -106.25, 43.75, 62.5, 50.0, 18.75, -12.5, -25.0, -68.75, -50.0]);
    assert_eq!(
        at(5000),
        [53.75, 68.75, 15.0, -61.25, 18.75, 41.25, 68.75, 31.25, 12.5, -50.0, -87.5, -31.25]
    );
    let highest = ecg.lead("V5").expect("V5").microvolts.iter().copied().fold(f32::MIN, f32::max);
    assert_eq!(highest, 1962.5);
    assert_eq!(ecg.leads[0].filter.high_hz, Some(300.0));
    assert_eq!(ecg.acquired_at.as_deref(), Some("2013-01-25T10:59:19"));
}

#[test]
fn the_measurements_of_the_device_are_read() {
    let ecg = recording();
    let of = |name: &str| {
        let annotation = ecg.annotations.iter().find(|a| a.name == name);
        annotation.map(|a| (a.value, a.unit.as_str()))
    };
    assert_eq!(of("pr"), Some((161.0, "ms")));
    assert_eq!(of("qrs"), Some((75.0, "ms")));
    assert_eq!(of("qt"), Some((368.0, "ms")));
    assert_eq!(of("qtc"), Some((370.0, "ms")));
    assert_eq!(of("rr"), Some((982.0, "ms")));
    assert_eq!(of("heart_rate"), Some((61.0, "/min")));
    assert_eq!(of("pp"), None, "a zero means that it was not measured");
    assert_eq!(of("qrs_axis"), Some((52.0, "deg")));
    assert_eq!(ecg.statements, ["RITMO SINUSALE", "ECG NORMALE"]);
}

#[test]
fn samples_for_the_page_lose_nothing() {
    let ecg = recording();
    let samples = ecg::samples(&ecg);
    assert_eq!((samples.scale_uv, samples.samples), (1.25, 10_000));
    assert_eq!(samples.bytes.len(), 12 * 10_000 * 2);
    for (lead, bytes) in ecg.leads.iter().zip(samples.bytes.chunks_exact(20_000)) {
        for (uv, value) in lead.microvolts.iter().zip(bytes.chunks_exact(2)) {
            assert_eq!(f64::from(i16::from_le_bytes([value[0], value[1]])) * 1.25, f64::from(*uv));
        }
    }
}

#[test]
fn the_synthetic_ecg_reads_back_with_its_measurements() {
    let ecg = synthetic();
    assert_eq!((ecg.sampling_hz, ecg.len(), ecg.leads.len()), (500.0, 5000, 12));
    let rate = ecg.annotations.iter().find(|a| a.name == "heart_rate").expect("a rate");
    assert_eq!((rate.value, rate.unit.as_str()), (f64::from(phantom::ECG_HEART_RATE), "/min"));
    assert_eq!(ecg.annotations.len(), 5);
}

#[test]
fn the_drawing_is_a_page_of_millimeters() {
    let ecg = recording();
    let svg = ecg::svg(&ecg::lay_out(&ecg, Paper::default()));
    assert!(svg.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"285mm\" height=\"150mm\""));
    for name in ["aVR", "V6", "25 mm/s", "10 mm/mV", "0.05\u{2013}300 Hz"] {
        assert!(svg.contains(name), "{name}");
    }
    assert!(svg.len() < 600_000, "{} bytes", svg.len());
    if let Ok(folder) = std::env::var("IMAGING_DRAWINGS") {
        std::fs::write(format!("{folder}/device.svg"), &svg).expect("written");
        let drawn = ecg::svg(&ecg::lay_out(&synthetic(), Paper::default()));
        std::fs::write(format!("{folder}/synthetic.svg"), drawn).expect("written");
    }
}

/// What the device measured of its own recording is what we measure, within what readers differ among themselves.
#[test]
fn a_recording_is_measured_as_its_device_measured_it() {
    let measured = ecg::measure(&recording());
    let near = |name: &str, value: Option<f64>, expected: f64, within: f64| {
        let value = value.unwrap_or_else(|| panic!("{name} is missing: {measured:?}"));
        assert!((value - expected).abs() <= within, "{name}: {value}, not {expected}: {measured:?}");
    };
    assert!(measured.reference_only);
    near("RR", measured.rr_ms, 982.0, 8.0);
    near("rate", measured.heart_rate, 61.0, 1.0);
    near("PR", measured.pr_ms, 161.0, 15.0);
    near("QRS", measured.qrs_ms, 75.0, 12.0);
    near("QT", measured.qt_ms, 368.0, 20.0);
    near("QTc", measured.qtc.map(|qtc| qtc.bazett), 370.0, 25.0);
    near("axis", measured.axis, 52.0, 12.0);
    assert_eq!(measured.quality.grade, ecg::Grade::Good);
    assert_eq!(measured.r_peaks.len(), 10);
}

#[test]
fn the_synthetic_ecg_is_measured_as_it_was_made() {
    for seed in 1..12 {
        let (person, visit) = village();
        let ecg = decode(&phantom::ecg(seed, &person, &visit).bytes).expect("an ECG");
        let measured = ecg::measure(&ecg);
        let near = |value: Option<f64>, expected: f64, within: f64| {
            value.is_some_and(|value| (value - expected).abs() <= within)
        };
        let all = near(measured.heart_rate, f64::from(phantom::ECG_HEART_RATE), 2.0)
            && near(measured.pr_ms, 162.0, 28.0)
            && near(measured.qrs_ms, 90.0, 15.0)
            && near(measured.qt_ms, 384.0, 25.0);
        assert!(all, "{seed}: {measured:?}");
    }
}

/// Noise alone, a flat line, gaps, and next to nothing: no measurement is made up.
#[test]
fn what_cannot_be_measured_is_left_out() {
    let mut state = 7_u32;
    let mut noise = move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / (1 << 24) as f32 * 400.0 - 200.0
    };
    let mut noisy = synthetic();
    noisy.leads.iter_mut().flat_map(|lead| &mut lead.microvolts).for_each(|uv| *uv = noise());
    let measured = ecg::measure(&noisy);
    assert_eq!((measured.qt_ms, measured.pr_ms), (None, None), "{measured:?}");
    assert_ne!(measured.quality.grade, ecg::Grade::Good);

    for value in [0.0, f32::NAN, f32::MAX] {
        let mut flat = synthetic();
        flat.leads.iter_mut().flat_map(|lead| &mut lead.microvolts).for_each(|uv| *uv = value);
        let measured = ecg::measure(&flat);
        assert_eq!((measured.r_peaks.len(), measured.heart_rate), (0, None), "{value}");
    }
    let mut short = synthetic();
    short.leads.iter_mut().for_each(|lead| lead.microvolts.truncate(300));
    assert_eq!(ecg::measure(&short).heart_rate, None);
    let mut none = synthetic();
    none.leads.clear();
    assert_eq!(ecg::measure(&none).heart_rate, None);
}

#[test]
fn a_beat_without_a_p_wave_has_no_pr_interval() {
    let mut ecg = synthetic();
    let peaks = ecg::measure(&ecg).r_peaks;
    // From 260 to 70 ms before each R peak the level before.
    for lead in &mut ecg.leads {
        for peak in &peaks {
            let (from, to) = (peak.saturating_sub(140), peak.saturating_sub(38));
            let (a, b) = (lead.microvolts[from], lead.microvolts[to]);
            for at in from..to {
                lead.microvolts[at] = a + (b - a) * (at - from) as f32 / (to - from) as f32;
            }
        }
    }
    let measured = ecg::measure(&ecg);
    assert_eq!(measured.pr_ms, None, "{measured:?}");
    assert!(measured.qt_ms.is_some());
}

#[test]
fn an_earlier_ecg_is_drawn_under_the_sheet() {
    let (now, before) = (recording(), synthetic());
    let paper = Paper::default();
    let sheet = ecg::lay_out(&now, paper);
    let (peaks, earlier) = (ecg::measure(&now).r_peaks, ecg::measure(&before).r_peaks);
    let svg = ecg::svg_over(&sheet, &ecg::lay_under((&now, &peaks), (&before, &earlier), paper));
    assert!(svg.contains("stroke-dasharray") && svg.contains(before.acquired_at.as_deref().expect("a time")));
    assert!(!ecg::svg(&sheet).contains("stroke-dasharray"));
    if let Ok(folder) = std::env::var("IMAGING_DRAWINGS") {
        std::fs::write(format!("{folder}/over.svg"), &svg).expect("written");
    }
}

#[test]
fn a_list_shows_an_ecg_by_its_traces() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/samples/waveform_ecg.dcm");
    let jpeg = Pictures.jpeg(&std::fs::read(path).expect("the file"), 512).expect("a picture");
    let picture = image::load_from_memory(&jpeg).expect("a JPEG").to_luma8();
    assert_eq!(picture.width(), 512);
    let dark = picture.pixels().filter(|pixel| pixel.0[0] < 128).count();
    assert!((1000..20_000).contains(&dark), "{dark} dark pixels");
    if let Ok(folder) = std::env::var("IMAGING_DRAWINGS") {
        std::fs::write(format!("{folder}/thumbnail.jpg"), &jpeg).expect("written");
    }
}

#[test]
fn a_file_without_a_waveform_has_no_ecg() {
    let (person, visit) = village();
    let slice = phantom::ct(1, &person, &visit).next().expect("a slice");
    assert_eq!(decode(&slice.bytes), Err(EcgError::NoWaveform));
}

#[test]
fn a_waveform_that_claims_more_than_it_holds_is_refused() {
    let (person, visit) = village();
    let bytes = phantom::ecg(1, &person, &visit).bytes;
    // (003A,0010) UL, length 4, then the number of samples.
    let at = find(&bytes, &[0x3a, 0x00, 0x10, 0x00, b'U', b'L', 4, 0]) + 8;
    for (claim, error) in
        [(5001_u32, EcgError::Invalid), (u32::MAX, EcgError::TooLarge), (0, EcgError::Invalid)]
    {
        let mut bytes = bytes.clone();
        bytes[at..at + 4].copy_from_slice(&claim.to_le_bytes());
        assert_eq!(decode(&bytes), Err(error), "{claim}");
    }
}

fn recording() -> Ecg {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/samples/waveform_ecg.dcm");
    decode(&std::fs::read(path).expect("the file")).expect("an ECG")
}

fn synthetic() -> Ecg {
    let (person, visit) = village();
    decode(&phantom::ecg(1, &person, &visit).bytes).expect("an ECG")
}

fn decode(file: &[u8]) -> Result<Ecg, EcgError> {
    ecg::decode_file(file, Fallback::default(), &Limits::default())
}

fn find(bytes: &[u8], needle: &[u8]) -> usize {
    bytes.windows(needle.len()).position(|window| window == needle).expect("the element")
}

fn village() -> (Person<'static>, Visit<'static>) {
    (
        Person { name: "李^秀英", patient_id: "V-18", birth_date: "19551123", sex: "F" },
        Visit {
            date: "20260301",
            time: "090000",
            institution: "东沟村卫生室",
            description: "心电图",
            charset: Charset::Utf8,
        },
    )
}
