//! The one path: what is sent comes back unchanged, what is answered is durable, and bad input costs nobody else.

#[path = "common/memory.rs"]
mod memory;
#[path = "common/samples.rs"]
mod samples;

use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use imaging::blobs::Blobs;
use imaging::header::{Limits, parse_file};
use imaging::index::{Channel, ContentHash, Custody, Filing};
use imaging::ingest::{Body, Config, Entry, Ingest, Item, Previews, Render};
use imaging::refusal::Refusal;
use imaging::stage::{IN_MEMORY, Staged};
use imaging::text::Fallback;
use imaging::uid::TransferSyntaxUid;
use memory::{Memory, source};
use samples::sample;

struct Bench {
    ingest: Ingest,
    index: Arc<Memory>,
    blobs: Blobs,
    folder: tempfile::TempDir,
}

fn bench() -> Bench {
    bench_with(Memory::default(), Config::default())
}

fn bench_with(index: Memory, config: Config) -> Bench {
    let folder = tempfile::tempdir().unwrap();
    let blobs = Blobs::local(folder.path()).unwrap();
    let index = Arc::new(index);
    let ingest = Ingest::new(blobs.clone(), index.clone(), None, config);
    Bench { ingest, index, blobs, folder }
}

fn bytes_of(name: &str) -> Vec<u8> {
    std::fs::read(sample(name)).unwrap()
}

impl Bench {
    async fn upload(&self, name: &str, bytes: Vec<u8>) -> Vec<Entry> {
        self.ingest.file(&source(Channel::Upload), name, bytes.into()).await
    }

    async fn upload_one(&self, bytes: Vec<u8>) -> Result<imaging::ingest::Taken, Refusal> {
        self.upload("file", bytes).await.remove(0).result
    }

    fn objects(&self, prefix: &str) -> usize {
        fn count(folder: &Path) -> usize {
            let Ok(entries) = folder.read_dir() else { return 0 };
            entries
                .map(|entry| entry.unwrap().path())
                .map(|path| if path.is_dir() { count(&path) } else { 1 })
                .sum()
        }
        count(&self.folder.path().join(prefix))
    }
}

#[tokio::test]
async fn a_file_comes_back_byte_for_byte() {
    let bench = bench();
    for name in [
        "chrX1.dcm",
        "chrX2.dcm",
        "CT_small.dcm",
        "image_dfl.dcm",
        "MR_small_bigendian.dcm",
        "waveform_ecg.dcm",
    ] {
        let bytes = bytes_of(name);
        let taken = bench.upload_one(bytes.clone()).await.unwrap();
        assert_eq!(taken.outcome.filing, Filing::Stored, "{name}");
        assert_eq!(bench.blobs.instance(&taken.blob).await.unwrap(), bytes, "{name}");
        let data = &bytes[taken.blob.data_offset as usize..];
        assert_eq!(taken.blob.hash, ContentHash::of(data), "{name}: named by its data set");
        assert_eq!(bench.blobs.data_set(&taken.blob).await.unwrap(), data, "{name}");
    }
}

#[tokio::test]
async fn a_data_set_comes_back_byte_for_byte_inside_a_valid_file() {
    let bench = bench();
    let file = bytes_of("MR_small_implicit.dcm");
    let offset = imaging::header::meta::read(&file).unwrap().data_offset;
    let data = file[offset..].to_vec();
    let syntax = TransferSyntaxUid::parse("1.2.840.10008.1.2").unwrap();
    let body = Body::DataSet(data.clone().into(), syntax);
    let item = Item { name: String::new(), body };
    let taken = bench.ingest.take(&source(Channel::Dimse), vec![item]).await.remove(0).result.unwrap();
    assert_eq!(bench.blobs.data_set(&taken.blob).await.unwrap(), data);
    let object = bench.blobs.instance(&taken.blob).await.unwrap();
    let read = dicom_object::from_reader(&object[..]).unwrap();
    assert_eq!(read.meta().transfer_syntax().trim_end_matches('\0'), "1.2.840.10008.1.2");
    assert_eq!(read.meta().media_storage_sop_instance_uid(), taken.facts.instance.uid.as_str());
}

