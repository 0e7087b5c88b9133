//! The backend of a page whose users sign with passkeys, over reqwest: it begins and finishes what they sign, and never
//! sees their keys. The page is in `wasm/demo`, and signs by the npm package.
//!
//! `cargo run --example passkey_backend -- PAGE PACKAGE` serves those two folders on `PORT` of localhost (8080 without
//! it), as the service account of `DFNS_BASE_URL`, `DFNS_AUTH_TOKEN`, `DFNS_CRED_ID` and `DFNS_PRIVATE_KEY` (a PEM
//! text).

mod files;
mod routes;

use std::convert::Infallible;
use std::env;
use std::error::Error;
use std::net::Ipv4Addr;
use std::sync::Arc;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Incoming;
use hyper::header::CONTENT_TYPE;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use files::Files;
use routes::Routes;

type Failure = Box<dyn Error + Send + Sync>;

/// More than a page has to say.
const REQUEST_LIMIT: usize = 64 << 10;

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let usage = "usage: passkey_backend PAGE PACKAGE";
    let mut folders = env::args().skip(1);
    let files = Files {
        page: folders.next().ok_or(usage)?.into(),
        package: folders.next().ok_or(usage)?.into(),
    };
    let port = env::var("PORT").map_or(Ok(8080), |port| port.parse())?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    let backend = Arc::new((Routes::from_environment()?, files));
    println!("http://localhost:{port}");
    loop {
        let (connection, _) = listener.accept().await?;
        let backend = backend.clone();
        tokio::spawn(async move {
            let service = service_fn(|request| answer(&backend, request));
            // A browser that goes away in the middle is no failure of the backend.
            let _ = http1::Builder::new()
                .serve_connection(TokioIo::new(connection), service)
                .await;
        });
    }
}

async fn answer(
    backend: &(Routes, Files),
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let (routes, files) = backend;
    let (head, body) = request.into_parts();
    let path = head.uri.path();
    if head.method != Method::POST {
        return Ok(match files.read(path) {
            Some((kind, content)) => response(StatusCode::OK, kind, content),
            None => said(
                StatusCode::NOT_FOUND,
                &json!({"message": "there is no such file"}),
            ),
        });
    }
    let answer = async {
        let body = Limited::new(body, REQUEST_LIMIT)
            .collect()
            .await?
            .to_bytes();
        routes.follow(path, serde_json::from_slice(&body)?).await
    };
    Ok(match answer.await {
        Ok(value) => said(StatusCode::OK, &value),
        Err(failure) => {
            let message = failure.to_string();
            said(StatusCode::BAD_GATEWAY, &json!({ "message": message }))
        }
    })
}

fn said(status: StatusCode, value: &Value) -> Response<Full<Bytes>> {
    response(status, "application/json", value.to_string().into())
}

fn response(status: StatusCode, kind: &'static str, content: Bytes) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(content));
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(CONTENT_TYPE, hyper::header::HeaderValue::from_static(kind));
    response
}
