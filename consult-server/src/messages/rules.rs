//! What a message may hold, until when it may be withdrawn, and who has read which. Pure.

use super::{AttachmentKind, MessageInput};
use crate::documents::Kind;
use crate::error::{Code, Refusal, Result};
use crate::ids::PersonId;
use crate::time::Timestamp;
use std::collections::BTreeSet;

/// The longest text, in characters.
const TEXT_LIMIT: usize = 4_000;
const ATTACHMENTS_LIMIT: usize = 9;
/// The longest voice message, in milliseconds.
const VOICE_LIMIT: i64 = 5 * 60_000;
/// How long a message may be withdrawn, in seconds.
const WITHDRAW_SECONDS: i64 = 120;

/// The message as it is kept, or why it is not.
pub fn checked(mut input: MessageInput) -> Result<MessageInput> {
    input.text = input.text.trim().to_owned();
    if input.text.is_empty() && input.attachments.is_empty() {
        return Err(Refusal::field(Code::MessageEmpty, "text"));
    }
    if input.text.chars().count() > TEXT_LIMIT {
        return Err(Refusal::field(Code::MessageTooLong, "text").with("limit", TEXT_LIMIT));
    }
    if input.attachments.len() > ATTACHMENTS_LIMIT {
        return Err(Refusal::field(Code::MessageAttachments, "attachments").with("limit", ATTACHMENTS_LIMIT));
    }
    for attachment in &mut input.attachments {
        match attachment.kind {
            AttachmentKind::Voice
                if !attachment.duration_ms.is_some_and(|ms| (1..=VOICE_LIMIT).contains(&ms)) =>
            {
                return Err(Refusal::field(Code::MessageVoice, "duration_ms"));
            }
            AttachmentKind::Voice => {}
            AttachmentKind::File | AttachmentKind::Photo => attachment.duration_ms = None,
        }
    }
    Ok(input)
}

/// Whether a document is what the message says: a photograph shows, a voice sounds.
pub fn fits(kind: AttachmentKind, document: Kind) -> bool {
    match kind {
        AttachmentKind::File => true,
        AttachmentKind::Photo => document.is_image(),
        AttachmentKind::Voice => document.is_audio(),
    }
}

pub fn withdrawable_until(sent: Timestamp) -> Timestamp {
    sent.plus_seconds(WITHDRAW_SECONDS)
}

/// Up to which message somebody has read.
#[derive(Clone, Debug)]
pub struct Mark {
    pub person: PersonId,
    pub up_to: i64,
}

/// Who has read the message at that place, and who of the members has not. A reader who is no member any more has read it all
/// the same.
pub fn receipts(
    ordinal: i64,
    author: &PersonId,
    marks: &[Mark],
    members: &BTreeSet<PersonId>,
) -> (Vec<PersonId>, Vec<PersonId>) {
    let read: BTreeSet<&PersonId> = marks
        .iter()
        .filter(|mark| mark.up_to >= ordinal)
        .map(|mark| &mark.person)
        .filter(|p| *p != author)
        .collect();
    let unread =
        members.iter().filter(|member| *member != author && !read.contains(member)).cloned().collect();
    (read.into_iter().cloned().collect(), unread)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{DocumentId, MessageId};
    use crate::messages::AttachmentInput;

    fn message(text: &str, attachments: usize) -> MessageInput {
        let attachment = AttachmentInput {
            document_id: DocumentId::trusted("d"),
            kind: AttachmentKind::File,
            duration_ms: Some(1),
        };
        MessageInput {
            id: MessageId::trusted("m"),
            author_id: None,
            text: text.to_owned(),
            attachments: vec![attachment; attachments],
        }
    }

    #[test]
    fn a_message_says_something_and_not_too_much() {
        assert_eq!(checked(message(" 好 ", 0)).unwrap().text, "好");
        assert_eq!(checked(message("", 1)).unwrap().attachments[0].duration_ms, None);
        assert!(checked(message(&"长".repeat(4_000), 9)).is_ok());
        for (refused, code) in [
            (message(" \n ", 0), Code::MessageEmpty),
            (message(&"长".repeat(4_001), 0), Code::MessageTooLong),
            (message("", 10), Code::MessageAttachments),
        ] {
            assert_eq!(checked(refused).unwrap_err().code, code);
        }
        for duration in [None, Some(0), Some(-5), Some(300_001)] {
            let mut voice = message("", 1);
            voice.attachments[0].kind = AttachmentKind::Voice;
            voice.attachments[0].duration_ms = duration;
            assert_eq!(checked(voice).unwrap_err().code, Code::MessageVoice, "{duration:?}");
        }
        assert!(fits(AttachmentKind::Voice, Kind::WebmAudio) && !fits(AttachmentKind::Voice, Kind::Mp4Video));
        assert!(fits(AttachmentKind::Photo, Kind::Png) && !fits(AttachmentKind::Photo, Kind::Svg));
    }

    #[test]
    fn receipts_name_each_member_once_and_the_author_never() {
        let id = |name: &str| PersonId::trusted(name);
        let mark = |name: &str, up_to| Mark { person: id(name), up_to };
        let members = ["author", "early", "late", "never"].map(id).into();
        let marks = [mark("author", 9), mark("early", 5), mark("late", 2), mark("gone", 7)];
        let (read, unread) = receipts(3, &id("author"), &marks, &members);
        assert_eq!((read, unread), (vec![id("early"), id("gone")], vec![id("late"), id("never")]));
        let (read, unread) = receipts(8, &id("author"), &marks, &members);
        assert_eq!((read.len(), unread.len()), (0, 3));
    }
}
