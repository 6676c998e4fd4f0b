//! A Postgres of the tests' own: `tests/postgres.py` starts it, and ends it when this is dropped or the test dies.
//! A missing server is a failure that says what to run.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, ChildStdin, Command, Stdio};

pub struct Postgres {
    server: Child,
    /// Its end is the server's end.
    life: Option<ChildStdin>,
    address: String,
}

impl Postgres {
    pub fn start() -> Self {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/postgres.py");
        let mut server = Command::new("python3")
            .arg(script)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|e| panic!("{script} does not start ({e}): run `make test-setup`"));
        let life = server.stdin.take();
        let mut address = String::new();
        let out = server.stdout.take().expect("its output");
        BufReader::new(out).read_line(&mut address).expect("a line");
        assert!(address.starts_with("postgres://"), "Postgres did not start: run `make test-setup`");
        Self { server, life, address: address.trim().to_owned() }
    }

    /// The server's address, without a database.
    pub fn address(&self) -> &str {
        &self.address
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        drop(self.life.take());
        self.server.wait().expect("Postgres ends");
    }
}
