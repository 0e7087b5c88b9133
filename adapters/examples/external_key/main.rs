//! Signs with keys that never leave a KMS: the exact bytes go out, a signature comes back, DER or raw as the KMS
//! likes it, and is put right.
//!
//! `cargo run --example external_key` needs nothing: the KMS is a thread of this process, and the API a sandbox in it.
//! Each kind of key creates wallets with the blocking client and with the async one.

mod kms;
mod kms_signer;

use std::error::Error;

use dfns_client::protocol::api::wallets::{CreateWallet, Network};
use dfns_client::protocol::{BaseUrl, Context, Token};
use dfns_client::{CallError, reqwest, ureq};
use dfns_sandbox::Sandbox;
use dfns_signer::Algorithm;

use kms::Kms;
use kms_signer::KmsSigner;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let sandbox = Sandbox::start()?;
    println!("sandbox      {}", sandbox.base_url());
    for algorithm in [Algorithm::P256, Algorithm::Secp256k1, Algorithm::Ed25519] {
        let (kms, public_key) = Kms::start(algorithm)?;
        let account = sandbox.add_service_account("backend", &public_key)?;
        println!("\n{algorithm}: the KMS has the key, the service knows its public half");

        let context = Context::new(BaseUrl::parse(&sandbox.base_url())?)
            .with_token(Token::new(account.token)?);
        let signer = KmsSigner {
            kms,
            credential_id: account.credential_id,
        };
        let blocking = ureq::Client::new(context.clone()).with_signer(signer.clone());
        let concurrent = reqwest::Client::new(context).with_signer(signer);

        let create = CreateWallet::new(Network::EthereumSepolia);
        for _ in 0..2 {
            let wallet = concurrent.call(&create).await?.completed()?;
            println!("  async      {}", wallet.id);
        }
        // A blocking client is for code that may block.
        let blocked = tokio::task::spawn_blocking(move || -> Result<(), CallError> {
            for _ in 0..2 {
                let wallet = blocking.call(&create)?.completed()?;
                println!("  blocking   {}", wallet.id);
            }
            Ok(())
        });
        blocked.await??;
    }
    Ok(())
}
