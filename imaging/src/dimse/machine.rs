//! One association as a state machine (PS3.8 §9.2, reduced to the acceptor's side): inputs in, actions out. Knows no
//! socket, no clock and no store; `io` does what the actions say, in their order.

use dicom_ul::pdu::{
    AbortRQServiceProviderReason, AbortRQSource, AssociationAC, AssociationRJ, AssociationRJResult,
    AssociationRJServiceProviderPresentationReason, AssociationRJServiceUserReason, AssociationRJSource,
    AssociationRQ, PDataValue, PDataValueType, Pdu, PresentationContextResult,
    PresentationContextResultReason, UserVariableItem,
};

use super::command::{self, C_CANCEL_RQ, C_ECHO_RQ, C_STORE_RQ, Request};
use super::negotiation::{APPLICATION_CONTEXT, negotiate, title};
use super::status;
use crate::header::meta::{IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION_NAME};
use crate::uid::TransferSyntaxUid;

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
#[path = "machine_tests.rs"]
mod tests;
