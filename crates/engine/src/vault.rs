//! Secrets and endpoint URLs, encrypted with XChaCha20-Poly1305 by a key file only its owner may
//! read. The id of the row is authenticated with it, so sealed texts cannot change places.

use std::{
    fs::{self, OpenOptions},
    io::Write,
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::Path,
};

use calendar::id::ChannelId;
use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};

use crate::error::{Error, Result};

const NONCE: usize = 24;

/// The key file's name.
const KEY: &str = "secret.key";

/// The key file of one ledger.
#[derive(Clone)]
pub struct Vault {
    /// None where somebody only looks and there is no key.
    cipher: Option<XChaCha20Poly1305>,
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Vault")
    }
}

impl Vault {
    /// The vault beside the ledger in this directory; makes its key at the first call.
    ///
    /// # Errors
    /// When the key file cannot be made or read, or others may read it.
    pub fn open(dir: &Path) -> Result<Self> {
        let path = dir.join(KEY);
        if !path.exists() {
            make(&path)?;
        }
        Self::read(dir, &path)
    }

    /// The vault beside the ledger, to look at; without a key it opens nothing.
    ///
    /// # Errors
    /// When the key file cannot be read, or others may read it.
    pub fn look(dir: &Path) -> Result<Self> {
        let path = dir.join(KEY);
        if path.exists() { Self::read(dir, &path) } else { Ok(Self { cipher: None }) }
    }

    /// Whether there is a key.
    pub const fn has_key(&self) -> bool {
        self.cipher.is_some()
    }

    fn read(dir: &Path, path: &Path) -> Result<Self> {
        let found = fs::metadata(path).map_err(Error::io("could not look at the key file"))?;
        let mode = found.permissions().mode() & 0o777;
        if mode & 0o077 != 0 {
            let reason = format!(
                "others may read its key file (mode {mode:03o}); type: chmod 600 '{}'",
                path.display()
            );
            return Err(Error::Unfit { path: dir.to_path_buf(), reason });
        }
        let key = fs::read(path).map_err(Error::io("could not read the key file"))?;
        let cipher = XChaCha20Poly1305::new_from_slice(&key).map_err(|_| Error::Sealed)?;
        Ok(Self { cipher: Some(cipher) })
    }

    /// Seals a text for the row of this channel.
    ///
    /// # Errors
    /// When the system gives no randomness.
    pub fn seal(&self, row: ChannelId, text: &str) -> Result<Vec<u8>> {
        let mut nonce = [0u8; NONCE];
        random(&mut nonce)?;
        let payload = Payload { msg: text.as_bytes(), aad: row.bytes() };
        let cipher = self.cipher.as_ref().ok_or(Error::Sealed)?;
        let sealed = cipher.encrypt(&XNonce::from(nonce), payload).map_err(|_| Error::Sealed)?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    /// Opens what was sealed for the row of this channel.
    ///
    /// # Errors
    /// [`Error::Sealed`] when the key or the row is another one.
    pub fn unseal(&self, row: ChannelId, sealed: &[u8]) -> Result<String> {
        let (nonce, rest) = sealed.split_first_chunk::<NONCE>().ok_or(Error::Sealed)?;
        let payload = Payload { msg: rest, aad: row.bytes() };
        let cipher = self.cipher.as_ref().ok_or(Error::Sealed)?;
        let opened = cipher.decrypt(&XNonce::from(*nonce), payload).map_err(|_| Error::Sealed)?;
        String::from_utf8(opened).map_err(|_| Error::Sealed)
    }
}

/// Fills a buffer from the system's randomness.
pub(crate) fn random(buffer: &mut [u8]) -> Result<()> {
    if crate::simulated::chance(buffer) {
        return Ok(());
    }
    getrandom::fill(buffer)
        .map_err(|e| Error::io("the system gave no randomness")(std::io::Error::other(e)))
}

/// Written whole under another name first, so a full disk leaves no half key behind.
fn make(path: &Path) -> Result<()> {
    let mut key = [0u8; 32];
    random(&mut key)?;
    let fresh = path.with_extension(format!("new{}", std::process::id()));
    let written = OpenOptions::new()
        .create(true)
        .write(true)
        .truncate(true)
        .mode(0o600)
        .open(&fresh)
        .and_then(|mut file| file.write_all(&key).and_then(|()| file.sync_all()))
        .and_then(|()| {
            fs::hard_link(&fresh, path).or_else(|e| if path.exists() { Ok(()) } else { Err(e) })
        });
    drop(fs::remove_file(&fresh));
    written.map_err(Error::io("could not make the key file"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sealed_text_opens_for_its_own_row_and_key_only() {
        let dir = tempfile::tempdir().expect("a temp folder");
        let (row, other) = (ChannelId::from_bytes([1; 16]), ChannelId::from_bytes([2; 16]));
        let sealed = Vault::open(dir.path())
            .and_then(|v| v.seal(row, "https://example.org/x"))
            .expect("sealed");
        let again = Vault::open(dir.path()).expect("the same key");
        assert_eq!(again.unseal(row, &sealed).ok().as_deref(), Some("https://example.org/x"));
        assert!(again.unseal(other, &sealed).is_err());
        let elsewhere = tempfile::tempdir().expect("a temp folder");
        assert!(Vault::open(elsewhere.path()).and_then(|v| v.unseal(row, &sealed)).is_err());
        assert!(!sealed.windows(7).any(|w| w == b"example"));
    }
}