#[tokio::test]
async fn the_same_data_set_by_any_door_is_one_object_and_a_duplicate() {
    let bench = bench();
    let file = bytes_of("CT_small.dcm");
    let first = bench.upload_one(file.clone()).await.unwrap();
    let data = file[first.blob.data_offset as usize..].to_vec();
    let syntax = first.facts.instance.transfer_syntax.clone();
    let item = Item { name: String::new(), body: Body::DataSet(data.into(), syntax) };
    let again = bench.ingest.take(&source(Channel::Dimse), vec![item]).await.remove(0).result.unwrap();
    assert_eq!(again.outcome.filing, Filing::Duplicate);
    assert_eq!(again.blob, first.blob, "the object that was there stays, with its own preamble and meta");
    assert_eq!(bench.blobs.instance(&again.blob).await.unwrap(), file);
    assert_eq!(bench.objects("o"), 1);
}

#[tokio::test]
async fn another_encoding_of_an_instance_is_an_alternate_and_other_content_a_conflict() {
    let bench = bench();
    let stored = bench.upload_one(bytes_of("MR_small_implicit.dcm")).await.unwrap();
    let rle = bench.upload_one(bytes_of("MR_small_RLE.dcm")).await.unwrap();
    assert_eq!(stored.facts.instance.uid, rle.facts.instance.uid);
    assert_eq!(rle.outcome.filing, Filing::Alternate);
    let mut changed = bytes_of("MR_small_implicit.dcm");
    let last = changed.len() - 200;
    changed[last] ^= 1;
    assert_eq!(bench.upload_one(changed).await.unwrap().outcome.filing, Filing::Conflict);
    assert_eq!(bench.objects("o"), 3, "all are kept");
}

#[tokio::test]
async fn a_file_without_preamble_or_meta_is_given_them() {
    let file = bytes_of("CT_small.dcm");
    let offset = imaging::header::meta::read(&file).unwrap().data_offset;
    // Without all of it, without the preamble, and without a transfer syntax (0002,0010) in the meta.
    let at = file.windows(4).position(|tag| tag == [2, 0, 0x10, 0]).unwrap();
    let mut silent = file.clone();
    silent[at + 2] = 0x11;
    for bare in [file[offset..].to_vec(), file[132..].to_vec(), silent] {
        let bench = bench();
        let taken = bench.upload_one(bare).await.unwrap();
        assert_eq!(taken.blob.hash, ContentHash::of(&file[offset..]));
        let object = bench.blobs.instance(&taken.blob).await.unwrap();
        assert_eq!(object[128..132], *b"DICM");
        let read = dicom_object::from_reader(&object[..]).unwrap();
        assert_eq!(read.meta().transfer_syntax().trim_end_matches('\0'), "1.2.840.10008.1.2.1");
        assert_eq!(object[taken.blob.data_offset as usize..], file[offset..]);
    }
}

#[tokio::test]
async fn broken_files_are_refused_with_their_codes_and_kept_where_they_may_have_been_images() {
    let bench = bench();
    for (bytes, refusal) in [
        (bytes_of("MR_truncated.dcm"), Refusal::Truncated),
        (bytes_of("rtplan_truncated.dcm"), Refusal::Truncated),
        (bytes_of("UN_sequence.dcm"), Refusal::UidInvalid),
        (bytes_of("LICENSE"), Refusal::NotDicom),
        (Vec::new(), Refusal::NotDicom),
        (bytes_of("CT_small.dcm")[..340].to_vec(), Refusal::Truncated),
    ] {
        assert_eq!(bench.upload_one(bytes).await.unwrap_err(), refusal);
    }
    let refused = bench.index.refused.lock().unwrap().clone();
    let codes: Vec<&str> = refused.iter().map(|refused| refused.code).collect();
    assert_eq!(codes, ["imaging.truncated", "imaging.truncated", "imaging.uid-invalid", "imaging.truncated"]);
    let kept = refused[0].blob.clone().unwrap();
    assert_eq!(bench.blobs.refused(&kept).await.unwrap(), bytes_of("MR_truncated.dcm"));
    assert_eq!(bench.objects("o"), 0);
}

