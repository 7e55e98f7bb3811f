//! Networks by CIDR: from where a portal, a client or a token may be used.

use std::net::IpAddr;

use shared::Code;

use crate::http::Fields;
use crate::http::error::{Refusal, Result};

/// Whether `10.0.0.0/8` or a single address contains `ip`. IPv4 written as IPv6 is IPv4.
pub fn contains(network: &str, ip: &str) -> bool {
    let (base, bits) = network.split_once('/').unwrap_or((network, ""));
    let (Ok(base), Ok(ip)) = (base.parse::<IpAddr>(), ip.parse::<IpAddr>()) else { return false };
    let shift = |width: u32| bits.parse::<u32>().unwrap_or(width).min(width);
    match (base, ip.to_canonical()) {
        (IpAddr::V4(base), IpAddr::V4(ip)) => {
            let mask = u32::MAX.checked_shl(32 - shift(32)).unwrap_or(0);
            u32::from(base) & mask == u32::from(ip) & mask
        }
        (IpAddr::V6(base), IpAddr::V6(ip)) => {
            let mask = u128::MAX.checked_shl(128 - shift(128)).unwrap_or(0);
            u128::from(base) & mask == u128::from(ip) & mask
        }
        _ => false,
    }
}

/// Whether a list lets `ip` in; an empty one lets everybody in.
pub fn allows(networks: &[String], ip: &str) -> bool {
    networks.is_empty() || networks.iter().any(|network| contains(network, ip))
}

/// Refuses with `NetworkNotAllowed` unless a list lets `ip` in.
pub fn need(networks: &[String], ip: &str) -> Result<()> {
    if allows(networks, ip) {
        return Ok(());
    }
    let detail = format!("The networks that may come in here are listed, and {ip} is in none of them.");
    Err(Refusal::because(Code::NetworkNotAllowed, detail).into())
}

fn is_network(text: &str) -> bool {
    let (base, bits) = text.split_once('/').unwrap_or((text, ""));
    let Ok(base) = base.parse::<IpAddr>() else { return false };
    let most = if base.is_ipv4() { 32 } else { 128 };
    bits.is_empty() != text.contains('/')
        && (bits.is_empty() || bits.parse::<u8>().is_ok_and(|bits| bits <= most))
}

/// Adds what is wrong with a list of at most `most` networks: `field.0` names the first.
pub fn check(fields: &mut Fields, field: &str, networks: &[String], most: usize) {
    fields.check(networks.len() <= most, field, "too_long", &format!("At most {most} networks."));
    for (index, network) in networks.iter().enumerate().take(most) {
        let name = format!("{field}.{index}");
        fields.check(is_network(network), &name, "invalid", "Write a network such as 203.0.113.0/24.");
    }
}

/// The most networks of a portal or a client.
pub const NETWORKS_MAX: usize = 50;

/// The same for a list that whoever writes it from `ip` has to pass himself: nobody locks himself out.
pub fn check_own(fields: &mut Fields, field: &str, networks: &[String], ip: &str) {
    check(fields, field, networks, NETWORKS_MAX);
    let message = format!("Your own address {ip} is in none of them: you would lock yourself out.");
    let sound = networks.iter().all(|network| is_network(network));
    fields.check(!sound || allows(networks, ip), field, "locks_out", &message);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_are_addresses_with_a_width_that_fits() {
        for good in ["203.0.113.0/24", "203.0.113.7", "2001:db8::/32", "0.0.0.0/0"] {
            assert!(is_network(good), "{good}");
        }
        for bad in ["203.0.113.0/33", "203.0.113.0/", "10/8", "", "example.com", "2001:db8::/129"] {
            assert!(!is_network(bad), "{bad}");
        }
    }

    #[test]
    fn a_network_contains_its_addresses_and_no_others() {
        for (network, inside) in [
            ("203.0.113.0/24", "203.0.113.255"),
            ("203.0.113.0/24", "::ffff:203.0.113.9"),
            ("203.0.113.7", "203.0.113.7"),
            ("0.0.0.0/0", "198.51.100.1"),
            ("2001:db8::/32", "2001:db8:ffff::1"),
            ("2001:db8::1", "2001:db8::1"),
        ] {
            assert!(contains(network, inside), "{network} {inside}");
        }
        for (network, outside) in [
            ("203.0.113.0/24", "203.0.114.0"),
            ("203.0.113.7", "203.0.113.8"),
            ("0.0.0.0/0", "2001:db8::1"),
            ("2001:db8::/32", "2001:db9::1"),
            ("203.0.113.0/24", ""),
            ("nonsense", "203.0.113.1"),
        ] {
            assert!(!contains(network, outside), "{network} {outside}");
        }
        assert!(allows(&[], "203.0.113.1") && !allows(&["10.0.0.0/8".to_owned()], "203.0.113.1"));
    }
}
