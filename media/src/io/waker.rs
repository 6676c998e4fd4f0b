//! Wakes the worker out of its wait for packets: an eventfd that is polled beside the socket.

use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::{AsRawFd, FromRawFd, RawFd};

pub struct Waker {
    event: File,
}

impl Waker {
    pub fn new() -> io::Result<Self> {
        // SAFETY: eventfd takes no pointers; the result is checked before it is owned.
        let fd = unsafe { libc::eventfd(0, libc::EFD_NONBLOCK | libc::EFD_CLOEXEC) };
        if fd < 0 {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: the descriptor is new and owned by nobody else.
        Ok(Self { event: unsafe { File::from_raw_fd(fd) } })
    }

    pub fn wake(&self) {
        // Fails only when the counter is full, and then the worker is awake already.
        let _ = (&self.event).write(&1u64.to_ne_bytes());
    }

    /// Makes the next wait wait again.
    pub fn clear(&self) {
        let _ = (&self.event).read(&mut [0u8; 8]);
    }
}

impl AsRawFd for Waker {
    fn as_raw_fd(&self) -> RawFd {
        self.event.as_raw_fd()
    }
}
