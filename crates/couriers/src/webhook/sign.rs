//! Signatures of Standard Webhooks 1.0.0: HMAC-SHA256 over `id.timestamp.body`, one entry for
//! each secret, so that receivers may hold the old or the new one while a secret rotates.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

const PREFIX: &str = "whsec_";
/// How long a key may be, in bytes, by the standard.
const KEY_BYTES: std::ops::RangeInclusive<usize> = 24..=64;
/// A rotating secret: the new one and the old one.
const SECRETS_MAX: usize = 2;

/// Why a call cannot be signed. The words never repeat a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SigningFault {
    /// None, or more than two.
    #[error("{0} signing secrets were given, allowed are one, or two while they rotate")]
    Count(usize),
    /// Not `whsec_` and base64 of 24 to 64 bytes.
    #[error("the signing secret is not whsec_ followed by the base64 of 24 to 64 bytes")]
    Secret,
    /// A message id with a full stop, or with something no header may hold.
    #[error("the delivery's key is empty or holds characters that are not letters, digits, _ or -")]
    Id,
}

/// The value of `webhook-signature`.
pub fn signature(
    secrets: &[String],
    id: &str,
    timestamp: i64,
    body: &[u8],
) -> Result<String, SigningFault> {
    if secrets.is_empty() || secrets.len() > SECRETS_MAX {
        return Err(SigningFault::Count(secrets.len()));
    }
    if id.is_empty() || !id.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-".contains(&b)) {
        return Err(SigningFault::Id);
    }
    let mut entries = Vec::with_capacity(secrets.len());
    for secret in secrets {
        let mut mac =
            Hmac::<Sha256>::new_from_slice(&key(secret)?).map_err(|_| SigningFault::Secret)?;
        mac.update(format!("{id}.{timestamp}.").as_bytes());
        mac.update(body);
        entries.push(format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes())));
    }
    Ok(entries.join(" "))
}

fn key(secret: &str) -> Result<Vec<u8>, SigningFault> {
    let text = secret.strip_prefix(PREFIX).ok_or(SigningFault::Secret)?;
    let bytes = STANDARD.decode(text).map_err(|_| SigningFault::Secret)?;
    if KEY_BYTES.contains(&bytes.len()) { Ok(bytes) } else { Err(SigningFault::Secret) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
    const ID: &str = "msg_27UH4WbU6Z5A5EzD8u03UvzRbpk";
    const BODY: &[u8] = br#"{"email":"test@example.com","username":"test_user"}"#;

    #[test]
    fn the_published_vector_is_signed_as_published() {
        assert_eq!(
            signature(&[SECRET.to_owned()], ID, 1_649_367_553, BODY),
            Ok("v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=".to_owned())
        );
    }

    #[test]
    fn while_a_secret_rotates_both_sign() {
        let other = format!("whsec_{}", STANDARD.encode([7_u8; 32]));
        let both = signature(&[other.clone(), SECRET.to_owned()], ID, 1, BODY).expect("signed");
        let new = signature(&[other], ID, 1, BODY).expect("signed");
        let old = signature(&[SECRET.to_owned()], ID, 1, BODY).expect("signed");
        assert_eq!(both, format!("{new} {old}"));
    }

    #[test]
    fn what_is_no_secret_is_refused_without_being_repeated() {
        let short = format!("whsec_{}", STANDARD.encode([7_u8; 23]));
        let long = format!("whsec_{}", STANDARD.encode([7_u8; 65]));
        for secret in ["", "whsec_", "C2FVsBQIhrscChlQIMV+b5sSYspob7oD", "whsec_%%", &short, &long]
        {
            let fault = signature(&[secret.to_owned()], ID, 1, BODY);
            assert_eq!(fault, Err(SigningFault::Secret), "{secret}");
        }
        assert_eq!(signature(&[], ID, 1, BODY), Err(SigningFault::Count(0)));
        let three = [SECRET; 3].map(str::to_owned);
        assert_eq!(signature(&three, ID, 1, BODY), Err(SigningFault::Count(3)));
        for id in ["", "a.b", "a\r\nb", "ä", "a b"] {
            let fault = signature(&[SECRET.to_owned()], id, 1, BODY);
            assert_eq!(fault, Err(SigningFault::Id), "{id}");
        }
    }
}
