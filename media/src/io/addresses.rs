//! The addresses that clients are told in answers: the advertised one, or those of the interfaces behind the bound
//! socket.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// More candidates than this only slow down the checks.
const MOST: usize = 8;

/// Candidates in the order of preference. Never empty.
pub fn candidates(bound: SocketAddr, advertise: Option<SocketAddr>) -> Vec<SocketAddr> {
    if let Some(address) = advertise {
        let port = if address.port() == 0 { bound.port() } else { address.port() };
        return vec![SocketAddr::new(address.ip(), port)];
    }
    if !bound.ip().is_unspecified() {
        return vec![bound];
    }
    choose(interfaces(), bound.is_ipv6()).into_iter().map(|ip| SocketAddr::new(ip, bound.port())).collect()
}

/// IPv4 first; loopback only on a machine that has nothing else; link-local addresses need a scope and are left out.
fn choose(all: Vec<IpAddr>, v6_socket: bool) -> Vec<IpAddr> {
    let usable = |ip: &IpAddr| match ip {
        IpAddr::V4(v4) => !v4.is_loopback() && !v4.is_link_local() && !v4.is_unspecified(),
        IpAddr::V6(v6) => {
            v6_socket && !v6.is_loopback() && !v6.is_unicast_link_local() && !v6.is_unspecified()
        }
    };
    let mut chosen: Vec<IpAddr> = all.into_iter().filter(usable).collect();
    chosen.sort_by_key(IpAddr::is_ipv6);
    chosen.dedup();
    chosen.truncate(MOST);
    if chosen.is_empty() {
        chosen.push(IpAddr::V4(Ipv4Addr::LOCALHOST));
    }
    chosen
}

fn interfaces() -> Vec<IpAddr> {
    let mut found = Vec::new();
    let mut list: *mut libc::ifaddrs = std::ptr::null_mut();
    // SAFETY: getifaddrs fills the pointer with a list that is walked until null and freed once.
    unsafe {
        if libc::getifaddrs(&raw mut list) != 0 {
            return found;
        }
        let mut at = list;
        while let Some(entry) = at.as_ref() {
            at = entry.ifa_next;
            let up = entry.ifa_flags & libc::IFF_UP as libc::c_uint != 0;
            if !up || entry.ifa_addr.is_null() {
                continue;
            }
            match libc::c_int::from((*entry.ifa_addr).sa_family) {
                libc::AF_INET => {
                    let name: libc::sockaddr_in = std::ptr::read_unaligned(entry.ifa_addr.cast());
                    found.push(IpAddr::V4(Ipv4Addr::from(name.sin_addr.s_addr.to_ne_bytes())));
                }
                libc::AF_INET6 => {
                    let name: libc::sockaddr_in6 = std::ptr::read_unaligned(entry.ifa_addr.cast());
                    found.push(IpAddr::V6(Ipv6Addr::from(name.sin6_addr.s6_addr)));
                }
                _ => {}
            }
        }
        libc::freeifaddrs(list);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_advertised_address_is_told_alone_and_takes_the_bound_port_if_it_has_none() {
        let bound = "0.0.0.0:7000".parse().unwrap();
        let told = candidates(bound, Some("203.0.113.9:0".parse().unwrap()));
        assert_eq!(told, ["203.0.113.9:7000".parse::<SocketAddr>().unwrap()]);
        let told = candidates(bound, Some("203.0.113.9:9".parse().unwrap()));
        assert_eq!(told, ["203.0.113.9:9".parse::<SocketAddr>().unwrap()]);
    }

    #[test]
    fn a_socket_on_one_address_tells_that_one() {
        let bound = "127.0.0.1:7000".parse().unwrap();
        assert_eq!(candidates(bound, None), [bound]);
    }

    #[test]
    fn loopback_is_told_only_where_nothing_else_is() {
        let ip = |text: &str| text.parse::<IpAddr>().unwrap();
        let all = vec![ip("127.0.0.1"), ip("::1"), ip("fe80::1"), ip("2001:db8::1"), ip("10.0.0.1")];
        assert_eq!(choose(all.clone(), false), [ip("10.0.0.1")]);
        assert_eq!(choose(all, true), [ip("10.0.0.1"), ip("2001:db8::1")]);
        assert_eq!(choose(vec![ip("127.0.0.1")], true), [ip("127.0.0.1")]);
        assert!(!candidates("0.0.0.0:7000".parse().unwrap(), None).is_empty());
    }
}