#[tokio::test]
async fn every_file_of_a_zip_has_its_own_result() {
    let bench = bench();
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    zip.add_directory("CT/", options).unwrap();
    for (name, bytes) in [
        ("CT/1.dcm", bytes_of("CT_small.dcm")),
        ("CT/again.dcm", bytes_of("CT_small.dcm")),
        ("说明.txt", "不是影像".into()),
        ("__MACOSX/CT/._1.dcm", vec![1]),
        ("坏的.dcm", bytes_of("MR_truncated.dcm")),
        ("../../x2.dcm", bytes_of("chrX2.dcm")),
    ] {
        zip.start_file(name, options).unwrap();
        zip.write_all(&bytes).unwrap();
    }
    let entries = bench.upload("study.zip", zip.finish().unwrap().into_inner()).await;
    let said: Vec<(&str, Result<Filing, Refusal>)> = entries
        .iter()
        .map(|entry| {
            (entry.name.as_str(), entry.result.as_ref().map(|taken| taken.outcome.filing).map_err(|r| *r))
        })
        .collect();
    assert_eq!(
        said,
        [
            ("CT/1.dcm", Ok(Filing::Stored)),
            ("CT/again.dcm", Ok(Filing::Duplicate)),
            ("说明.txt", Err(Refusal::NotDicom)),
            ("坏的.dcm", Err(Refusal::Truncated)),
            ("../../x2.dcm", Ok(Filing::Stored)),
        ]
    );
    assert_eq!(*bench.index.batches.lock().unwrap(), [3], "one commit");
    assert_eq!(bench.index.arrivals.lock().unwrap().len(), 3);
}

#[tokio::test]
async fn a_zip_bomb_is_stopped_at_the_bound() {
    let limits = Limits { instance: 1 << 20, ..Limits::default() };
    let bench = bench_with(Memory::default(), Config { limits, archive: 3 << 20, ..Config::default() });
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for number in 0..20 {
        zip.start_file(format!("{number}.dcm"), zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(&vec![0; 900 << 10]).unwrap();
    }
    let bytes = zip.finish().unwrap().into_inner();
    assert!(bytes.len() < 30 << 10);
    let entries = bench.upload("bomb.zip", bytes).await;
    assert_eq!(entries.len(), 4, "three that are no DICOM, and the one over the bound");
    assert_eq!(entries[3].result, Err(Refusal::TooLarge));
    let damaged = bench.upload("damaged.zip", b"PK\x03\x04 and then nothing of the kind".to_vec()).await;
    assert_eq!(damaged[0].result, Err(Refusal::ArchiveInvalid));
}

#[tokio::test]
async fn a_folder_is_taken_in_file_by_file() {
    let bench = bench();
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("b")).unwrap();
    std::fs::copy(sample("CT_small.dcm"), folder.path().join("b/ct")).unwrap();
    std::fs::copy(sample("chrX1.dcm"), folder.path().join("a")).unwrap();
    std::os::unix::fs::symlink(sample("chrX2.dcm"), folder.path().join("link")).unwrap();
    let entries = bench.ingest.folder(&source(Channel::Import), folder.path()).await;
    let names: Vec<&str> = entries.iter().map(|entry| entry.name.as_str()).collect();
    assert_eq!(names, ["a", "b/ct"], "in order, links not followed");
    assert!(entries.iter().all(|entry| entry.result.is_ok()));
}

