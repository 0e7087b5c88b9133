//! The three requests of a signed call over an HTTP library alone, which is given what is ready to be sent and reads the
//! answers: what there is below a client.

use dfns_client::protocol;

use crate::clients::{context, create, on_tokio, signer};
use crate::hyper::{Connection, call};
use crate::{Result, Work};

pub(crate) fn ureq(work: &Work) -> Result<()> {
    let requests = on_tokio(record(work))?;
    let agent = ureq::Agent::new_with_defaults();
    for number in 0..=work.calls {
        for (head, body) in &requests {
            let mut request = agent.post(head.url());
            for (name, value) in head.headers() {
                request = request.header(name, value);
            }
            request.send(body)?.body_mut().read_to_vec()?;
        }
        work.made(number)?;
    }
    Ok(())
}

pub(crate) fn reqwest(work: &Work) -> Result<()> {
    on_tokio(async {
        let requests = record(work).await?;
        let client = reqwest::Client::new();
        for number in 0..=work.calls {
            for (head, body) in &requests {
                let mut request = client.post(head.url());
                for (name, value) in head.headers() {
                    request = request.header(name, value);
                }
                request.body(body.clone()).send().await?.bytes().await?;
            }
            work.made(number)?;
        }
        Ok(())
    })
}

pub(crate) fn hyper(work: &Work) -> Result<()> {
    on_tokio(async {
        let requests = record(work).await?;
        let mut connection = Connection::open(work).await?;
        for number in 0..=work.calls {
            for (head, body) in &requests {
                connection.send(head, body.clone()).await?;
            }
            work.made(number)?;
        }
        Ok(())
    })
}

/// The requests of one call, and their bodies.
async fn record(work: &Work) -> Result<Vec<(protocol::Request, Vec<u8>)>> {
    let (context, signer, create) = (context(work)?, signer(work)?, create());
    let mut connection = Connection::open(work).await?;
    let mut requests = Vec::new();
    let send = async |request: &protocol::Request, body: Vec<u8>| {
        requests.push((request.clone(), body.clone()));
        connection.send(request, body).await
    };
    call(&context, &signer, &create, send).await?.completed()?;
    Ok(requests)
}
