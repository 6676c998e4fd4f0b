//! One association as a state machine (PS3.8 §9.2, reduced to the acceptor's side): inputs in, actions out. Knows no
//! socket, no clock and no store; `io` does what the actions say, in their order.

use dicom_ul::pdu::{
    AbortRQServiceProviderReason, AbortRQSource, AssociationAC, AssociationRJ, AssociationRJResult,
    AssociationRJServiceProviderPresentationReason, AssociationRJServiceUserReason, AssociationRJSource,
    AssociationRQ, PDataValue, PDataValueType, Pdu, PresentationContextProposed, PresentationContextResult,
    PresentationContextResultReason, UserVariableItem,
};

use super::command::{self, C_CANCEL_RQ, C_ECHO_RQ, C_STORE_RQ, Request};
use super::status;
use crate::header::meta::{
    EXPLICIT_LITTLE, IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION_NAME, IMPLICIT_LITTLE,
};
use crate::uid::TransferSyntaxUid;

const APPLICATION_CONTEXT: &str = "1.2.840.10008.3.1.1.1";
const VERIFICATION: &str = "1.2.840.10008.1.1";
/// Storage SOP classes lie below these (PS3.4 §B.5): images and documents, radiotherapy and implant templates.
const STORAGE: [&str; 2] = ["1.2.840.10008.5.1.4.1.1.", "1.2.840.10008.5.1.4.34.7"];
/// The transfer syntaxes of PS3.5 Annex A lie below this; they are kept as they come, whether we decode them or not.
const TRANSFER_SYNTAXES: &str = "1.2.840.10008.1.2.";

#[derive(Debug)]
pub enum Input {
    Pdu(Pdu),
    /// The answer to `Action::Ask`.
    Verdict(Verdict),
    /// The answer to `Action::Store`: the status word and a comment.
    Stored(u16, Option<&'static str>),
    /// Bytes came that are no PDU.
    Garbled,
    /// Nothing came for too long.
    Idle,
    /// The listener goes down.
    Shutdown,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Admitted,
    UnknownCaller,
    /// The called AE title is not ours.
    WrongCalled,
    /// Too many associations, or the port can't answer: the caller may try again.
    Busy,
}

#[derive(Debug, PartialEq)]
pub enum Action {
    /// Ask whether this caller may associate; its answer is `Input::Verdict`.
    Ask {
        calling: String,
        called: String,
    },
    Send(Pdu),
    /// A data set begins, in this transfer syntax.
    Begin(TransferSyntaxUid),
    Data(Vec<u8>),
    /// The data set is whole: take it in; the answer is `Input::Stored`.
    Store,
    /// Close the connection.
    Close,
}

#[derive(Debug)]
pub struct Machine {
    state: State,
    /// The largest P-DATA PDU we read, which the association tells the caller.
    max_pdu: u32,
    /// End after the message under way.
    ending: bool,
}

#[derive(Debug)]
enum State {
    /// Sta2: connected, nothing said.
    AwaitRequest,
    AwaitVerdict(AssociationRQ),
    Open(Contexts, Message),
    /// A data set is being taken in; its request waits for the status.
    AwaitStored(Contexts, u8, Request),
    Closed,
}

/// Accepted presentation contexts and what the peer can read.
#[derive(Debug)]
struct Contexts {
    accepted: Vec<(u8, TransferSyntaxUid)>,
    /// Bytes of one P-DATA PDU to the peer; 0 is no limit (PS3.8 §D.1).
    peer_max: u32,
}

/// What has come of the message under way.
#[derive(Debug)]
enum Message {
    Command(Vec<u8>),
    /// The data set of a C-STORE goes to the store, that of an operation we don't know nowhere.
    Data {
        context: u8,
        request: Request,
        wanted: bool,
    },
}

impl Machine {
    pub fn new(max_pdu: u32) -> Self {
        Self { state: State::AwaitRequest, max_pdu, ending: false }
    }

