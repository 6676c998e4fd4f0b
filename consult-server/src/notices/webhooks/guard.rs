//! Which addresses a webhook may go to: public ones, and what the configuration allows beside them (server-side request forgery,
//! CWE-918). A name is resolved once, every address is looked at, and the connection goes to what was looked at. Pure but for the
//! resolver.

use crate::config::Net;
use crate::error::{Code, Refusal, Result};
use reqwest::Url;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

/// The networks that are allowed although they are not public.
#[derive(Clone)]
pub struct Guard(Arc<Vec<Net>>);

/// A name leads to an address where nothing may be called.
#[derive(Debug)]
pub struct NotPublic(pub String);

impl std::fmt::Display for NotPublic {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} is not a public address", self.0)
    }
}

impl std::error::Error for NotPublic {}

impl Guard {
    pub fn new(allowed: &[Net]) -> Self {
        Self(Arc::new(allowed.to_vec()))
    }

    pub fn allows(&self, address: IpAddr) -> bool {
        is_public(address) || self.0.iter().any(|net| net.contains(address))
    }

    /// The address of a webhook, as far as it can be judged without asking a name server.
    pub fn read(&self, text: &str) -> Result<Url> {
        let wrong = |code| Refusal::field(code, "url");
        let url = Url::parse(text.trim()).map_err(|_| wrong(Code::WebhookUrl))?;
        let is_plain = matches!(url.scheme(), "http" | "https")
            && url.username().is_empty()
            && url.password().is_none()
            && url.as_str().len() <= 2000;
        if !is_plain {
            return Err(wrong(Code::WebhookUrl));
        }
        match literal(&url) {
            Some(address) if !self.allows(address) => Err(wrong(Code::WebhookAddress)),
            Some(_) | None => Ok(url),
        }
    }

    /// An address that stands in the URL itself is not resolved, so the resolver does not see it.
    pub fn check(&self, url: &Url) -> std::result::Result<(), NotPublic> {
        match literal(url) {
            Some(address) if !self.allows(address) => Err(NotPublic(address.to_string())),
            Some(_) | None => Ok(()),
        }
    }
}

fn literal(url: &Url) -> Option<IpAddr> {
    url.host_str()?.trim_matches(|c| c == '[' || c == ']').parse().ok()
}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let guard = self.clone();
        Box::pin(async move {
            // Whoever connects gets exactly these addresses: a second answer of the name server counts for nothing.
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            if let Some(refused) = found.iter().find(|found| !guard.allows(found.ip())) {
                return Err(Box::new(NotPublic(refused.ip().to_string())) as _);
            }
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

/// Whether an address is one of the public internet: none of the special-purpose ones of RFC 6890 and its registries.
pub fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let special = match (a, b, c) {
        // This network, loopback, private.
        (0 | 10 | 127, _, _) => true,
        (172, 16..=31, _) | (192, 168, _) => true,
        // Carrier-grade NAT (RFC 6598), link-local.
        (100, 64..=127, _) | (169, 254, _) => true,
        // Protocol assignments, documentation, 6to4 relays, benchmarks.
        (192, 0, 0 | 2) | (192, 88, 99) | (198, 18..=19, _) | (198, 51, 100) | (203, 0, 113) => true,
        // Multicast, reserved, broadcast.
        (224..=255, _, _) => true,
        _ => false,
    };
    !special
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let segments = address.segments();
    match segments {
        // Only 2000::/3 is given out, and in it not documentation, Teredo, ORCHID, benchmarks, nor 6to4, which hides an IPv4 address.
        [0x2001, 0x0db8, ..]
        | [0x2001, 0x0000..=0x01ff, ..]
        | [0x2002, ..]
        | [0x3fff, 0x0000..=0x0fff, ..] => false,
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_public_addresses_are_called() {
        for private in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.8.8.8",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.8",
            "192.0.2.1",
            "192.168.1.1",
            "198.18.0.1",
            "203.0.113.9",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::a00:1",
            "fc00::1",
            "fd12:3456::1",
            "fe80::1",
            "ff02::1",
            "2001:db8::1",
            "2001::1",
            "2002:a00:1::1",
        ] {
            assert!(!is_public(private.parse().unwrap()), "{private}");
        }
        for public in [
            "1.1.1.1",
            "8.8.8.8",
            "100.63.0.1",
            "100.128.0.1",
            "172.15.0.1",
            "172.32.0.1",
            "223.5.5.5",
            "2400:3200::1",
        ] {
            assert!(is_public(public.parse().unwrap()), "{public}");
        }
    }

    #[test]
    fn an_address_is_judged_however_it_is_written() {
        let guard = Guard::new(&[]);
        for hidden in [
            "http://127.0.0.1/",
            "http://2130706433/",
            "http://0x7f.1/",
            "http://017700000001/",
            "http://[::1]/",
            "http://[::ffff:10.0.0.1]/",
            "https://169.254.169.254/latest/meta-data",
        ] {
            let refusal = guard.read(hidden).unwrap_err();
            assert_eq!(refusal.code, Code::WebhookAddress, "{hidden}");
        }
        for no_address in
            ["", "ftp://1.1.1.1/", "https://user@hook.example/", "javascript:alert(1)", "file:///etc/passwd"]
        {
            assert_eq!(guard.read(no_address).unwrap_err().code, Code::WebhookUrl, "{no_address}");
        }
        assert!(guard.read("https://hook.example/path?key=1").is_ok());
    }

    #[test]
    fn what_the_configuration_allows_is_called_and_nothing_beside_it() {
        let guard = Guard::new(&["10.1.0.0/16".parse().unwrap()]);
        assert!(guard.allows("10.1.2.3".parse().unwrap()) && !guard.allows("10.2.0.1".parse().unwrap()));
    }

    #[tokio::test]
    async fn a_name_that_leads_to_a_private_address_is_not_called() {
        let resolve = |guard: Guard| guard.resolve("localhost".parse().unwrap());
        let refused = resolve(Guard::new(&[])).await.err().unwrap();
        assert!(refused.downcast_ref::<NotPublic>().is_some());
        let allowed = ["127.0.0.0/8".parse().unwrap(), "::1".parse().unwrap()];
        assert!(resolve(Guard::new(&allowed)).await.is_ok());
    }
}
