//! The association machine, without a socket.

use super::super::command::tests::request;
use super::super::negotiation::VERIFICATION;
use super::*;
use crate::header::meta::{EXPLICIT_LITTLE, IMPLICIT_LITTLE};
use dicom_ul::pdu::PresentationContextProposed;
use proptest::prelude::*;

const CT: &str = "1.2.840.10008.5.1.4.1.1.2";

fn association(contexts: &[(u8, &str, &[&str])], max: u32) -> Pdu {
    Pdu::AssociationRQ(AssociationRQ {
        protocol_version: 1,
        calling_ae_title: "CLINIC  ".into(),
        called_ae_title: "CONSULT".into(),
        application_context_name: APPLICATION_CONTEXT.into(),
        presentation_contexts: contexts
            .iter()
            .map(|(id, class, syntaxes)| PresentationContextProposed {
                id: *id,
                abstract_syntax: (*class).into(),
                transfer_syntaxes: syntaxes.iter().map(|syntax| (*syntax).into()).collect(),
            })
            .collect(),
        user_variables: vec![UserVariableItem::MaxLength(max)],
    })
}

fn value(context: u8, value_type: PDataValueType, is_last: bool, data: &[u8]) -> Pdu {
    let data = data.to_vec();
    Pdu::PData { data: vec![PDataValue { presentation_context_id: context, value_type, is_last, data }] }
}

fn open() -> Machine {
    let mut machine = Machine::new(16_384);
    machine.on(Input::Pdu(association(
        &[(1, CT, &[EXPLICIT_LITTLE]), (3, VERIFICATION, &[IMPLICIT_LITTLE])],
        0,
    )));
    machine.on(Input::Verdict(Verdict::Admitted));
    machine
}

fn store_command() -> Pdu {
    value(1, PDataValueType::Command, true, &request(C_STORE_RQ, 5, Some((CT, "1.2.3"))))
}

/// The status word of the response among the actions.
fn answered(actions: &[Action]) -> Option<u16> {
    actions.iter().find_map(|action| match action {
        Action::Send(Pdu::PData { data }) => {
            let command = &data[0].data;
            let at = command.windows(4).position(|w| w == [0, 0, 0, 9])?;
            Some(u16::from_le_bytes([command[at + 8], command[at + 9]]))
        }
        _ => None,
    })
}

#[test]
fn the_caller_is_asked_about_before_anything_is_accepted() {
    let mut machine = Machine::new(16_384);
    let actions = machine.on(Input::Pdu(association(&[(1, CT, &[EXPLICIT_LITTLE])], 0)));
    assert_eq!(actions, [Action::Ask { calling: "CLINIC".into(), called: "CONSULT".into() }]);
    let actions = machine.on(Input::Verdict(Verdict::UnknownCaller));
    assert!(matches!(actions[..], [Action::Send(Pdu::AssociationRJ(_)), Action::Close]));
    assert!(machine.is_closed());
}

#[test]
fn storage_is_accepted_in_the_first_known_syntax_and_other_services_are_not() {
    let mut machine = Machine::new(16_384);
    let offered: &[&str] = &["1.2.3.4", "1.2.840.10008.1.2.4.70", EXPLICIT_LITTLE];
    machine.on(Input::Pdu(association(
        &[(1, CT, offered), (3, "1.2.840.10008.5.1.4.31", &[IMPLICIT_LITTLE]), (5, CT, &["1.2.3.4"])],
        0,
    )));
    let actions = machine.on(Input::Verdict(Verdict::Admitted));
    let [Action::Send(Pdu::AssociationAC(answer))] = &actions[..] else { panic!("{actions:?}") };
    let results: Vec<_> = answer.presentation_contexts.iter().map(|c| (c.id, c.reason.clone())).collect();
    assert_eq!(
        results,
        [
            (1, PresentationContextResultReason::Acceptance),
            (3, PresentationContextResultReason::AbstractSyntaxNotSupported),
            (5, PresentationContextResultReason::TransferSyntaxesNotSupported),
        ]
    );
    assert_eq!(answer.presentation_contexts[0].transfer_syntax, "1.2.840.10008.1.2.4.70");
}

#[test]
fn a_store_is_answered_only_after_it_is_stored() {
    let mut machine = open();
    let syntax = TransferSyntaxUid::parse(EXPLICIT_LITTLE).unwrap();
    assert_eq!(machine.on(Input::Pdu(store_command())), [Action::Begin(syntax)]);
    let actions = machine.on(Input::Pdu(value(1, PDataValueType::Data, false, b"ab")));
    assert_eq!(actions, [Action::Data(b"ab".to_vec())]);
    let actions = machine.on(Input::Pdu(value(1, PDataValueType::Data, true, b"c")));
    assert_eq!(actions, [Action::Data(b"c".to_vec()), Action::Store], "no answer yet");
    assert_eq!(answered(&machine.on(Input::Stored(0xb000, None))), Some(0xb000));
    let release = machine.on(Input::Pdu(Pdu::ReleaseRQ));
    assert_eq!(release, [Action::Send(Pdu::ReleaseRP), Action::Close]);
}

