//! Streams made here, whose samples are known.

use super::*;

/// Writes streams whose coefficients are known. Its codes have eight bits, the code being the value.
struct Writer {
    out: Vec<u8>,
    held: u32,
    count: u32,
}

impl Writer {
    fn new(precision: u8, columns: u16, rows: u16, factors: &[(u8, u8)], restart_interval: u16) -> Self {
        let mut out = vec![0xff, SOI];
        out.extend([0xff, DQT, 0, 67, 0]);
        out.extend((0..64).map(|index| 1 + index / 8));
        for class in [0x00, 0x10] {
            out.extend([0xff, DHT, 0x01, 0x12, class, 0, 0, 0, 0, 0, 0, 0, 255, 0, 0, 0, 0, 0, 0, 0, 0]);
            out.extend(0..255_u8);
        }
        out.extend([0xff, DRI, 0, 4]);
        out.extend(restart_interval.to_be_bytes());
        out.extend([0xff, SOF1, 0, 8 + 3 * factors.len() as u8, precision]);
        out.extend(rows.to_be_bytes());
        out.extend(columns.to_be_bytes());
        out.push(factors.len() as u8);
        for (index, (across, down)) in factors.iter().enumerate() {
            out.extend([index as u8 + 1, across << 4 | down, 0]);
        }
        Self { out, held: 0, count: 0 }
    }

    fn scan(&mut self, components: &[u8]) {
        self.out.extend([0xff, SOS, 0, 6 + 2 * components.len() as u8, components.len() as u8]);
        for id in components {
            self.out.extend([*id, 0]);
        }
        self.out.extend([0, 63, 0]);
    }

    fn bits(&mut self, value: u32, count: u32) {
        self.held = self.held << count | value;
        self.count += count;
        while self.count >= 8 {
            let byte = (self.held >> (self.count - 8)) as u8;
            self.out.push(byte);
            if byte == 0xff {
                self.out.push(0);
            }
            self.count -= 8;
            self.held &= (1 << self.count) - 1;
        }
    }

    fn number(&mut self, value: i32) {
        let category = 32 - value.unsigned_abs().leading_zeros();
        let raw = if value < 0 { value + (1 << category) - 1 } else { value };
        self.bits(raw as u32, category);
    }

    /// A difference of DC, and coefficients by their place in the zigzag.
    fn block(&mut self, dc: i32, ac: &[(usize, i32)]) {
        self.bits(32 - dc.unsigned_abs().leading_zeros(), 8);
        self.number(dc);
        let mut at = 1;
        for (place, value) in ac {
            while place - at > 15 {
                self.bits(0xf0, 8);
                at += 16;
            }
            let category = 32 - value.unsigned_abs().leading_zeros();
            self.bits(((place - at) as u32) << 4 | category, 8);
            self.number(*value);
            at = place + 1;
        }
        if at < 64 {
            self.bits(0, 8);
        }
    }

    fn pad(&mut self) {
        while self.count > 0 {
            self.bits(1, 1);
        }
    }

    fn end(mut self) -> Vec<u8> {
        self.pad();
        self.out.extend([0xff, EOI]);
        self.out
    }
}

/// The transform as T.81 A.3.3 writes it.
fn by_definition(coefficients: &[(usize, i32)], shift: f64) -> [f64; 64] {
    let mut out = [shift; 64];
    for (at, value) in coefficients {
        let place = ZIGZAG[*at];
        let (u, v) = (place % 8, place / 8);
        let value = f64::from(*value * (1 + *at as i32 / 8));
        let c = |u: usize| if u == 0 { std::f64::consts::FRAC_1_SQRT_2 } else { 1.0 };
        let cosine = |x: usize, u: usize| ((2 * x + 1) as f64 * u as f64 * std::f64::consts::PI / 16.0).cos();
        for (index, sample) in out.iter_mut().enumerate() {
            *sample += 0.25 * c(u) * c(v) * value * cosine(index % 8, u) * cosine(index / 8, v);
        }
    }
    out
}

fn gray(columns: usize, rows: usize) -> Size {
    Size { columns, rows, components: 1 }
}

#[test]
fn twelve_bits_come_out_as_the_transform_is_defined() {
    let mut writer = Writer::new(12, 16, 8, &[(1, 1)], 0);
    writer.scan(&[1]);
    writer.block(3000, &[(1, -700), (2, 512), (9, 33), (40, -21), (63, 5)]);
    writer.block(-4000, &[(35, 100)]);
    let samples = decode(&writer.end(), gray(16, 8)).expect("samples");
    let first = by_definition(&[(0, 3000), (1, -700), (2, 512), (9, 33), (40, -21), (63, 5)], 2048.0);
    let second = by_definition(&[(0, -1000), (35, 100)], 2048.0);
    for (index, sample) in samples.iter().enumerate() {
        let block = if index % 16 < 8 { &first } else { &second };
        let expected = block[index / 16 * 8 + index % 8].clamp(0.0, 4095.0);
        assert!((f64::from(*sample) - expected).abs() <= 0.51, "{index}: {sample} {expected}");
    }
}

