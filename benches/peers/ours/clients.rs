use dfns_client::protocol::api::wallets::{CreateWallet, ListWallets, Network};
use dfns_client::protocol::{Assertion, BaseUrl, Challenge, Context, KeyAssertion, Token};
use dfns_client::{KeySigner, SignError, Signer, reqwest, ureq};
use tokio::task::JoinSet;

use crate::{Kind, Result, Work};

pub(crate) fn ureq(work: &Work) -> Result<()> {
    let client = ureq::Client::new(context(work)?).with_signer(signer(work)?);
    work.on_threads(|| {
        let (create, list, client) = (create(), ListWallets::new(), &client);
        Ok(move || {
            if work.kind == Kind::List {
                assert_eq!(client.call(&list)?.items.len(), 100);
            } else {
                client.call(&create)?.completed()?;
            }
            Ok(())
        })
    })
}

pub(crate) fn reqwest(work: &Work) -> Result<()> {
    async fn share(client: reqwest::Client, kind: Kind, calls: usize) -> Result<()> {
        let (create, list) = (create(), ListWallets::new());
        for _ in 0..calls {
            if kind == Kind::List {
                assert_eq!(client.call(&list).await?.items.len(), 100);
            } else {
                client.call(&create).await?.completed()?;
            }
        }
        Ok(())
    }
    let client = reqwest::Client::new(context(work)?).with_signer(signer(work)?);
    on_tokio(async {
        share(client.clone(), work.kind, 1).await?;
        work.print_use()?;
        if work.kind != Kind::Together {
            return share(client, work.kind, work.calls).await;
        }
        let start = |calls| share(client.clone(), work.kind, calls);
        let tasks: JoinSet<_> = work.shares().map(start).collect();
        tasks.join_all().await.into_iter().collect()
    })
}

/// On one thread, which is the cheapest that tokio has.
pub(crate) fn on_tokio<T>(future: impl Future<Output = Result<T>>) -> Result<T> {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    runtime.enable_all().build()?.block_on(future)
}

pub(crate) fn context(work: &Work) -> Result<Context> {
    Ok(Context::new(BaseUrl::parse(&work.base_url)?).with_token(Token::new(&*work.token)?))
}

pub(crate) fn create() -> CreateWallet {
    let mut create = CreateWallet::new(Network::EthereumSepolia);
    create.name = Some("treasury".into());
    create
}

pub(crate) fn signer(
    work: &Work,
) -> Result<impl Fn(&Challenge) -> Result<Assertion, SignError> + Send + Sync + 'static> {
    let id = work.credential_id.clone();
    let key = work.pem.as_ref().map(|pem| KeySigner::from_pem(&*id, pem));
    let key = key.transpose()?;
    Ok(move |challenge: &Challenge| {
        if let Some(key) = &key {
            return Signer::sign(key, challenge);
        }
        let data = challenge.client_data();
        Ok(KeyAssertion::from_bytes(&*id, data.as_bytes(), &[7; 64]).into())
    })
}