#[test]
fn an_echo_is_answered_and_an_operation_we_lack_is_named_so() {
    let mut machine = open();
    let echo = value(3, PDataValueType::Command, true, &request(C_ECHO_RQ, 1, None));
    assert_eq!(answered(&machine.on(Input::Pdu(echo))), Some(status::SUCCESS));
    let find = value(1, PDataValueType::Command, true, &request(0x0020, 2, Some((CT, "1.2"))));
    assert_eq!(answered(&machine.on(Input::Pdu(find))), Some(status::UNRECOGNIZED_OPERATION));
    let its_data_set = machine.on(Input::Pdu(value(1, PDataValueType::Data, true, b"query")));
    assert_eq!(its_data_set, [], "read and dropped");
    assert!(!machine.is_closed());
}

#[test]
fn shutdown_waits_for_the_answer_to_what_is_under_way() {
    let mut machine = open();
    machine.on(Input::Pdu(store_command()));
    assert_eq!(machine.on(Input::Shutdown), []);
    machine.on(Input::Pdu(value(1, PDataValueType::Data, true, b"c")));
    let actions = machine.on(Input::Stored(0, None));
    assert_eq!(answered(&actions), Some(0));
    assert!(matches!(actions.last(), Some(Action::Close)));
    assert!(matches!(open().on(Input::Shutdown)[..], [Action::Send(Pdu::AbortRQ { .. }), Action::Close]));
}

#[test]
fn a_peer_that_reads_little_gets_the_answer_in_pieces() {
    let mut machine = Machine::new(16_384);
    machine.on(Input::Pdu(association(&[(3, VERIFICATION, &[IMPLICIT_LITTLE])], 70)));
    machine.on(Input::Verdict(Verdict::Admitted));
    let actions =
        machine.on(Input::Pdu(value(3, PDataValueType::Command, true, &request(C_ECHO_RQ, 1, None))));
    assert!(actions.len() <= 2);
    let long = Request::parse(&request(C_STORE_RQ, 5, Some((CT, "1.2.3")))).unwrap();
    let contexts = Contexts { accepted: Vec::new(), peer_max: 70 };
    let pieces = respond(&contexts, 1, &long, 0, Some("imaging.quarantined"));
    assert!(pieces.len() > 1);
    for (number, piece) in pieces.iter().enumerate() {
        let Action::Send(Pdu::PData { data }) = piece else { panic!() };
        assert!(data[0].data.len() + 6 <= 70);
        assert_eq!(data[0].is_last, number + 1 == pieces.len());
    }
}

proptest! {
    /// Whatever a peer sends and in whatever order: nothing is stored without a whole data set, and after the
    /// end nothing happens.
    #[test]
    fn no_order_of_inputs_breaks_the_machine(steps in proptest::collection::vec(0..11_u8, 0..40)) {
        let mut machine = Machine::new(16_384);
        let mut receiving = false;
        for step in steps {
            let input = match step {
                0 => Input::Pdu(association(&[(1, CT, &[EXPLICIT_LITTLE])], 0)),
                1 => Input::Verdict(Verdict::Admitted),
                2 => Input::Pdu(store_command()),
                3 => Input::Pdu(value(1, PDataValueType::Data, false, b"x")),
                4 => Input::Pdu(value(1, PDataValueType::Data, true, b"y")),
                5 => Input::Stored(0, None),
                6 => Input::Pdu(Pdu::ReleaseRQ),
                7 => Input::Shutdown,
                8 => Input::Pdu(value(9, PDataValueType::Data, true, b"z")),
                9 => Input::Pdu(value(1, PDataValueType::Command, false, b"junk")),
                _ => Input::Garbled,
            };
            let was_closed = machine.is_closed();
            let actions = machine.on(input);
            prop_assert!(!was_closed || actions.is_empty());
            for action in &actions {
                match action {
                    Action::Begin(_) => receiving = true,
                    Action::Store => prop_assert!(std::mem::take(&mut receiving)),
                    Action::Ask { .. } | Action::Send(_) | Action::Data(_) | Action::Close => {}
                }
            }
            prop_assert_eq!(machine.is_closed(), actions.contains(&Action::Close) || was_closed);
        }
    }
}
