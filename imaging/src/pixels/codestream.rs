//! What a compressed frame says of itself, read from its first markers: a decoder is only called when that
//! agrees with the header, so that neither of the two can make it write beyond its room or take all memory.

/// Width, height, components and bits of a codestream; and for JPEG what it says of its colors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Codestream {
    pub columns: usize,
    pub rows: usize,
    pub components: usize,
    pub bits: usize,
    pub colors: Colors,
}

/// What the markers of a JPEG tell of its colors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Colors {
    Rgb,
    YCbCr,
    Unsaid,
}

/// JPEG and JPEG-LS (T.81 B.2.2, T.87 C.2.2): the frame header.
pub(super) fn jpeg(bytes: &[u8]) -> Option<Codestream> {
    let mut at = bytes.windows(2).position(|pair| pair == [0xff, 0xd8])? + 2;
    let mut adobe = None;
    let mut jfif = false;
    loop {
        while *bytes.get(at)? != 0xff {
            at += 1;
        }
        while *bytes.get(at)? == 0xff {
            at += 1;
        }
        let marker = bytes[at];
        at += 1;
        if matches!(marker, 0x01 | 0xd0..=0xd8) {
            continue;
        }
        let length = usize::from(u16::from_be_bytes([*bytes.get(at)?, *bytes.get(at + 1)?]));
        let segment = bytes.get(at + 2..at + length)?;
        match marker {
            0xe0 if segment.starts_with(b"JFIF") => jfif = true,
            0xee if segment.starts_with(b"Adobe") => adobe = segment.get(11).copied(),
            // Frame headers: all but DHT, JPG and DAC, which lie among them; 0xf7 is JPEG-LS.
            0xc0..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf | 0xf7 => {
                let [bits, high, low, wide, narrow, components, ids @ ..] = segment else { return None };
                let ids: Vec<u8> = ids.chunks(3).filter_map(|component| component.first().copied()).collect();
                let colors = match adobe {
                    Some(0) => Colors::Rgb,
                    Some(_) => Colors::YCbCr,
                    None if jfif => Colors::YCbCr,
                    None if ids == *b"RGB" => Colors::Rgb,
                    None => Colors::Unsaid,
                };
                return Some(Codestream {
                    columns: usize::from(u16::from_be_bytes([*wide, *narrow])),
                    rows: usize::from(u16::from_be_bytes([*high, *low])),
                    components: usize::from(*components),
                    bits: usize::from(*bits),
                    colors,
                });
            }
            // A scan before any frame header, or the end.
            0xda | 0xd9 => return None,
            _ => {}
        }
        at += length;
    }
}

/// Whether the components of a JPEG-LS stream lie in scans of their own (T.87 C.2.3: interleave mode 0 of the first scan
/// header, which has one component).
pub(super) fn jpeg_ls_planes(bytes: &[u8]) -> bool {
    // Data have no marker among them: a byte of all ones is followed by a bit of zero (T.87 A.1).
    let scan = bytes.windows(2).position(|pair| pair == [0xff, 0xda]);
    scan.is_some_and(|at| bytes.get(at + 4) == Some(&1))
}

/// JPEG 2000 (T.800 A.5.1): image and tile size. The codestream may lie in a JP2 file, against PS3.5 A.4.4.
pub(super) fn jpeg2000(bytes: &[u8]) -> Option<Codestream> {
    let at = bytes.windows(4).position(|marker| marker == [0xff, 0x4f, 0xff, 0x51])? + 4;
    let segment = bytes.get(at..at + 38 + 1)?;
    let number =
        |at: usize| u32::from_be_bytes([segment[at], segment[at + 1], segment[at + 2], segment[at + 3]]);
    let (width, height, left, top) = (number(4), number(8), number(12), number(16));
    Some(Codestream {
        columns: width.checked_sub(left)? as usize,
        rows: height.checked_sub(top)? as usize,
        components: usize::from(u16::from_be_bytes([segment[36], segment[37]])),
        bits: usize::from(segment[38] & 0x7f) + 1,
        colors: Colors::Unsaid,
    })
}
