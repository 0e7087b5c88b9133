//! What it takes at least: sockets, prepared bytes, and a signature by Ed25519, whatever the key.

use std::net::SocketAddr;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use dfns_benches::Floor;

use crate::{Kind, Result, Work};

pub(crate) fn run(work: &Work) -> Result<()> {
    let address: SocketAddr = work.base_url.trim_start_matches("http://").parse()?;
    let seed = work.pem.as_deref().map_or(Ok([7; 32]), seed)?;
    work.on_threads(|| {
        let mut floor = Floor::connect(address, &seed, &work.token, &work.credential_id)?;
        if work.pem.is_none() {
            floor = floor.without_signatures();
        }
        Ok(move || {
            let answer = if work.kind == Kind::List {
                floor.get("/wallets")?
            } else {
                let body = r#"{"network":"EthereumSepolia","name":"treasury"}"#;
                floor.signed("POST", "/wallets", body)?
            };
            assert_eq!(answer.status, 200);
            Ok(())
        })
    })
}

/// The last 32 bytes of an Ed25519 key in PKCS#8.
fn seed(pem: &str) -> Result<[u8; 32]> {
    let body = pem.lines().filter(|line| !line.starts_with("---"));
    let der = BASE64_STANDARD.decode(body.collect::<String>())?;
    Ok(der.get(16..48).ok_or("no key")?.try_into()?)
}
