//! The UDP socket in batches: recvmmsg(2) and sendmmsg(2) of Linux. IPv4 and IPv6; knows nothing of what is inside a
//! datagram. Buffers are made once.

use std::io;
use std::net::{IpAddr, SocketAddr, SocketAddrV4, SocketAddrV6, UdpSocket};
use std::os::fd::{AsRawFd, RawFd};
use std::time::Duration;

/// Largest datagram that is read whole; longer ones are no RTP of ours and are cut.
pub const DATAGRAM: usize = 2_048;
const RECEIVED_AT_ONCE: usize = 64;
/// Kernel buffers: 4 MiB, about half a second of 50,000 packets/s.
const SOCKET_BUFFER: libc::c_int = 4 << 20;
/// UIO_MAXIOV of Linux.
const SENT_AT_ONCE: usize = 1_024;
/// How long a full send buffer may hold up the worker.
const PATIENCE: libc::c_int = 2;

pub fn open(address: SocketAddr) -> io::Result<UdpSocket> {
    let socket = UdpSocket::bind(address)?;
    socket.set_nonblocking(true)?;
    for option in [libc::SO_RCVBUF, libc::SO_SNDBUF] {
        // SAFETY: the value outlives the call and its size is given. A refusal leaves the default, which works.
        unsafe {
            let value: *const libc::c_int = &SOCKET_BUFFER;
            let size = size_of::<libc::c_int>() as libc::socklen_t;
            libc::setsockopt(socket.as_raw_fd(), libc::SOL_SOCKET, option, value.cast(), size);
        }
    }
    for option in [libc::SO_RCVBUFFORCE, libc::SO_SNDBUFFORCE] {
        // SAFETY: as above. Only a privileged process may; others keep what the limit allows.
        unsafe {
            let value: *const libc::c_int = &SOCKET_BUFFER;
            let size = size_of::<libc::c_int>() as libc::socklen_t;
            libc::setsockopt(socket.as_raw_fd(), libc::SOL_SOCKET, option, value.cast(), size);
        }
    }
    Ok(socket)
}

/// Waits until the socket or the waker is ready, or the time is over. Returns whether the waker was.
pub fn wait(socket: &UdpSocket, waker: RawFd, timeout: Duration) -> bool {
    let entry = |fd| libc::pollfd { fd, events: libc::POLLIN, revents: 0 };
    let mut entries = [entry(socket.as_raw_fd()), entry(waker)];
    let timeout = libc::c_int::try_from(timeout.as_millis()).unwrap_or(libc::c_int::MAX);
    // SAFETY: the entries outlive the call and their number is given.
    unsafe { libc::poll(entries.as_mut_ptr(), entries.len() as libc::nfds_t, timeout) };
    entries[1].revents != 0
}

/// Datagrams as they came.
pub struct Received {
    buffers: Vec<u8>,
    lengths: Vec<usize>,
    names: Vec<libc::sockaddr_in6>,
    vectors: Vec<libc::iovec>,
    headers: Vec<libc::mmsghdr>,
}

// SAFETY: the raw pointers lead into the vectors of the same value, which move with it (their heap memory stays).
unsafe impl Send for Received {}

impl Received {
    pub fn new() -> Self {
        // SAFETY: all-zero is a valid value of these plain C structures.
        unsafe {
            Self {
                buffers: vec![0; DATAGRAM * RECEIVED_AT_ONCE],
                lengths: vec![0; RECEIVED_AT_ONCE],
                names: vec![std::mem::zeroed(); RECEIVED_AT_ONCE],
                vectors: vec![std::mem::zeroed(); RECEIVED_AT_ONCE],
                headers: vec![std::mem::zeroed(); RECEIVED_AT_ONCE],
            }
        }
    }

    /// Takes what is there without waiting; returns how many datagrams.
    pub fn receive(&mut self, socket: &UdpSocket) -> usize {
        for at in 0..RECEIVED_AT_ONCE {
            self.vectors[at] = libc::iovec {
                iov_base: self.buffers[at * DATAGRAM..].as_mut_ptr().cast(),
                iov_len: DATAGRAM,
            };
            let header = &mut self.headers[at].msg_hdr;
            header.msg_name = (&raw mut self.names[at]).cast();
            header.msg_namelen = size_of::<libc::sockaddr_in6>() as libc::socklen_t;
            header.msg_iov = &raw mut self.vectors[at];
            header.msg_iovlen = 1;
        }
        // SAFETY: every header points to memory of this value that outlives the call.
        let count = unsafe {
            libc::recvmmsg(
                socket.as_raw_fd(),
                self.headers.as_mut_ptr(),
                RECEIVED_AT_ONCE as libc::c_uint,
                libc::MSG_DONTWAIT as _,
                std::ptr::null_mut(),
            )
        };
        let count = usize::try_from(count).unwrap_or(0);
        for at in 0..count {
            self.lengths[at] = self.headers[at].msg_len as usize;
        }
        count
    }

