//! Certificates for receivers: one that is good, and the ways in which one can be bad.

use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, date_time_ymd,
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig,
        crypto::ring,
        pki_types::{CertificateDer, PrivateKeyDer},
    },
};

/// What is right or wrong with a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Worth {
    /// For `localhost`, by the authority that is handed out.
    Good,
    /// As good, but its time is over.
    Expired,
    /// By that authority, for another name.
    OtherName,
    /// For `localhost`, by itself.
    SelfSigned,
}

/// A certificate with its key, and the authority a client should trust.
pub struct Certificate {
    /// The authority (DER), which has signed it unless it is self-signed.
    pub authority: Vec<u8>,
    /// The same as a file of root certificates (PEM).
    pub authority_pem: String,
    pub(crate) acceptor: TlsAcceptor,
}

impl Certificate {
    /// Makes one.
    ///
    /// # Panics
    /// When the key or the certificate cannot be made, which has not been seen.
    pub fn new(worth: Worth) -> Self {
        let mut authority = CertificateParams::new(Vec::new()).expect("parameters");
        authority.distinguished_name.push(DnType::CommonName, "Authority of the tests");
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority =
            CertifiedIssuer::self_signed(authority, KeyPair::generate().expect("a key"))
                .expect("an authority");
        let name = match worth {
            Worth::Good | Worth::Expired | Worth::SelfSigned => "localhost",
            Worth::OtherName => "elsewhere.test",
        };
        let mut params = CertificateParams::new(vec![name.to_owned()]).expect("parameters");
        if worth == Worth::Expired {
            params.not_before = date_time_ymd(2001, 1, 1);
            params.not_after = date_time_ymd(2002, 1, 1);
        }
        let key = KeyPair::generate().expect("a key");
        let certificate = match worth {
            Worth::SelfSigned => params.self_signed(&key),
            Worth::Good | Worth::Expired | Worth::OtherName => params.signed_by(&key, &authority),
        }
        .expect("a certificate");
        let chain = vec![CertificateDer::from(certificate.der().to_vec())];
        let key = PrivateKeyDer::try_from(key.serialize_der()).expect("a key in PKCS#8");
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("protocol versions")
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .expect("a server configuration");
        Self {
            authority: authority.der().to_vec(),
            authority_pem: authority.pem(),
            acceptor: TlsAcceptor::from(Arc::new(config)),
        }
    }
}