    pub fn is_closed(&self) -> bool {
        matches!(self.state, State::Closed)
    }

    pub fn on(&mut self, input: Input) -> Vec<Action> {
        match (std::mem::replace(&mut self.state, State::Closed), input) {
            (State::Closed, _) => Vec::new(),

            (State::AwaitRequest, Input::Pdu(Pdu::AssociationRQ(request))) => {
                let (calling, called) = (title(&request.calling_ae_title), title(&request.called_ae_title));
                self.state = State::AwaitVerdict(request);
                vec![Action::Ask { calling, called }]
            }
            (State::AwaitRequest, Input::Idle | Input::Shutdown) => vec![Action::Close],

            (State::AwaitVerdict(request), Input::Verdict(verdict)) => self.answer(request, verdict),

            (State::Open(contexts, message), Input::Pdu(Pdu::PData { data })) => {
                self.data(contexts, message, data)
            }
            (State::Open(..), Input::Pdu(Pdu::ReleaseRQ)) => {
                vec![Action::Send(Pdu::ReleaseRP), Action::Close]
            }
            (State::Open(..), Input::Idle) => abort(AbortRQServiceProviderReason::ReasonNotSpecified),
            (State::Open(contexts, message), Input::Shutdown) => {
                let between = matches!(&message, Message::Command(bytes) if bytes.is_empty());
                if between {
                    return vec![
                        Action::Send(Pdu::AbortRQ { source: AbortRQSource::ServiceUser }),
                        Action::Close,
                    ];
                }
                self.ending = true;
                self.state = State::Open(contexts, message);
                Vec::new()
            }

            (State::AwaitStored(contexts, context, request), Input::Stored(status, comment)) => {
                let mut actions = respond(&contexts, context, &request, status, comment);
                if self.ending {
                    actions.extend([
                        Action::Send(Pdu::AbortRQ { source: AbortRQSource::ServiceUser }),
                        Action::Close,
                    ]);
                } else {
                    self.state = State::Open(contexts, Message::Command(Vec::new()));
                }
                actions
            }
            // What is being stored is finished and answered first.
            (state @ (State::AwaitStored(..) | State::AwaitVerdict(_)), Input::Shutdown) => {
                self.ending = true;
                self.state = state;
                Vec::new()
            }
            (state @ State::AwaitStored(..), Input::Idle) => {
                self.state = state;
                Vec::new()
            }

            (_, Input::Pdu(Pdu::AbortRQ { .. })) => vec![Action::Close],
            (_, Input::Pdu(Pdu::Unknown { .. })) => abort(AbortRQServiceProviderReason::UnrecognizedPdu),
            (_, Input::Garbled) => abort(AbortRQServiceProviderReason::InvalidPduParameter),
            (State::AwaitVerdict(_), Input::Idle) => vec![Action::Close],
            (_, Input::Pdu(_) | Input::Verdict(_) | Input::Stored(..)) => {
                abort(AbortRQServiceProviderReason::UnexpectedPdu)
            }
        }
    }

    fn answer(&mut self, request: AssociationRQ, verdict: Verdict) -> Vec<Action> {
        use AssociationRJServiceUserReason as User;
        let permanent = AssociationRJResult::Permanent;
        if request.application_context_name != APPLICATION_CONTEXT {
            let reason = User::ApplicationContextNameNotSupported;
            return reject(permanent, AssociationRJSource::ServiceUser(reason));
        }
        match verdict {
            Verdict::Admitted if self.ending => {}
            Verdict::Admitted => return self.accept(request),
            Verdict::UnknownCaller => {
                return reject(
                    permanent,
                    AssociationRJSource::ServiceUser(User::CallingAETitleNotRecognized),
                );
            }
            Verdict::WrongCalled => {
                return reject(permanent, AssociationRJSource::ServiceUser(User::CalledAETitleNotRecognized));
            }
            Verdict::Busy => {}
        }
        let reason = AssociationRJServiceProviderPresentationReason::LocalLimitExceeded;
        reject(AssociationRJResult::Transient, AssociationRJSource::ServiceProviderPresentation(reason))
    }

