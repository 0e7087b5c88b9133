use std::net::IpAddr;
use std::sync::Arc;
use std::{env, fs};

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};

use super::Failure;

/// Where to connect to for a URL.
pub(crate) struct Place {
    pub(crate) is_tls: bool,
    /// `host` or `host:port`, as in the URL: the value of the `Host` header.
    pub(crate) authority: String,
    /// Without the brackets of an IPv6 address.
    pub(crate) host: String,
    pub(crate) port: u16,
}

impl Place {
    /// Reads a URL that the core has checked, such as `Context::base_url`.
    pub(crate) fn of(url: &str) -> Result<Self, Failure> {
        let (scheme, rest) = url.split_once("://").ok_or("the URL has no scheme")?;
        let is_tls = scheme == "https";
        let authority = rest.split('/').next().unwrap_or(rest);
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => (host, port.parse()?),
            _ => (authority, if is_tls { 443 } else { 80 }),
        };
        Ok(Self {
            is_tls,
            authority: authority.to_owned(),
            host: host.trim_matches(['[', ']']).to_owned(),
            port,
        })
    }

    /// The name that the server's certificate has to have.
    pub(crate) fn server_name(&self) -> Result<ServerName<'static>, Failure> {
        Ok(match self.host.parse::<IpAddr>() {
            Ok(address) => address.into(),
            Err(_) => ServerName::try_from(self.host.clone())?,
        })
    }

    /// Trusts the authorities in the PEM file that `DFNS_CA_FILE` names, or else Mozilla's.
    pub(crate) fn tls_config() -> Result<Arc<ClientConfig>, Failure> {
        let mut roots = RootCertStore::empty();
        if let Ok(file) = env::var("DFNS_CA_FILE") {
            for certificate in CertificateDer::pem_slice_iter(&fs::read(file)?) {
                roots.add(certificate?)?;
            }
        } else {
            roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Arc::new(config))
    }
}
