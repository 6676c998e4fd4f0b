//! RTCP between bytes and the core's values. Only the packets that the core acts upon are decoded; the rest of a
//! compound is stepped over, so that a hostile client reaches as little foreign code as possible.

use crate::report::{Heard, Report};
use crate::twcc::TransportFeedback;
use bytes::BytesMut;
use rtc_rtcp::Packet;
use rtc_rtcp::packet;
use rtc_rtcp::payload_feedbacks::picture_loss_indication::PictureLossIndication;
use rtc_rtcp::receiver_report::ReceiverReport;
use rtc_rtcp::reception_report::ReceptionReport;
use rtc_rtcp::sender_report::SenderReport;
use rtc_rtcp::source_description::{
    SdesType, SourceDescription, SourceDescriptionChunk, SourceDescriptionItem,
};
use rtc_rtcp::transport_feedbacks::transport_layer_cc::{
    PacketStatusChunk, RecvDelta, StatusChunkTypeTcc, StatusVectorChunk, SymbolSizeTypeTcc, SymbolTypeTcc,
    TransportLayerCc,
};
use rtc_rtcp::transport_feedbacks::transport_layer_nack::{
    TransportLayerNack, nack_pairs_from_sequence_numbers,
};

/// The SSRC under which we report.
const OURS: u32 = 1;
/// A compound holds at most this many packets that are looked at, and a NACK this many numbers.
const MOST_PACKETS: usize = 32;
const MOST_NUMBERS: usize = 512;
/// RFC 3550 §6.4.1: five bits.
const MOST_BLOCKS: usize = 31;

/// The plain compound packet for a report.
pub fn write(report: &Report<'_>, cname: &str) -> Option<BytesMut> {
    let mut packets: Vec<Box<dyn Packet>> = Vec::with_capacity(2);
    match report {
        Report::Sender(info) => {
            packets.push(Box::new(SenderReport {
                ssrc: info.ssrc,
                ntp_time: info.ntp,
                rtp_time: info.timestamp,
                packet_count: info.packets,
                octet_count: info.octets,
                ..SenderReport::default()
            }));
            packets.push(Box::new(description(info.ssrc, cname)));
        }
        Report::Receiver(blocks) => {
            let reports = blocks.iter().take(MOST_BLOCKS).map(|block| ReceptionReport {
                ssrc: block.ssrc,
                fraction_lost: block.fraction_lost,
                total_lost: block.total_lost,
                last_sequence_number: block.highest,
                jitter: block.jitter,
                last_sender_report: block.last_sender_report,
                delay: block.delay,
            });
            packets.push(Box::new(ReceiverReport {
                ssrc: OURS,
                reports: reports.collect(),
                ..ReceiverReport::default()
            }));
        }
        Report::KeyFrameRequest { ssrc } => {
            packets.push(Box::new(ReceiverReport { ssrc: OURS, ..ReceiverReport::default() }));
            packets.push(Box::new(PictureLossIndication { sender_ssrc: OURS, media_ssrc: *ssrc }));
        }
        Report::Nack { ssrc, numbers } => {
            packets.push(Box::new(ReceiverReport { ssrc: OURS, ..ReceiverReport::default() }));
            packets.push(Box::new(TransportLayerNack {
                sender_ssrc: OURS,
                media_ssrc: *ssrc,
                nacks: nack_pairs_from_sequence_numbers(numbers),
            }));
        }
        Report::Transport { ssrc, feedback } => packets.push(Box::new(transport(*ssrc, feedback))),
    }
    packet::marshal(&packets).ok()
}

fn description(ssrc: u32, cname: &str) -> SourceDescription {
    let item = SourceDescriptionItem { sdes_type: SdesType::SdesCname, text: cname.to_string().into() };
    SourceDescription { chunks: vec![SourceDescriptionChunk { source: ssrc, items: vec![item] }] }
}

fn transport(ssrc: u32, feedback: &TransportFeedback) -> TransportLayerCc {
    let mut symbols = Vec::with_capacity(feedback.deltas.len());
    let mut deltas = Vec::with_capacity(feedback.deltas.len());
    for delta in &feedback.deltas {
        let symbol = match delta {
            None => SymbolTypeTcc::PacketNotReceived,
            Some(0..=255) => SymbolTypeTcc::PacketReceivedSmallDelta,
            Some(_) => SymbolTypeTcc::PacketReceivedLargeDelta,
        };
        symbols.push(symbol);
        if let Some(steps) = delta {
            deltas.push(RecvDelta { type_tcc_packet: symbol, delta: i64::from(*steps) * 250 });
        }
    }
    let chunks = symbols.chunks(7).map(|part| {
        let mut list = part.to_vec();
        list.resize(7, SymbolTypeTcc::PacketNotReceived);
        PacketStatusChunk::StatusVectorChunk(StatusVectorChunk {
            type_tcc: StatusChunkTypeTcc::StatusVectorChunk,
            symbol_size: SymbolSizeTypeTcc::TwoBit,
            symbol_list: list,
        })
    });
    TransportLayerCc {
        sender_ssrc: OURS,
        media_ssrc: ssrc,
        base_sequence_number: feedback.base,
        packet_status_count: feedback.deltas.len() as u16,
        reference_time: feedback.reference,
        fb_pkt_count: feedback.count,
        packet_chunks: chunks.collect(),
        recv_deltas: deltas,
    }
}