#[tokio::test]
async fn an_index_without_room_refuses_the_batch_and_nothing_is_answered_as_stored() {
    let bench = bench();
    *bench.index.full.lock().unwrap() = true;
    assert_eq!(bench.upload_one(bytes_of("CT_small.dcm")).await.unwrap_err(), Refusal::StorageFull);
    *bench.index.full.lock().unwrap() = false;
    let taken = bench.upload_one(bytes_of("CT_small.dcm")).await.unwrap();
    assert_eq!(taken.outcome.filing, Filing::Stored, "the object of the first try is used again");
}

#[tokio::test]
async fn an_instance_too_large_for_memory_takes_the_same_path() {
    let bench = bench();
    // A CT of 3000 × 2000 16-bit pixels: 12 MB.
    let mut file = bytes_of("CT_small.dcm");
    let data_offset = imaging::header::meta::read(&file).unwrap().data_offset;
    let set = |file: &mut Vec<u8>, tag: [u8; 4], value: &[u8]| {
        let at = (data_offset..file.len()).find(|at| file[*at..].starts_with(&tag)).unwrap();
        file[at + 8..at + 8 + value.len()].copy_from_slice(value);
        at
    };
    set(&mut file, [0x28, 0, 0x10, 0], &2000_u16.to_le_bytes());
    set(&mut file, [0x28, 0, 0x11, 0], &3000_u16.to_le_bytes());
    let pixels = set(&mut file, [0xe0, 0x7f, 0x10, 0], &12_000_000_u32.to_le_bytes());
    file.truncate(pixels + 12);
    file.resize(pixels + 12 + 12_000_000, 7);
    assert!(file.len() > IN_MEMORY);
    let path = bench.folder.path().join("upload");
    std::fs::write(&path, &file).unwrap();
    for filing in [Filing::Stored, Filing::Duplicate] {
        let staged = Staged::open(&path).unwrap();
        let taken =
            bench.ingest.file(&source(Channel::Upload), "upload", staged).await.remove(0).result.unwrap();
        assert_eq!(taken.outcome.filing, filing);
        assert_eq!(bench.blobs.instance(&taken.blob).await.unwrap(), file);
    }
}

#[tokio::test]
async fn a_frame_is_cut_out_of_the_object_by_its_index() {
    let bench = bench();
    let file = bytes_of("SC_rgb_rle_2frame.dcm");
    let taken = bench.upload_one(file.clone()).await.unwrap();
    let index = &taken.facts.instance.frame_index;
    assert_eq!(index.len(), 2);
    let object = dicom_object::from_reader(&file[..]).unwrap();
    let fragments = object.element_by_name("PixelData").unwrap().value().fragments().unwrap();
    for (number, fragment) in fragments.iter().enumerate() {
        let frame = bench.blobs.frame(&taken.blob, index, number as u32).await.unwrap().unwrap();
        assert_eq!(&frame, fragment);
    }
    assert_eq!(bench.blobs.frame(&taken.blob, index, 2).await.unwrap(), None);
}

#[tokio::test]
async fn a_record_that_disagrees_quarantines_what_is_stored_all_the_same() {
    let index = Memory { patients: [("1CT1".to_owned(), None)].into(), ..Memory::default() };
    let bench = bench_with(index, Config::default());
    let taken = bench.upload_one(bytes_of("CT_small.dcm")).await.unwrap();
    assert_eq!(taken.outcome.filing, Filing::Stored);
    assert!(matches!(taken.outcome.custody, Custody::Quarantined { .. }));
}

