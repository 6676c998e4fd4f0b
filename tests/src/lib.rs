//! What the tests of the whole share: the product started in-process on free ports, people who sign in, and a Postgres.
//! Knows the product from outside only: HTTP, DIMSE, files.

pub mod consults;
pub mod files;
pub mod harness;
pub mod messages;
pub mod notices;
pub mod oidc;
pub mod people;
pub mod phone;
pub mod postgres;
pub mod receiver;
pub mod referrals;
pub mod smtp;
pub mod store;
pub mod tus;
