//! Idempotency keys: what receivers know a delivery by. From the delivery's name alone: no
//! attempt number, no wall time, no payload, so every try of the same thing has the same key.

use calendar::plan::Identity;
use sha2::{Digest, Sha256};

const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
const LENGTH: usize = 26;

/// `occ_` and 26 base32 characters of SHA-256 over version, installation and name; the
/// generation enters only when the same name was armed again.
pub fn key(installation: &str, name: &Identity, generation: u32) -> String {
    let channel = name.channel.to_string();
    let mut hash = Sha256::new();
    for part in ["v1", installation, &name.subject, &name.occurrence, &name.reminder, &channel] {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    if generation > 0 {
        hash.update(generation.to_string().as_bytes());
        hash.update([0]);
    }
    let mut key = String::from("occ_");
    let (mut bits, mut held) = (0u32, 0u32);
    // Seventeen bytes are enough for twenty-six characters of five bits.
    for byte in hash.finalize().into_iter().take(17) {
        bits = (bits << 8) | u32::from(byte);
        held += 8;
        while held >= 5 && key.len() < 4 + LENGTH {
            held -= 5;
            key.push(char::from(ALPHABET[(bits >> held & 31) as usize]));
        }
        bits &= (1 << held) - 1;
    }
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name() -> Identity {
        Identity {
            subject: "evt_1".into(),
            occurrence: "o=20261124T120000;p=20261124T120000@Europe/Lisbon".into(),
            reminder: "t:-PT10M".into(),
            channel: calendar::id::ChannelId::DESKTOP,
        }
    }

    /// Reckoned by another program: receivers know what they were told by these for ever.
    #[test]
    fn a_key_is_the_same_in_every_version_of_the_program() {
        assert_eq!(key("i", &name(), 0), "occ_vpjjkfewadsfsba6mce3wif3g6");
        assert_eq!(key("i", &name(), 1), "occ_rfq2xrqu6i3q6dsozd2hjwvc4t");
    }

    #[test]
    fn the_same_name_has_the_same_key_and_any_other_another() {
        let name = name();
        let first = key("i", &name, 0);
        assert_eq!(first, key("i", &name.clone(), 0));
        assert_eq!(first.len(), 30);
        let other = Identity { reminder: "t:-PT1M".into(), ..name.clone() };
        let keys = [first, key("i", &name, 1), key("j", &name, 0), key("i", &other, 0)];
        let different: std::collections::BTreeSet<_> = keys.iter().collect();
        assert_eq!(different.len(), keys.len());
    }
}