#[tokio::test]
async fn a_preview_is_drawn_once_and_kept() {
    struct Stamp(std::sync::atomic::AtomicUsize);
    impl Render for Stamp {
        fn jpeg(&self, part10: &[u8], edge: u32) -> Option<Vec<u8>> {
            self.0.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            Some(format!("{} {edge}", part10.len()).into_bytes())
        }
    }
    let bench = bench();
    let taken = bench.upload_one(bytes_of("CT_small.dcm")).await.unwrap();
    let stamp = Arc::new(Stamp(0.into()));
    let previews = Previews::new(bench.blobs.clone(), stamp.clone());
    for _ in 0..2 {
        let jpeg = previews.get(&taken.blob, 512).await.unwrap().unwrap();
        assert_eq!(jpeg, format!("{} 512", bytes_of("CT_small.dcm").len()));
    }
    assert_eq!(stamp.0.load(std::sync::atomic::Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_document_is_kept_under_its_own_hash() {
    let bench = bench();
    let hash = bench.blobs.put_document("同意书".into()).await.unwrap();
    assert_eq!(bench.blobs.put_document("同意书".into()).await.unwrap(), hash);
    assert_eq!(bench.blobs.document(&hash).await.unwrap(), "同意书");
    assert!(bench.folder.path().join(format!("d/{}/{hash}", &hash.as_str()[..2])).is_file());
}

mod hostile {
    use super::*;
    use proptest::prelude::*;

    fn parse(bytes: &[u8]) -> Result<imaging::header::Parsed, Refusal> {
        let limits = Limits { inflated: 1 << 20, ..Limits::default() };
        parse_file(std::io::Cursor::new(bytes), bytes.len() as u64, &limits, Fallback::default())
    }

    #[test]
    fn sequences_nested_without_end_are_refused() {
        let file = bytes_of("CT_small.dcm");
        let offset = imaging::header::meta::read(&file).unwrap().data_offset;
        let mut nested = file[..offset].to_vec();
        for _ in 0..100_000 {
            nested.extend(b"\x08\x00\x15\x11SQ\0\0\xff\xff\xff\xff\xfe\xff\x00\xe0\xff\xff\xff\xff");
        }
        assert_eq!(parse(&nested), Err(Refusal::TooDeep));
    }

    #[test]
    fn a_deflated_bomb_is_stopped_at_the_bound() {
        let file = bytes_of("image_dfl.dcm");
        let offset = imaging::header::meta::read(&file).unwrap().data_offset;
        let mut bomb =
            flate2::write::DeflateEncoder::new(file[..offset].to_vec(), flate2::Compression::best());
        bomb.write_all(&vec![0; 64 << 20]).unwrap();
        assert_eq!(parse(&bomb.finish().unwrap()), Err(Refusal::TooLarge));
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 300, rng_seed: proptest::test_runner::RngSeed::Fixed(7), ..ProptestConfig::default() })]

        /// Any byte of a real file may be wrong, and the file may end anywhere: an answer, never a panic.
        #[test]
        fn damaged_files_are_read_or_refused(
            name in proptest::sample::select(vec!["chrX2.dcm", "test-SR.dcm", "MR_small_RLE.dcm", "SC_rgb_rle_2frame.dcm", "MR_small_implicit.dcm", "nested_priv_SQ.dcm", "image_dfl.dcm"]),
            damage in proptest::collection::vec((0.0..1.0_f64, any::<u8>()), 0..6),
            keep in 0.0..1.0_f64,
        ) {
            let mut bytes = bytes_of(name);
            let length = bytes.len();
            for (at, value) in damage {
                bytes[((length as f64) * at) as usize] = value;
            }
            bytes.truncate((length as f64 * keep.max(0.02) ) as usize);
            if let Ok(parsed) = parse(&bytes) {
                let data = &bytes[parsed.data_offset as usize..];
                prop_assert_eq!(ContentHash::of(data), parsed.hash);
                let index = &parsed.facts.instance.frame_index;
                for number in 0..index.len().min(4) {
                    for segment in index.frame(number).unwrap_or_default() {
                        prop_assert!(segment.0 + segment.1 <= data.len() as u64, "a frame lies inside the file");
                    }
                }
                let syntax = &parsed.facts.instance.transfer_syntax;
                let limits = Limits { inflated: 1 << 20, ..Limits::default() };
                prop_assert!(imaging::header::normalize(data, syntax, Fallback::default(), &limits, 4096).is_ok());
            }
        }
    }
}