    pub fn is_full(count: usize) -> bool {
        count == RECEIVED_AT_ONCE
    }

    pub fn datagram(&mut self, at: usize) -> (SocketAddr, &mut [u8]) {
        let start = at * DATAGRAM;
        (read_name(&self.names[at]), &mut self.buffers[start..start + self.lengths[at].min(DATAGRAM)])
    }
}

/// An address in the form the kernel wants for one socket.
#[derive(Clone, Copy)]
pub struct Name {
    bytes: libc::sockaddr_in6,
    length: libc::socklen_t,
}

impl Name {
    /// `v6_socket`: IPv4 peers of an IPv6 socket are named by mapped addresses.
    pub fn new(address: SocketAddr, v6_socket: bool) -> Self {
        // SAFETY: all-zero is a valid value of this plain C structure.
        let mut bytes: libc::sockaddr_in6 = unsafe { std::mem::zeroed() };
        let v6 = match address {
            SocketAddr::V4(v4) if !v6_socket => {
                let name = libc::sockaddr_in {
                    sin_family: libc::AF_INET as libc::sa_family_t,
                    sin_port: v4.port().to_be(),
                    sin_addr: libc::in_addr { s_addr: u32::from_ne_bytes(v4.ip().octets()) },
                    sin_zero: [0; 8],
                };
                // SAFETY: sockaddr_in is smaller than sockaddr_in6, needs no stricter alignment and is plain data.
                unsafe { std::ptr::write((&raw mut bytes).cast(), name) };
                return Self { bytes, length: size_of::<libc::sockaddr_in>() as libc::socklen_t };
            }
            SocketAddr::V4(v4) => SocketAddrV6::new(v4.ip().to_ipv6_mapped(), v4.port(), 0, 0),
            SocketAddr::V6(v6) => v6,
        };
        bytes.sin6_family = libc::AF_INET6 as libc::sa_family_t;
        bytes.sin6_port = v6.port().to_be();
        bytes.sin6_addr.s6_addr = v6.ip().octets();
        bytes.sin6_scope_id = v6.scope_id();
        Self { bytes, length: size_of::<libc::sockaddr_in6>() as libc::socklen_t }
    }
}

fn read_name(name: &libc::sockaddr_in6) -> SocketAddr {
    if libc::c_int::from(name.sin6_family) == libc::AF_INET {
        // SAFETY: the kernel has written a sockaddr_in here, which is smaller and plain data.
        let v4: libc::sockaddr_in = unsafe { std::ptr::read((&raw const *name).cast()) };
        let ip = v4.sin_addr.s_addr.to_ne_bytes();
        return SocketAddr::V4(SocketAddrV4::new(ip.into(), u16::from_be(v4.sin_port)));
    }
    let port = u16::from_be(name.sin6_port);
    let ip = std::net::Ipv6Addr::from(name.sin6_addr.s6_addr);
    // A mapped address is the IPv4 peer that it names.
    match IpAddr::V6(ip).to_canonical() {
        IpAddr::V4(v4) => SocketAddr::V4(SocketAddrV4::new(v4, port)),
        IpAddr::V6(v6) => SocketAddr::V6(SocketAddrV6::new(v6, port, 0, name.sin6_scope_id)),
    }
}

/// Datagrams to send, one behind the other in one buffer.
#[derive(Default)]
pub struct Batch {
    bytes: Vec<u8>,
    entries: Vec<Entry>,
    vectors: Vec<libc::iovec>,
    headers: Vec<libc::mmsghdr>,
}

struct Entry {
    name: Name,
    start: usize,
    end: usize,
}

// SAFETY: the raw pointers are rebuilt in each `flush` and never used outside it.
unsafe impl Send for Batch {}

impl Batch {
    /// Appends a datagram that `write` puts at the end of the buffer; dropped if `write` fails.
    pub fn push(&mut self, name: Name, write: impl FnOnce(&mut Vec<u8>) -> Option<()>) -> bool {
        let start = self.bytes.len();
        if write(&mut self.bytes).is_none() {
            self.bytes.truncate(start);
            return false;
        }
        self.entries.push(Entry { name, start, end: self.bytes.len() });
        true
    }