    fn accept(&mut self, request: AssociationRQ) -> Vec<Action> {
        let results: Vec<PresentationContextResult> =
            request.presentation_contexts.iter().map(negotiate).collect();
        let accepted = results
            .iter()
            .filter(|result| result.reason == PresentationContextResultReason::Acceptance)
            .filter_map(|result| Some((result.id, TransferSyntaxUid::parse(&result.transfer_syntax).ok()?)))
            .collect();
        let peer_max = request.user_variables.iter().find_map(|item| match item {
            UserVariableItem::MaxLength(length) => Some(*length),
            _ => None,
        });
        self.state =
            State::Open(Contexts { accepted, peer_max: peer_max.unwrap_or(0) }, Message::Command(Vec::new()));
        vec![Action::Send(Pdu::AssociationAC(AssociationAC {
            protocol_version: 1,
            calling_ae_title: request.calling_ae_title,
            called_ae_title: request.called_ae_title,
            application_context_name: request.application_context_name,
            presentation_contexts: results,
            user_variables: vec![
                UserVariableItem::MaxLength(self.max_pdu),
                UserVariableItem::ImplementationClassUID(IMPLEMENTATION_CLASS_UID.to_owned()),
                UserVariableItem::ImplementationVersionName(IMPLEMENTATION_VERSION_NAME.to_owned()),
            ],
        }))]
    }

    fn data(&mut self, contexts: Contexts, mut message: Message, values: Vec<PDataValue>) -> Vec<Action> {
        let mut actions = Vec::new();
        let mut values = values.into_iter();
        while let Some(value) = values.next() {
            let Some(syntax) = contexts.syntax(value.presentation_context_id) else {
                return abort(AbortRQServiceProviderReason::InvalidPduParameter);
            };
            message = match (message, value.value_type) {
                (Message::Command(mut bytes), PDataValueType::Command) => {
                    bytes.extend(value.data);
                    if bytes.len() > command::MAX_LENGTH {
                        return abort(AbortRQServiceProviderReason::InvalidPduParameter);
                    }
                    if value.is_last {
                        let Some(request) = Request::parse(&bytes) else {
                            return abort(AbortRQServiceProviderReason::InvalidPduParameter);
                        };
                        self.command(&contexts, value.presentation_context_id, syntax, request, &mut actions)
                    } else {
                        Message::Command(bytes)
                    }
                }
                (Message::Data { context, request, wanted }, PDataValueType::Data)
                    if context == value.presentation_context_id =>
                {
                    if wanted && !value.data.is_empty() {
                        actions.push(Action::Data(value.data));
                    }
                    match (value.is_last, wanted) {
                        (false, _) => Message::Data { context, request, wanted },
                        (true, false) => Message::Command(Vec::new()),
                        (true, true) => {
                            // The next message may not begin before this one is answered (no asynchronous window).
                            if values.next().is_some() {
                                return abort(AbortRQServiceProviderReason::UnexpectedPduParameter);
                            }
                            actions.push(Action::Store);
                            self.state = State::AwaitStored(contexts, context, request);
                            return actions;
                        }
                    }
                }
                (Message::Command(_) | Message::Data { .. }, _) => {
                    return abort(AbortRQServiceProviderReason::UnexpectedPduParameter);
                }
            };
        }
        self.state = State::Open(contexts, message);
        actions
    }

