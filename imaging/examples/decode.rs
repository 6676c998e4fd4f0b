//! `decode FILE OUT`: decodes all frames of a DICOM file as the product does and writes their plain samples one after
//! another to OUT, and a line of JSON about them to the standard output. For comparison with other decoders.
//! `decode --cut FILE`: does so with the file cut at every thousandth byte, and says how often it ended how.

use std::collections::BTreeMap;
use std::io::{Cursor, Write};

use imaging::header::{FrameIndex, Limits, meta, parse_file};
use imaging::pixels::{self, Frame, Image};
use imaging::refusal::Refusal;
use imaging::text::Fallback;
use serde_json::{Value, json};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let said = match arguments.as_slice() {
        [option, file] if option == "--cut" => cut(&std::fs::read(file)?),
        [file, out] => {
            let mut out = std::io::BufWriter::new(std::fs::File::create(out)?);
            let said = frames(&std::fs::read(file)?, &mut out);
            out.flush()?;
            said.unwrap_or_else(|code| json!({ "error": code }))
        }
        _ => return Err("usage: decode FILE OUT | decode --cut FILE".into()),
    };
    println!("{said}");
    Ok(())
}

fn cut(bytes: &[u8]) -> Value {
    let mut ended = BTreeMap::<String, usize>::new();
    for end in (0..bytes.len()).step_by(1000) {
        let how = match frames(&bytes[..end], &mut std::io::sink()) {
            Ok(_) => "decoded".to_owned(),
            Err(code) => code,
        };
        *ended.entry(how).or_default() += 1;
    }
    json!(ended)
}

/// Decodes by the head and one frame at a time where the frames can be told apart, else from the whole file.
fn frames(bytes: &[u8], out: &mut impl Write) -> Result<Value, String> {
    let parsed = parse_file(Cursor::new(bytes), bytes.len() as u64, &Limits::default(), Fallback::default());
    let parsed = match parsed {
        // What names no study is not taken in; its pixels can be compared all the same.
        Err(Refusal::UidInvalid) => return whole(bytes, out),
        parsed => parsed.map_err(|refusal| refusal.code().to_owned())?,
    };
    let facts = &parsed.facts.instance;
    let data = &bytes[parsed.data_offset as usize..];
    // As ingest stores what came without.
    let meta = match parsed.complete {
        true => bytes[..parsed.data_offset as usize].to_vec(),
        false => meta::write(&facts.class, &facts.uid, &facts.transfer_syntax),
    };
    let mut described: Option<(Image, Frame)> = None;
    for number in 0..facts.frames {
        let (image, frame) = match (facts.frame_index.start(), facts.frame_index.frame(number)) {
            (Some(start), Some(segments)) => {
                let head = [&meta, &data[..start as usize]].concat();
                let part = |s: &imaging::header::Segment| data.get(s.0 as usize..(s.0 + s.1) as usize);
                let encoded: Option<Vec<&[u8]>> = segments.iter().map(part).collect();
                let encoded = encoded.ok_or("imaging.truncated")?.concat();
                let native = matches!(facts.frame_index, FrameIndex::Native { .. });
                let syntax = facts.transfer_syntax.as_str();
                pixels::frame_of_head(&head, syntax, native, &encoded, number as usize)
            }
            _ => {
                let whole = [&meta, data].concat();
                pixels::frame_of_file(&whole, number as usize)
            }
        }
        .map_err(|error| error.code().to_owned())?;
        out.write_all(&frame.bytes).map_err(|error| error.to_string())?;
        described = Some((image, frame));
    }
    let (image, frame) = described.ok_or("imaging.no-pixel-data")?;
    Ok(describe(&image, &frame, facts.frames as usize))
}

/// Decodes by reading all of the file.
fn whole(bytes: &[u8], out: &mut impl Write) -> Result<Value, String> {
    let file = pixels::File::read(bytes, &Limits::default()).map_err(|error| error.code().to_owned())?;
    let mut said = json!({ "error": "imaging.no-pixel-data" });
    let count = file.frames().map_err(|error| error.code().to_owned())?;
    for number in 0..count {
        let (image, frame) = file.frame(number).map_err(|error| error.code().to_owned())?;
        out.write_all(&frame.bytes).map_err(|error| error.to_string())?;
        said = describe(&image, &frame, count);
    }
    Ok(said)
}

fn describe(image: &Image, frame: &Frame, frames: usize) -> Value {
    json!({
        "rows": image.rows,
        "columns": image.columns,
        "frames": frames,
        "samples": image.samples,
        "bits": if image.bits_allocated == 1 { 8 } else { image.bits_allocated },
        "signed": image.signed,
        "float": image.float,
        "photometric": format!("{:?}", frame.photometric),
    })
}