    /// Whether it is time to flush.
    pub fn is_long(&self) -> bool {
        self.entries.len() >= SENT_AT_ONCE
    }

    /// Sends everything; returns how many datagrams the socket did not take.
    pub fn flush(&mut self, socket: &UdpSocket) -> usize {
        if self.entries.is_empty() {
            return 0;
        }
        self.vectors.clear();
        self.headers.clear();
        for entry in &self.entries {
            self.vectors.push(libc::iovec {
                iov_base: self.bytes[entry.start..].as_ptr().cast_mut().cast(),
                iov_len: entry.end - entry.start,
            });
        }
        for (entry, vector) in self.entries.iter_mut().zip(&mut self.vectors) {
            // SAFETY: all-zero is a valid value of this plain C structure.
            let mut header: libc::mmsghdr = unsafe { std::mem::zeroed() };
            header.msg_hdr.msg_name = (&raw mut entry.name.bytes).cast();
            header.msg_hdr.msg_namelen = entry.name.length;
            header.msg_hdr.msg_iov = vector;
            header.msg_hdr.msg_iovlen = 1;
            self.headers.push(header);
        }
        let mut at = 0;
        let mut unsent = 0;
        while at < self.headers.len() {
            let rest = &mut self.headers[at..];
            let count = rest.len().min(SENT_AT_ONCE) as libc::c_uint;
            // SAFETY: the headers point into `entries`, `vectors` and `bytes`, which do not change meanwhile.
            let sent = unsafe {
                libc::sendmmsg(socket.as_raw_fd(), rest.as_mut_ptr(), count, libc::MSG_DONTWAIT as _)
            };
            if sent > 0 {
                at += sent as usize;
                continue;
            }
            if io::Error::last_os_error().kind() == io::ErrorKind::WouldBlock {
                if !wait_for_room(socket) {
                    unsent += self.headers.len() - at;
                    break;
                }
                continue;
            }
            // The first of the rest cannot be sent (no route, for example); the others may.
            at += 1;
            unsent += 1;
        }
        self.bytes.clear();
        self.entries.clear();
        unsent
    }
}

fn wait_for_room(socket: &UdpSocket) -> bool {
    let mut entry = libc::pollfd { fd: socket.as_raw_fd(), events: libc::POLLOUT, revents: 0 };
    // SAFETY: one entry that outlives the call.
    unsafe { libc::poll(&raw mut entry, 1, PATIENCE) > 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exchange(bind: &str) {
        let ours = open(bind.parse().unwrap()).unwrap();
        let address = ours.local_addr().unwrap();
        let peer = UdpSocket::bind(SocketAddr::new(address.ip(), 0)).unwrap();
        peer.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
        peer.send_to(b"hello", address).unwrap();
        wait(&ours, ours.as_raw_fd(), Duration::from_secs(5));
        let mut received = Received::new();
        assert_eq!(received.receive(&ours), 1);
        let (from, bytes) = received.datagram(0);
        assert_eq!((from, &bytes[..]), (peer.local_addr().unwrap(), &b"hello"[..]));

        let mut batch = Batch::default();
        for n in 0..3u8 {
            assert!(batch.push(Name::new(from, address.is_ipv6()), |out| {
                out.push(n);
                Some(())
            }));
        }
        assert!(!batch.push(Name::new(from, address.is_ipv6()), |_| None));
        assert_eq!(batch.flush(&ours), 0);
        for n in 0..3u8 {
            let mut buffer = [0; 8];
            assert_eq!(peer.recv(&mut buffer).unwrap(), 1);
            assert_eq!(buffer[0], n);
        }
    }

    #[test]
    fn datagrams_go_both_ways_over_ipv4() {
        exchange("127.0.0.1:0");
    }

    #[test]
    fn datagrams_go_both_ways_over_ipv6() {
        // A machine without IPv6 has nothing to show here.
        if UdpSocket::bind("[::1]:0").is_ok() {
            exchange("[::1]:0");
        }
    }

    #[test]
    fn an_ipv4_peer_of_an_ipv6_socket_is_known_by_its_ipv4_address() {
        let Ok(ours) = open("[::]:0".parse().unwrap()) else { return };
        let port = ours.local_addr().unwrap().port();
        let peer = UdpSocket::bind("127.0.0.1:0").unwrap();
        peer.send_to(b"hello", ("127.0.0.1", port)).unwrap();
        wait(&ours, ours.as_raw_fd(), Duration::from_secs(5));
        let mut received = Received::new();
        assert_eq!(received.receive(&ours), 1);
        assert_eq!(received.datagram(0).0, peer.local_addr().unwrap());
    }
}
