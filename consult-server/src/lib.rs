//! consult-server
