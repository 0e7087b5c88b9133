use std::fmt::Debug;
use std::time::Duration;

use dfns_client::fetch::Client;
use dfns_client::protocol::api::wallets::{CreateWallet, ListWallets, Network};
use dfns_client::protocol::{BaseUrl, Context, Outcome, Pending, Retry, Token};
use dfns_client::{CallError, KeySigner, Signer};
use js_sys::futures::future_to_promise;
use js_sys::{Function, Promise};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::AbortSignal;

/// A program that calls over `fetch`, as one that is written in Rust for a worker would.
#[wasm_bindgen]
pub struct Trial {
    client: Client,
    credential_id: String,
    pem: String,
}

#[wasm_bindgen]
impl Trial {
    /// A client of a service account.
    #[wasm_bindgen(constructor)]
    pub fn new(
        base_url: &str,
        token: &str,
        credential_id: String,
        pem: String,
    ) -> Result<Trial, JsValue> {
        let base = BaseUrl::parse(base_url).map_err(thrown)?;
        let context = Context::new(base).with_token(Token::new(token).map_err(thrown)?);
        let signer = KeySigner::from_pem(&credential_id, &pem).map_err(thrown)?;
        let client = Client::new(context.with_response_limit(1 << 20)).with_signer(signer);
        Ok(Self {
            client,
            credential_id,
            pem,
        })
    }

    /// Sends by another function, gives up when a signal says so, and tries again so often.
    pub fn set(&mut self, fetch: Option<Function>, signal: Option<AbortSignal>, retries: u32) {
        let delay = Duration::from_millis(1);
        let retry = Retry::times(retries).with_delays(delay, delay);
        let mut client = self.client.clone().with_retry(retry);
        if let Some(fetch) = fetch {
            client = client.with_fetch(fetch);
        }
        if let Some(signal) = signal {
            client = client.with_signal(signal);
        }
        self.client = client;
    }

    /// Creates a wallet: its name as the service has it.
    pub fn create(&self, name: String) -> Promise {
        let client = self.client.clone();
        future_to_promise(async move {
            match client.call(&named(name)).await.map_err(failed)? {
                Outcome::Completed(wallet) => Ok(wallet.name.into()),
                Outcome::Accepted(_) => Ok("accepted".into()),
            }
        })
    }

    /// Creates a wallet in two halves, with the parked call as a text in between.
    #[wasm_bindgen(js_name = createParked)]
    pub fn create_parked(&self, name: String) -> Promise {
        let client = self.client.clone();
        let signer = KeySigner::from_pem(&self.credential_id, &self.pem);
        future_to_promise(async move {
            let pending = client.begin(&named(name)).await.map_err(failed)?;
            let kept = serde_json::to_string(&pending).map_err(thrown)?;
            let pending: Pending = serde_json::from_str(&kept).map_err(thrown)?;
            let signer = signer.map_err(thrown)?;
            let answer = Signer::sign(&signer, pending.challenge()).map_err(thrown)?;
            let done = client.finish::<CreateWallet>(pending, answer).await;
            let wallet = done.map_err(failed)?.completed().map_err(thrown)?;
            Ok(wallet.name.into())
        })
    }

    /// Counts the wallets, two to a page.
    pub fn count(&self) -> Promise {
        let client = self.client.clone();
        future_to_promise(async move {
            let mut list = ListWallets::new();
            list.limit = Some(2);
            let (mut next, mut count) = (Some(list), 0_u32);
            while let Some(list) = next {
                let (page, following) = client.page(&list).await.map_err(failed)?;
                count += u32::try_from(page.items.len()).unwrap_or(u32::MAX);
                next = following;
            }
            Ok(count.into())
        })
    }
}

fn named(name: String) -> CreateWallet {
    let mut create = CreateWallet::new(Network::EthereumSepolia);
    create.name = Some(name);
    create
}

/// The step, what has happened, and the text, in a line each.
#[expect(
    clippy::needless_pass_by_value,
    reason = "it is what `map_err` hands over"
)]
fn failed(error: CallError) -> JsValue {
    let (stage, happened) = (error.stage(), error.happened());
    JsValue::from_str(&format!("{stage:?}\n{happened:?}\n{error}"))
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "it is what `map_err` hands over"
)]
fn thrown(error: impl Debug) -> JsValue {
    JsValue::from_str(&format!("{error:?}"))
}
