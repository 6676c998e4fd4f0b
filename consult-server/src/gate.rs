//! The gate before HTTP: how many connections may be open, in all and from one address, and how long a connection may take to say what
//! it wants. Without it one host takes every file descriptor and nobody is served, nor anything stored. Knows no route.

use crate::config::{Http, Net};
use axum_server::accept::Accept;
use std::collections::HashMap;
use std::future::{Ready, ready};
use std::io;
use std::net::{IpAddr, Ipv6Addr};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// More open files than this serve no purpose here.
const MOST_FILES: u64 = 65_536;
/// The network within which whoever has one address of IPv6 has all.
const OF_ONE_HOST: u128 = u128::MAX << 64;

#[derive(Clone)]
pub struct Gate(Arc<Inner>);

struct Inner {
    most: usize,
    most_of_one: usize,
    /// Behind these stand many: only the whole number counts for them.
    proxies: Vec<Net>,
    open: Mutex<Open>,
}

#[derive(Default)]
struct Open {
    all: usize,
    by_address: HashMap<IpAddr, usize>,
}

impl Gate {
    pub fn of(http: &Http) -> Self {
        // A quarter of the files stays for the store, the images and everything else.
        let files = usize::try_from(open_files() / 4 * 3).unwrap_or(usize::MAX);
        Self(Arc::new(Inner {
            most: files.min(http.connections),
            most_of_one: http.connections_per_address,
            proxies: http.trusted_proxies.clone(),
            open: Mutex::default(),
        }))
    }

    /// A place for a connection from an address, until it is dropped; none when there are too many.
    pub fn admit(&self, address: IpAddr) -> Option<Place> {
        let address = address.to_canonical();
        let stands_for_many = address.is_loopback() || self.0.proxies.iter().any(|net| net.contains(address));
        let address = host_of(address);
        let mut open = self.0.open.lock().unwrap_or_else(PoisonError::into_inner);
        let of_one = open.by_address.get(&address).copied().unwrap_or_default();
        if open.all >= self.0.most || (!stands_for_many && of_one >= self.0.most_of_one) {
            return None;
        }
        open.all += 1;
        open.by_address.insert(address, of_one + 1);
        Some(Place { gate: self.clone(), address })
    }
}

fn host_of(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(v6) if !v6.is_loopback() => Ipv6Addr::from_bits(v6.to_bits() & OF_ONE_HOST).into(),
        IpAddr::V4(_) | IpAddr::V6(_) => address,
    }
}

/// How many files this process may have open, after it has asked for as many as it may.
fn open_files() -> u64 {
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: both calls take a limit that lives here, and keep nothing of it.
    unsafe {
        if libc::getrlimit(libc::RLIMIT_NOFILE, &raw mut limit) != 0 {
            return MOST_FILES;
        }
        let wanted = libc::rlimit { rlim_cur: limit.rlim_max.min(MOST_FILES).max(limit.rlim_cur), ..limit };
        if libc::setrlimit(libc::RLIMIT_NOFILE, &raw const wanted) == 0 {
            return wanted.rlim_cur;
        }
    }
    limit.rlim_cur
}

/// A connection that counts.
pub struct Place {
    gate: Gate,
    address: IpAddr,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.gate.0.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.all -= 1;
        match open.by_address.get(&self.address) {
            Some(n) if *n > 1 => {
                let n = n - 1;
                open.by_address.insert(self.address, n);
            }
            Some(_) | None => {
                open.by_address.remove(&self.address);
            }
        }
    }
}

impl<S> Accept<TcpStream, S> for Gate {
    type Stream = Admitted;
    type Service = S;
    type Future = Ready<io::Result<(Admitted, S)>>;

    fn accept(&self, stream: TcpStream, service: S) -> Self::Future {
        let place = stream.peer_addr().map(|peer| self.admit(peer.ip()));
        ready(match place {
            Ok(Some(place)) => Ok((Admitted { stream, _place: place }, service)),
            Ok(None) => Err(io::Error::other("too many connections")),
            Err(gone) => Err(gone),
        })
    }
}

/// A connection with its place.
pub struct Admitted {
    stream: TcpStream,
    _place: Place,
}

impl AsyncRead for Admitted {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Admitted {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gate() -> Gate {
        let proxies = vec!["10.9.0.0/16".parse().unwrap()];
        Gate::of(&Http {
            connections: 8,
            connections_per_address: 2,
            trusted_proxies: proxies,
            ..Http::default()
        })
    }

    #[test]
    fn one_address_takes_its_share_and_others_are_let_in() {
        let gate = gate();
        let from = |address: &str| gate.admit(address.parse().unwrap());
        let first = from("203.0.113.5");
        let _second = from("::ffff:203.0.113.5");
        assert!(from("203.0.113.5").is_none() && from("203.0.113.6").is_some());
        drop(first);
        assert!(from("203.0.113.5").is_some());
        let _six = [from("2001:db8::1"), from("2001:db8::ffff:1")];
        assert!(
            from("2001:db8:0:0:9::1").is_none() && from("2001:db8:0:1::1").is_some(),
            "a host has its network"
        );
    }

    #[test]
    fn those_behind_whom_many_stand_are_bounded_by_the_whole_only() {
        let gate = gate();
        let from = |address: &str| gate.admit(address.parse().unwrap());
        let held: Vec<_> =
            ["10.9.1.1", "127.0.0.1"].iter().flat_map(|address| (0..4).map(|_| from(address))).collect();
        assert!(held.iter().all(Option::is_some));
        assert!(from("127.0.0.1").is_none() && from("198.51.100.1").is_none(), "all places are taken");
        drop(held);
        assert!(from("198.51.100.1").is_some());
    }
}
