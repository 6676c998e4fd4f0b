//! The DIMSE listener against DCMTK's own SCUs, and against peers that misbehave.

#[path = "common/memory.rs"]
mod memory;
#[path = "common/samples.rs"]
mod samples;
#[path = "common/tools.rs"]
mod tools;

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::Output;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use dicom_ul::ClientAssociationOptions;
use dicom_ul::pdu::{PDataValue, PDataValueType, Pdu};
use imaging::blobs::Blobs;
use imaging::dimse::{Admission, Call, Callers, Config, run};
use imaging::index::{Channel, Source};
use imaging::ingest::Ingest;
use memory::{Memory, source};
use samples::sample;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// Knows `CLINIC`, which calls us `CONSULT`.
struct Book;

#[async_trait]
impl Callers for Book {
    async fn admit(&self, call: &Call) -> Admission {
        match (call.calling.as_str(), call.called.as_str()) {
            ("CLINIC", "CONSULT") => {
                Admission::Admitted(Source { ae_title: Some("CLINIC".into()), ..source(Channel::Dimse) })
            }
            ("CLINIC", _) => Admission::WrongCalled,
            _ => Admission::UnknownCaller,
        }
    }
}

struct Listener {
    address: SocketAddr,
    index: Arc<Memory>,
    blobs: Blobs,
    shutdown: CancellationToken,
    running: tokio::task::JoinHandle<()>,
    _folder: tempfile::TempDir,
}

async fn listen(index: Memory, config: Config) -> Listener {
    let folder = tempfile::tempdir().unwrap();
    let blobs = Blobs::local(folder.path()).unwrap();
    let index = Arc::new(index);
    let ingest = Ingest::new(blobs.clone(), index.clone(), None, imaging::ingest::Config::default());
    let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap();
    let shutdown = CancellationToken::new();
    let running = tokio::spawn(run(socket, config, Arc::new(Book), ingest, shutdown.clone()));
    Listener { address, index, blobs, shutdown, running, _folder: folder }
}

impl Listener {
    /// Runs an SCU of DCMTK as `CLINIC` beside the listener.
    async fn scu(&self, program: &'static str, calling: &str, called: &str, arguments: &[&str]) -> Output {
        let port = self.address.port().to_string();
        let fixed = ["-v", "-aet", calling, "-aec", called];
        let all: Vec<String> = fixed.iter().chain(arguments).map(|s| (*s).to_owned()).collect();
        tokio::task::spawn_blocking(move || {
            let (options, files): (Vec<&String>, Vec<&String>) =
                all.iter().partition(|a| !a.ends_with(".dcm"));
            let mut arguments: Vec<&str> = options.iter().map(|s| s.as_str()).collect();
            arguments.extend(["127.0.0.1", &port]);
            arguments.extend(files.iter().map(|s| s.as_str()));
            tools::dcmtk(program, &arguments)
        })
        .await
        .unwrap()
    }

    async fn store(&self, arguments: &[&str]) -> Output {
        self.scu("storescu", "CLINIC", "CONSULT", arguments).await
    }

    fn stored(&self) -> usize {
        self.index.arrivals.lock().unwrap().len()
    }
}

