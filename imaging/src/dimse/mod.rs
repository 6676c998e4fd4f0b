//! The DIMSE listener: C-ECHO and C-STORE as SCP (PS3.7, PS3.8). `machine` is the protocol, pure; `io` moves bytes
//! and asks the ports; `command` is the wire form of messages. An answer goes out only after `ingest` has made the
//! instance durable.

pub mod command;
pub mod io;
pub mod machine;
mod negotiation;
pub mod status;

pub use io::{Admission, Call, Callers, Config, run};