    /// Acts on a whole command set and says what must follow.
    fn command(
        &self,
        contexts: &Contexts,
        context: u8,
        syntax: &TransferSyntaxUid,
        request: Request,
        actions: &mut Vec<Action>,
    ) -> Message {
        let stores = request.field == C_STORE_RQ && request.has_data_set && request.instance.is_some();
        if stores {
            actions.push(Action::Begin(syntax.clone()));
            return Message::Data { context, request, wanted: true };
        }
        let status = match request.field {
            C_ECHO_RQ => Some(status::SUCCESS),
            C_STORE_RQ => Some(status::MISTYPED_ARGUMENT),
            // Nothing here takes long enough to be cancelled; a C-CANCEL has no answer (PS3.7 §9.3.2.3).
            C_CANCEL_RQ => None,
            _ => Some(status::UNRECOGNIZED_OPERATION),
        };
        if let Some(status) = status {
            actions.extend(respond(contexts, context, &request, status, None));
        }
        if request.has_data_set {
            Message::Data { context, request, wanted: false }
        } else {
            Message::Command(Vec::new())
        }
    }
}

impl Contexts {
    fn syntax(&self, context: u8) -> Option<&TransferSyntaxUid> {
        self.accepted.iter().find(|(id, _)| *id == context).map(|(_, syntax)| syntax)
    }
}

/// AE titles are padded with spaces on both sides (PS3.8 §9.3.2).
fn title(padded: &str) -> String {
    padded.trim_matches([' ', '\0']).to_owned()
}

/// Accepts storage of everything, in the first transfer syntax that is offered and is one of the standard's: the
/// order is the sender's preference, and bytes are kept as they come.
fn negotiate(proposed: &PresentationContextProposed) -> PresentationContextResult {
    let class = title(&proposed.abstract_syntax);
    let storage = STORAGE.iter().any(|prefix| class.starts_with(prefix));
    let syntax =
        proposed.transfer_syntaxes.iter().map(|syntax| title(syntax)).find(|syntax| match class.as_str() {
            VERIFICATION => syntax == IMPLICIT_LITTLE || syntax == EXPLICIT_LITTLE,
            _ => syntax == IMPLICIT_LITTLE || syntax.starts_with(TRANSFER_SYNTAXES),
        });
    let (reason, transfer_syntax) = match (storage || class == VERIFICATION, syntax) {
        (false, _) => {
            (PresentationContextResultReason::AbstractSyntaxNotSupported, IMPLICIT_LITTLE.to_owned())
        }
        (true, None) => {
            (PresentationContextResultReason::TransferSyntaxesNotSupported, IMPLICIT_LITTLE.to_owned())
        }
        (true, Some(syntax)) => (PresentationContextResultReason::Acceptance, syntax),
    };
    PresentationContextResult { id: proposed.id, reason, transfer_syntax }
}

/// The P-DATA PDUs of a response, in fragments that the peer can read.
fn respond(
    contexts: &Contexts,
    context: u8,
    request: &Request,
    status: u16,
    comment: Option<&str>,
) -> Vec<Action> {
    let command = request.response(status, comment);
    // A PDU's length includes the six bytes before each fragment.
    let limit = match contexts.peer_max {
        0 => command.len(),
        max => (max as usize).saturating_sub(6).max(64),
    };
    let last = command.len().div_ceil(limit);
    let fragment = |(number, data): (usize, &[u8])| {
        Action::Send(Pdu::PData {
            data: vec![PDataValue {
                presentation_context_id: context,
                value_type: PDataValueType::Command,
                is_last: number + 1 == last,
                data: data.to_vec(),
            }],
        })
    };
    command.chunks(limit).enumerate().map(fragment).collect()
}

fn reject(result: AssociationRJResult, source: AssociationRJSource) -> Vec<Action> {
    vec![Action::Send(Pdu::AssociationRJ(AssociationRJ { result, source })), Action::Close]
}

fn abort(reason: AbortRQServiceProviderReason) -> Vec<Action> {
    let source = AbortRQSource::ServiceProvider(reason);
    vec![Action::Send(Pdu::AbortRQ { source }), Action::Close]
}

#[cfg(test)]
mod tests {
    use super::super::command::tests::request;
    use super::*;
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
}
