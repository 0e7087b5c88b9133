use std::sync::Arc;

use rustls::{ClientConfig, RootCertStore};

/// HTTPS by rustls with ring and the Mozilla root certificates, as the ureq client has it; whatever provider the
/// process has installed.
pub(super) fn mozilla(builder: reqwest::ClientBuilder) -> reqwest::ClientBuilder {
    let roots: RootCertStore = webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let Ok(config) =
        ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()
    else {
        // It has suites for both versions. reqwest's own choice would do, too.
        return builder;
    };
    let config = config.with_root_certificates(roots).with_no_client_auth();
    builder.tls_backend_preconfigured(config)
}
