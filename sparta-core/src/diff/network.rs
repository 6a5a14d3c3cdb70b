//! Networks by their addresses: `10.0.0.0/8`, `2001:db8::/32`.

use std::net::{Ipv4Addr, Ipv6Addr};

/// A network, or one address.
#[derive(Debug, PartialEq)]
pub(super) struct Network {
    is_v6: bool,
    /// The first 32 of these bits for IPv4.
    address: u128,
    /// How many bits are the same in all of it.
    bits: u32,
}

impl Network {
    pub(super) fn of(text: &str) -> Option<Self> {
        let (address, bits) = text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
        let bits = bits.map_or(Some(128), |bits| bits.parse().ok())?;
        if let Ok(address) = address.parse::<Ipv4Addr>() {
            return Some(Self { is_v6: false, address: u128::from(address.to_bits()) << 96, bits: bits.min(32) });
        }
        let address = address.parse::<Ipv6Addr>().ok()?;
        Some(Self { is_v6: true, address: address.to_bits(), bits: bits.min(128) })
    }

    /// Whether all of the other one is in it.
    pub(super) fn covers(&self, other: &Self) -> bool {
        let mask = u128::MAX.checked_shl(128 - self.bits).unwrap_or(0);
        self.is_v6 == other.is_v6 && self.bits <= other.bits && self.address & mask == other.address & mask
    }
}