#[test]
fn restarts_begin_predictions_anew_and_must_be_in_order() {
    let stream = |second: u8| {
        let mut writer = Writer::new(12, 24, 8, &[(1, 1)], 1);
        writer.scan(&[1]);
        writer.block(80, &[]);
        writer.pad();
        writer.out.extend([0xff, 0xd0]);
        writer.block(160, &[]);
        writer.pad();
        writer.out.extend([0xff, second]);
        writer.block(-80, &[]);
        writer.end()
    };
    let samples = decode(&stream(0xd1), gray(24, 8)).expect("samples");
    assert_eq!([samples[0], samples[8], samples[16]], [2058, 2068, 2038]);
    assert_eq!(decode(&stream(0xd2), gray(24, 8)), Err(PixelError::Invalid));
}

#[test]
fn subsampled_components_are_repeated_and_components_may_come_one_after_another() {
    let size = Size { columns: 10, rows: 9, components: 3 };
    let mut together = Writer::new(8, 10, 9, &[(2, 2), (1, 1), (1, 1)], 0);
    together.scan(&[1, 2, 3]);
    for dc in [8, 8, 8, 8] {
        together.block(dc, &[]);
    }
    together.block(-80, &[(1, 300)]);
    together.block(160, &[]);
    let together = decode(&together.end(), size).expect("samples");
    let mut apart = Writer::new(8, 10, 9, &[(2, 2), (1, 1), (1, 1)], 0);
    apart.scan(&[1]);
    // Ten by nine samples are two blocks in two lines.
    for dc in [8, 8, 8, 8] {
        apart.block(dc, &[]);
    }
    apart.pad();
    for (id, dc, ac) in [(2, -80, &[(1, 300)][..]), (3, 160, &[])] {
        apart.scan(&[id]);
        apart.block(dc, ac);
        apart.pad();
    }
    assert_eq!(decode(&apart.end(), size).expect("samples"), together);
    let pixel = |x: usize, y: usize| &together[(y * 10 + x) * 3..][..3];
    assert_eq!([pixel(0, 0)[0], pixel(8, 0)[0], pixel(0, 8)[0], pixel(9, 8)[0]], [129, 130, 131, 132]);
    assert_eq!([pixel(0, 0)[2], pixel(9, 8)[2]], [148, 148]);
    assert_eq!(pixel(2, 0)[1], pixel(3, 1)[1], "one sample for four pixels");
    assert_ne!(pixel(3, 0)[1], pixel(4, 0)[1]);
}

#[test]
fn eight_bits_are_those_of_the_library() {
    let (width, height) = (37_u32, 29_u32);
    let pixels: Vec<u8> = (0..width * height).map(|i| ((i * i / 7) % 251 / 2 + (i % 97)) as u8).collect();
    let mut stream = Vec::new();
    image::codecs::jpeg::JpegEncoder::new_with_quality(&mut stream, 90)
        .encode(&pixels, width, height, image::ExtendedColorType::L8)
        .expect("a stream");
    let ours = decode(&stream, gray(37, 29)).expect("samples");
    let theirs = jpeg_decoder::Decoder::new(&stream[..]).decode().expect("samples");
    for (index, (ours, theirs)) in ours.iter().zip(&theirs).enumerate() {
        assert!(ours.abs_diff(u16::from(*theirs)) <= 1, "{index}: {ours} {theirs}");
    }
}

#[test]
fn what_is_not_sequential_huffman_of_that_size_is_refused() {
    let stream = |change: fn(&mut Writer)| {
        let mut writer = Writer::new(12, 8, 8, &[(1, 1)], 0);
        change(&mut writer);
        writer.scan(&[1]);
        writer.block(80, &[]);
        writer.end()
    };
    let good = stream(|_| {});
    assert!(decode(&good, gray(8, 8)).is_ok());
    assert_eq!(decode(&good, gray(9, 8)), Err(PixelError::Invalid), "another size than the header's");
    let sof =
        |writer: &mut Writer| writer.out.windows(2).position(|pair| pair == [0xff, SOF1]).expect("a frame");
    for (at, value) in [(1, 0xc2), (1, 0xc9), (4, 16)] {
        let mut changed = good.clone();
        let start = sof(&mut Writer { out: good.clone(), held: 0, count: 0 });
        changed[start + at] = value;
        assert_eq!(decode(&changed, gray(8, 8)), Err(PixelError::Unsupported), "{at} {value:x}");
    }
    for cut in 0..good.len() - 3 {
        assert!(decode(&good[..cut], gray(8, 8)).is_err(), "cut at {cut}");
    }
    let again = |writer: &mut Writer| {
        writer.scan(&[1]);
        writer.block(1, &[]);
        writer.pad();
    };
    assert!(decode(&stream(again), gray(8, 8)).is_ok(), "what follows a whole image is not looked at");
}
