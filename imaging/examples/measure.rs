//! `measure FILE`: measures the ECG of a DICOM file; `measure HZ LEADS FILE`: of raw 32-bit numbers in µV, little endian,
//! lead after lead (LEADS are names with commas between). A line of JSON goes to the standard output.

use imaging::ecg::{self, Ecg, Filter, Lead};
use imaging::header::Limits;
use imaging::text::Fallback;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let ecg = match arguments.as_slice() {
        [file] => ecg::decode_file(&std::fs::read(file)?, Fallback::default(), &Limits::default())?,
        [hz, leads, file] => raw(hz.parse()?, leads, &std::fs::read(file)?),
        _ => return Err("usage: measure FILE | measure HZ LEADS FILE".into()),
    };
    println!("{}", serde_json::to_string(&ecg::measure(&ecg))?);
    Ok(())
}

fn raw(sampling_hz: f64, leads: &str, bytes: &[u8]) -> Ecg {
    let names: Vec<&str> = leads.split(',').collect();
    let values: Vec<f32> =
        bytes.as_chunks::<4>().0.iter().map(|number| f32::from_le_bytes(*number)).collect();
    let each = values.len() / names.len();
    let lead = |(name, values): (&&str, &[f32])| Lead {
        name: (*name).to_owned(),
        microvolts: values.to_vec(),
        filter: Filter::default(),
    };
    Ecg {
        sampling_hz,
        leads: names.iter().zip(values.chunks_exact(each.max(1))).map(lead).collect(),
        acquired_at: None,
        annotations: Vec::new(),
        statements: Vec::new(),
        step_uv: 1.0,
    }
}