fn path(name: &str) -> String {
    sample(name).to_str().unwrap().to_owned()
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_echo_is_answered() {
    let listener = listen(Memory::default(), Config::default()).await;
    let output = listener.scu("echoscu", "CLINIC", "CONSULT", &["--repeat", "3"]).await;
    assert!(output.status.success(), "{}", said(&output));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_caller_is_rejected_at_association() {
    let listener = listen(Memory::default(), Config::default()).await;
    let output = listener.scu("echoscu", "STRANGER", "CONSULT", &[]).await;
    assert!(!output.status.success());
    assert!(said(&output).contains("Calling AE Title Not Recognized"), "{}", said(&output));
    let output = listener.scu("echoscu", "CLINIC", "OTHER", &[]).await;
    assert!(said(&output).contains("Called AE Title Not Recognized"), "{}", said(&output));
}

#[tokio::test(flavor = "multi_thread")]
async fn instances_of_several_kinds_are_stored_over_one_association() {
    let listener = listen(Memory::default(), Config::default()).await;
    let files = ["CT_small.dcm", "chrX1.dcm", "chrX2.dcm", "test-SR.dcm", "waveform_ecg.dcm"].map(path);
    let output = listener.store(&files.each_ref().map(String::as_str)).await;
    assert!(output.status.success(), "{}", said(&output));
    assert_eq!(said(&output).matches("Received Store Response (Success)").count(), 5, "{}", said(&output));
    assert_eq!(listener.stored(), 5);
    let arrivals = listener.index.arrivals.lock().unwrap().clone();
    assert_eq!(arrivals[1].facts.patient.name.ideographic, "王^小東");
    assert_eq!(arrivals[2].facts.patient.name.ideographic, "王^小东");
    assert_eq!(arrivals[0].source.ae_title.as_deref(), Some("CLINIC"));
    for arrival in arrivals {
        let object = listener.blobs.instance(&arrival.blob).await.unwrap();
        assert!(dicom_object::from_reader(&object[..]).is_ok(), "a valid file");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn instances_keep_the_encoding_they_are_sent_in() {
    let listener = listen(Memory::default(), Config::default()).await;
    for (option, file, syntax) in [
        ("-xr", "MR_small_RLE.dcm", "1.2.840.10008.1.2.5"),
        ("-xw", "JPEG2000.dcm", "1.2.840.10008.1.2.4.91"),
        ("-xb", "MR_small_bigendian.dcm", "1.2.840.10008.1.2.2"),
        ("-xi", "MR_small_implicit.dcm", "1.2.840.10008.1.2"),
        ("-xd", "image_dfl.dcm", "1.2.840.10008.1.2.1.99"),
    ] {
        let output = listener.store(&[option, &path(file)]).await;
        assert!(said(&output).contains("Received Store Response (Success)"), "{file}: {}", said(&output));
        let arrival = listener.index.arrivals.lock().unwrap().last().cloned().unwrap();
        assert_eq!(arrival.facts.instance.transfer_syntax.as_str(), syntax, "{file}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_status_tells_warning_failure_and_lack_of_room_apart() {
    let patients = [("1CT1".to_owned(), None)].into();
    let listener = listen(Memory { patients, ..Memory::default() }, Config::default()).await;
    let output = listener.store(&["-d", &path("CT_small.dcm")]).await;
    assert!(said(&output).contains("0xb000"), "{}", said(&output));
    assert!(said(&output).contains("imaging.quarantined"), "{}", said(&output));

    *listener.index.full.lock().unwrap() = true;
    let output = listener.store(&["-d", &path("chrX1.dcm")]).await;
    assert!(said(&output).contains("0xa700"), "{}", said(&output));
    assert!(said(&output).contains("imaging.storage-full"), "{}", said(&output));
}

/// The bytes of a command set and a data set as an SCU of ours sends them, in fragments of `size`.
fn send(address: SocketAddr, instance: &str, data: &[u8], syntax: &str, size: usize) -> u16 {
    let mut association = ClientAssociationOptions::new()
        .calling_ae_title("CLINIC")
        .called_ae_title("CONSULT")
        .with_presentation_context("1.2.840.10008.5.1.4.1.1.2", vec![syntax])
        .read_timeout(Duration::from_secs(20))
        .establish(address)
        .unwrap();
    let context = association.presentation_contexts()[0].id;
    let value = |value_type, is_last, data: &[u8]| PDataValue {
        presentation_context_id: context,
        value_type,
        is_last,
        data: data.to_vec(),
    };
    let command = command("1.2.840.10008.5.1.4.1.1.2", instance);
    association.send(&Pdu::PData { data: vec![value(PDataValueType::Command, true, &command)] }).unwrap();
    let count = data.len().div_ceil(size);
    for (number, chunk) in data.chunks(size).enumerate() {
        let last = number + 1 == count;
        association.send(&Pdu::PData { data: vec![value(PDataValueType::Data, last, chunk)] }).unwrap();
    }
    let Pdu::PData { data } = association.receive().unwrap() else { panic!("no response") };
    let response = data[0].data.clone();
    association.release().unwrap();
    let at = response.windows(4).position(|w| w == [0, 0, 0, 9]).unwrap();
    u16::from_le_bytes([response[at + 8], response[at + 9]])
}

fn command(class: &str, instance: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut element = |number: u16, value: &[u8]| {
        bytes.extend([0, 0]);
        bytes.extend(number.to_le_bytes());
        bytes.extend((value.len().next_multiple_of(2) as u32).to_le_bytes());
        bytes.extend(value);
        bytes.extend(std::iter::repeat_n(0, value.len() % 2));
    };
    element(0x0002, class.as_bytes());
    element(0x0100, &1_u16.to_le_bytes());
    element(0x0110, &1_u16.to_le_bytes());
    element(0x0700, &0_u16.to_le_bytes());
    element(0x0800, &1_u16.to_le_bytes());
    element(0x1000, instance.as_bytes());
    bytes
}

const EXPLICIT: &str = "1.2.840.10008.1.2.1";

#[tokio::test(flavor = "multi_thread")]
async fn the_data_set_is_kept_byte_for_byte_whatever_the_fragments() {
    let listener = listen(Memory::default(), Config::default()).await;
    let file = std::fs::read(sample("CT_small.dcm")).unwrap();
    let data = file[imaging::header::meta::read(&file).unwrap().data_offset..].to_vec();
    for size in [16_000, 1, 4_099] {
        let (address, data) = (listener.address, data.clone());
        // One byte in a fragment would take its time for all of them: the first thousand show it.
        let status = tokio::task::spawn_blocking(move || {
            if size == 1 {
                send(address, "1.2.3", &data[..1000], EXPLICIT, size)
            } else {
                send(address, "1.2.3", &data, EXPLICIT, size)
            }
        })
        .await
        .unwrap();
        assert_eq!(status, if size == 1 { 0xc000 } else { 0 }, "cut off after a thousand bytes");
    }
    let blob = listener.index.arrivals.lock().unwrap()[0].blob.clone();
    assert_eq!(listener.blobs.data_set(&blob).await.unwrap(), data);
    let refused = listener.index.refused.lock().unwrap().clone();
    assert_eq!(refused[0].code, "imaging.truncated");
    let kept = listener.blobs.refused(refused[0].blob.as_ref().unwrap()).await.unwrap();
    assert_eq!(kept, data[..1000], "for the administrator");
}

#[tokio::test(flavor = "multi_thread")]
async fn many_associations_store_at_once_and_one_too_many_is_told_to_try_again() {
    let listener = listen(Memory::default(), Config { associations: 4, ..Config::default() }).await;
    let files = ["CT_small.dcm", "chrX1.dcm", "chrX2.dcm", "waveform_ecg.dcm"].map(path);
    let outputs = futures_util::future::join_all(files.iter().map(|file| {
        let file = file.as_str();
        let listener = &listener;
        async move { listener.store(&[file]).await }
    }))
    .await;
    assert!(outputs.iter().all(|output| output.status.success()));
    assert_eq!(listener.stored(), 4);

    let held: Vec<TcpStream> = (0..4).map(|_| TcpStream::connect(listener.address).unwrap()).collect();
    // The listener accepts in order: when the fifth is answered, four are held.
    let output = listener.scu("echoscu", "CLINIC", "CONSULT", &[]).await;
    assert!(said(&output).contains("Local Limit Exceeded"), "{}", said(&output));
    drop(held);
}

#[tokio::test(flavor = "multi_thread")]
async fn garbage_and_silence_cost_nothing_but_their_own_connection() {
    let patience = Duration::from_millis(300);
    let listener = listen(Memory::default(), Config { patience, ..Config::default() }).await;
    let address = listener.address;
    let answers = tokio::task::spawn_blocking(move || {
        [&b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"[..], &[0xff; 64], &[1, 0, 0, 0, 0, 0], b""].map(
            |bytes| {
                let mut stream = TcpStream::connect(address).unwrap();
                stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
                stream.write_all(bytes).unwrap();
                let mut answer = Vec::new();
                stream.read_to_end(&mut answer).unwrap();
                answer
            },
        )
    })
    .await
    .unwrap();
    for answer in &answers[..3] {
        assert_eq!(answer.first(), Some(&7), "A-ABORT: {answer:?}");
    }
    assert!(answers[3].is_empty(), "who says nothing is told nothing");
    let output = listener.scu("echoscu", "CLINIC", "CONSULT", &[]).await;
    assert!(output.status.success());
}

/// An association of ours that was accepted.
async fn associate(address: SocketAddr) -> dicom_ul::ClientAssociation<TcpStream> {
    let establish = move || {
        ClientAssociationOptions::new()
            .calling_ae_title("CLINIC")
            .called_ae_title("CONSULT")
            .with_abstract_syntax("1.2.840.10008.1.1")
            .read_timeout(Duration::from_secs(20))
            .establish(address)
            .unwrap()
    };
    tokio::task::spawn_blocking(establish).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_association_is_aborted() {
    let idle = Duration::from_millis(200);
    let listener = listen(Memory::default(), Config { idle, ..Config::default() }).await;
    let mut association = associate(listener.address).await;
    let heard = tokio::task::spawn_blocking(move || association.receive()).await.unwrap();
    assert!(matches!(heard, Ok(Pdu::AbortRQ { .. })), "{heard:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_instance_too_large_for_memory_is_stored_all_the_same() {
    let listener = listen(Memory::default(), Config::default()).await;
    let file = std::fs::read(sample("CT_small.dcm")).unwrap();
    let offset = imaging::header::meta::read(&file).unwrap().data_offset;
    let mut data = file[offset..].to_vec();
    // A private element of 6 MB before the pixels: written to a file on its way.
    let pixels = data.windows(4).position(|tag| tag == [0xe0, 0x7f, 0x10, 0]).unwrap();
    let mut private = b"\x09\x70\x10\x10OB\0\0".to_vec();
    private.extend(6_000_000_u32.to_le_bytes());
    private.resize(private.len() + 6_000_000, 3);
    data.splice(pixels..pixels, private);
    let (address, sent) = (listener.address, data.clone());
    let status = tokio::task::spawn_blocking(move || send(address, "1.2.3", &sent, EXPLICIT, 16_000));
    assert_eq!(status.await.unwrap(), 0);
    let blob = listener.index.arrivals.lock().unwrap()[0].blob.clone();
    assert_eq!(listener.blobs.data_set(&blob).await.unwrap(), data);
}

#[tokio::test(flavor = "multi_thread")]
async fn shutdown_ends_idle_associations_and_returns() {
    let listener = listen(Memory::default(), Config::default()).await;
    let address = listener.address;
    let mut association = associate(address).await;
    listener.shutdown.cancel();
    let aborted = tokio::task::spawn_blocking(move || association.receive());
    assert!(!matches!(aborted.await.unwrap(), Ok(Pdu::PData { .. })));
    tokio::time::timeout(Duration::from_secs(5), listener.running).await.unwrap().unwrap();
    assert!(TcpStream::connect(address).is_err(), "nobody listens");
}
