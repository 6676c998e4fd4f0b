//! consult-server
fn main() {}