/// Calls `hear` for each thing in a plain compound packet that matters.
pub fn read(compound: &[u8], mut hear: impl FnMut(Heard)) {
    let mut rest = compound;
    for _ in 0..MOST_PACKETS {
        let Some(head) = rest.first_chunk::<4>() else { return };
        let length = 4 * (usize::from(u16::from_be_bytes([head[2], head[3]])) + 1);
        let Some((packet, after)) = rest.split_at_checked(length) else { return };
        rest = after;
        if head[0] >> 6 != 2 {
            return;
        }
        if let Some(heard) = one(packet, head[0] & 0x1f, head[1]) {
            hear(heard);
        }
    }
}

/// Fixed offsets of RFC 3550 §6.4.1, RFC 4585 §6.1 and RFC 5104 §4.3.1.
fn one(packet: &[u8], format: u8, kind: u8) -> Option<Heard> {
    let word = |at: usize| Some(u32::from_be_bytes(*packet.get(at..at + 4)?.first_chunk()?));
    match (kind, format) {
        (200, _) => {
            let ntp = u64::from(word(8)?) << 32 | u64::from(word(12)?);
            Some(Heard::Sender { ssrc: word(4)?, ntp, timestamp: word(16)? })
        }
        (205, 1) => {
            let mut numbers = Vec::new();
            for pair in packet.get(12..)?.chunks_exact(4) {
                let first = u16::from_be_bytes([pair[0], pair[1]]);
                let more = u16::from_be_bytes([pair[2], pair[3]]);
                numbers.push(first);
                numbers.extend(
                    (0..16u16).filter(|bit| more >> bit & 1 == 1).map(|bit| first.wrapping_add(bit + 1)),
                );
                if numbers.len() >= MOST_NUMBERS {
                    break;
                }
            }
            Some(Heard::Nack { ssrc: word(8)?, numbers })
        }
        (206, 1) => Some(Heard::KeyFrameRequest { ssrc: word(8)? }),
        // Full Intra Request: the stream is named in the entry, not in the head.
        (206, 4) => Some(Heard::KeyFrameRequest { ssrc: word(12)? }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::SenderInfo;
    use proptest::prelude::*;

    fn heard(bytes: &[u8]) -> Vec<Heard> {
        let mut all = Vec::new();
        read(bytes, |heard| all.push(heard));
        all
    }

    #[test]
    fn what_we_ask_reads_back() {
        let bytes = write(&Report::KeyFrameRequest { ssrc: 77 }, "c").unwrap();
        assert_eq!(heard(&bytes), [Heard::KeyFrameRequest { ssrc: 77 }]);
        let numbers = [65_535, 0, 3, 40];
        let bytes = write(&Report::Nack { ssrc: 8, numbers: &numbers }, "c").unwrap();
        let [Heard::Nack { ssrc: 8, numbers: back }] = &heard(&bytes)[..] else { panic!("no NACK") };
        let mut back = back.clone();
        back.sort_by_key(|number| number.wrapping_sub(65_535));
        assert_eq!(back, numbers);
        let info = SenderInfo { ssrc: 5, ntp: 0x0102_0304_0506_0708, timestamp: 9, packets: 1, octets: 2 };
        let bytes = write(&Report::Sender(info), "c").unwrap();
        assert_eq!(heard(&bytes), [Heard::Sender { ssrc: 5, ntp: 0x0102_0304_0506_0708, timestamp: 9 }]);
    }

    #[test]
    fn transport_feedback_is_written_as_the_draft_says() {
        let feedback = TransportFeedback {
            base: 10,
            reference: 3,
            count: 4,
            deltas: vec![Some(4), None, Some(-1), Some(256)],
        };
        let bytes = write(&Report::Transport { ssrc: 9, feedback: &feedback }, "c").unwrap();
        assert_eq!(&bytes[..2], &[0x8f | (bytes[0] & 0x20), 205]);
        assert_eq!(&bytes[12..20], &[0, 10, 0, 4, 0, 0, 3, 4]);
        // Two-bit vector: small, none, large, large, then nothing.
        assert_eq!(&bytes[20..22], &0b1101_0010_1000_0000u16.to_be_bytes());
        assert_eq!(&bytes[22..27], &[4, 0xff, 0xff, 1, 0]);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), kind in 200u8..=207, format in 0u8..32) {
            let _ = heard(&bytes);
            let mut bytes = bytes;
            if bytes.len() >= 4 {
                bytes[0] = 0x80 | format;
                bytes[1] = kind;
                let words = (bytes.len() / 4 - 1) as u16;
                bytes[2..4].copy_from_slice(&words.to_be_bytes());
            }
            let _ = heard(&bytes);
        }
    }
}
