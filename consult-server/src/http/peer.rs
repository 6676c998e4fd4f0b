//! Where a request really came from, behind proxies or not: the address and whether the way was encrypted. A header is believed only
//! from a proxy that the configuration trusts, and only where an address can be read in it. Knows no caller.

use crate::config::{ForwardedHeader, Http};
use crate::ground::Ground;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::HeaderMap;
use axum::middleware::Next;
use axum::response::Response;
use std::net::{IpAddr, SocketAddr};

/// Whoever sent a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer {
    pub address: IpAddr,
    /// Whether it came over TLS as far as we know.
    pub secure: bool,
}

/// The layer that says who the peer is, before anything else looks at a request.
pub async fn note(State(ground): State<Ground>, mut request: Request, next: Next) -> Response {
    if let Some(ConnectInfo(socket)) = request.extensions().get::<ConnectInfo<SocketAddr>>() {
        let peer = peer(&ground.config.http, socket.ip(), request.headers());
        request.extensions_mut().insert(peer);
    }
    next.run(request).await
}

/// Pure: what the socket and the headers come to.
pub fn peer(http: &Http, socket: IpAddr, headers: &HeaderMap) -> Peer {
    let trusts = |address: IpAddr| http.trusted_proxies.iter().any(|net| net.contains(address));
    let near = Peer { address: socket.to_canonical(), secure: http.tls.is_some() };
    if !trusts(near.address) {
        return near;
    }
    let (hops, proto) = match http.forwarded_header {
        ForwardedHeader::XForwardedFor => {
            (listed(headers, "x-forwarded-for"), last(headers, "x-forwarded-proto"))
        }
        ForwardedHeader::Forwarded => {
            let elements = listed(headers, "forwarded");
            let proto = elements.last().and_then(|element| parameter(element, "proto"));
            (elements.iter().map(|e| parameter(e, "for").unwrap_or_default()).collect(), proto)
        }
    };
    let secure = near.secure || proto.is_some_and(|proto| proto.eq_ignore_ascii_case("https"));
    // From the nearest hop outwards: whatever stands beyond the first that is not ours, the sender may have made up.
    let mut address = near.address;
    for hop in hops.iter().rev() {
        let Some(hop) = address_in(hop) else { break };
        address = hop;
        if !trusts(hop) {
            break;
        }
    }
    Peer { address, secure }
}

/// The elements of a header that may come in several lines, in order. One that is no text ends what can be believed.
fn listed(headers: &HeaderMap, name: &str) -> Vec<String> {
    let lines: Vec<&str> = headers.get_all(name).iter().map(|line| line.to_str().unwrap_or(",")).collect();
    match lines.is_empty() {
        true => Vec::new(),
        false => lines.join(",").split(',').map(|element| element.trim().to_owned()).collect(),
    }
}

fn last(headers: &HeaderMap, name: &str) -> Option<String> {
    listed(headers, name).pop()
}

/// A parameter of an element of `Forwarded` (RFC 7239 §4).
fn parameter(element: &str, name: &str) -> Option<String> {
    element.split(';').find_map(|pair| {
        let (key, value) = pair.split_once('=')?;
        key.trim().eq_ignore_ascii_case(name).then(|| value.trim().trim_matches('"').to_owned())
    })
}

/// An address with or without a port, in brackets or not.
fn address_in(hop: &str) -> Option<IpAddr> {
    let bare = hop.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(hop);
    let address = bare.parse::<IpAddr>().ok().or_else(|| hop.parse::<SocketAddr>().ok().map(|s| s.ip()))?;
    Some(address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::{HeaderName, HeaderValue};

    const PROXY: &str = "10.1.2.3";

    fn http(header: ForwardedHeader) -> Http {
        let nets = ["10.1.0.0/16", "fd00::/8"].map(|net| net.parse().unwrap());
        Http { trusted_proxies: nets.to_vec(), forwarded_header: header, ..Http::default() }
    }

    fn from(header: ForwardedHeader, socket: &str, lines: &[(&'static str, &str)]) -> (String, bool) {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(HeaderName::from_static(name), HeaderValue::from_str(value).unwrap());
        }
        let peer = peer(&http(header), socket.parse().unwrap(), &headers);
        (peer.address.to_string(), peer.secure)
    }

    fn address(socket: &str, lines: &[(&'static str, &str)]) -> String {
        from(ForwardedHeader::XForwardedFor, socket, lines).0
    }

    #[test]
    fn a_header_counts_only_from_a_proxy_that_is_trusted() {
        let spoofed = [("x-forwarded-for", "1.2.3.4"), ("x-forwarded-proto", "https")];
        assert_eq!(
            from(ForwardedHeader::XForwardedFor, "203.0.113.9", &spoofed),
            ("203.0.113.9".into(), false)
        );
        assert_eq!(from(ForwardedHeader::XForwardedFor, PROXY, &spoofed), ("1.2.3.4".into(), true));
        assert_eq!(from(ForwardedHeader::XForwardedFor, PROXY, &[]), (PROXY.into(), false));
    }

    #[test]
    fn the_nearest_hop_that_is_not_ours_is_the_client_whatever_stands_before_it() {
        let lines = [("x-forwarded-for", "6.6.6.6, 198.51.100.7"), ("x-forwarded-for", "10.1.9.9")];
        assert_eq!(address(PROXY, &lines), "198.51.100.7");
        assert_eq!(address(PROXY, &[("x-forwarded-for", "10.1.9.9, 10.1.8.8")]), "10.1.9.9", "all are ours");
        assert_eq!(address("::ffff:10.1.2.3", &[("x-forwarded-for", "::ffff:9.9.9.9")]), "9.9.9.9");
    }

    #[test]
    fn what_is_no_address_gets_nowhere() {
        for value in ["evil\u{9}name", "a' OR 1=1", "1.2.3.4 injected", "999.1.1.1", "unknown", "_hidden", ""]
        {
            assert_eq!(address(PROXY, &[("x-forwarded-for", value)]), PROXY, "{value}");
        }
        assert_eq!(address(PROXY, &[("x-forwarded-for", "1.1.1.1, rubbish, 10.1.4.4")]), "10.1.4.4");
        assert_eq!(address(PROXY, &[("x-forwarded-for", "[2001:db8::7]:4711")]), "2001:db8::7");
        assert_eq!(address(PROXY, &[("x-forwarded-for", "1.2.3.4:80")]), "1.2.3.4");
    }

    #[test]
    fn only_the_header_that_the_proxy_writes_is_read() {
        let both = [
            ("x-forwarded-for", "6.6.6.6"),
            ("forwarded", "for=\"[2001:db8::1]:99\";proto=https, for=10.1.3.3;PROTO=HTTPS"),
        ];
        assert_eq!(from(ForwardedHeader::Forwarded, PROXY, &both), ("2001:db8::1".into(), true));
        assert_eq!(address(PROXY, &both), "6.6.6.6");
        let hidden = [("forwarded", "for=_secret;proto=http")];
        assert_eq!(from(ForwardedHeader::Forwarded, PROXY, &hidden), (PROXY.into(), false));
    }
}
