use std::fmt;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http_body_util::{BodyExt, Either, Full};
use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpStream;
use tokio::sync::{Semaphore, oneshot};
use tokio::time::{sleep, timeout};

use crate::answer::Answer;
use crate::courier;
use crate::events::Events;
use crate::faults::{Outgoing, Raw};
use crate::refusal::Refusal;
use crate::service::{Received, Service};

/// How long a peer may take for its head, and for its body.
const PATIENCE: Duration = Duration::from_secs(30);
const MOST_CONNECTIONS: usize = 512;
const LARGEST_HEAD: usize = 64 << 10;
/// Of a body that is too big so much is read and thrown away, so that its sender gets to the answer.
const MOST_DISCARDED: usize = 64 << 20;

/// Serves on a thread of its own until it is dropped, so that blocking code can use it.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    pub(crate) fn start(address: SocketAddr, service: Arc<Service>) -> io::Result<Self> {
        let listener = TcpListener::bind(address)?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::Builder::new()
            .name("dfns-sandbox".to_owned())
            .spawn(move || {
                runtime.block_on(async {
                    tokio::select! {
                        () = accept(listener, Arc::clone(&service)) => {}
                        () = courier::run(service) => {}
                        _ = stopped => {}
                    }
                });
                // A name that is being looked up for a webhook keeps nobody waiting.
                runtime.shutdown_background();
            })?;
        Ok(Self {
            address,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    pub(crate) fn wait(mut self) {
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

async fn accept(listener: TcpListener, service: Arc<Service>) {
    let Ok(listener) = tokio::net::TcpListener::from_std(listener) else {
        return;
    };
    let room = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    loop {
        let Ok(permit) = Arc::clone(&room).acquire_owned().await else {
            return;
        };
        match listener.accept().await {
            Ok((stream, _)) => {
                let service = Arc::clone(&service);
                tokio::spawn(async move {
                    serve(stream, service).await;
                    drop(permit);
                });
            }
            // Out of file descriptors, for instance: that passes.
            Err(_) => sleep(Duration::from_millis(50)).await,
        }
    }
}

/// Why the HTTP library has no answer to send: it leaves the connection as it is.
#[derive(Debug)]
struct TakenOver;

impl fmt::Display for TakenOver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a fault takes the connection over")
    }
}

impl std::error::Error for TakenOver {}

/// Serves one connection to its end. What goes wrong on it is its peer's affair.
async fn serve(stream: TcpStream, service: Arc<Service>) {
    let _ = stream.set_nodelay(true);
    let last_words: Arc<Mutex<Option<Raw>>> = Arc::default();
    let raw = Arc::clone(&last_words);
    let answer = service_fn(move |request: Request<Incoming>| {
        let (service, raw) = (Arc::clone(&service), Arc::clone(&raw));
        async move {
            let received = receive(request, service.options.max_body).await;
            match service.handle(received).await {
                Outgoing::Answer(answer) => Ok(response(answer).map(Either::Left)),
                Outgoing::Events(events) => {
                    let body = events.body(service);
                    Ok(response(Events::answer()).map(|_| Either::Right(body)))
                }
                Outgoing::Raw(bytes) => {
                    *raw.lock().unwrap_or_else(PoisonError::into_inner) = Some(bytes);
                    Err(TakenOver)
                }
            }
        }
    });
    let mut connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(PATIENCE)
        .max_buf_size(LARGEST_HEAD)
        .serve_connection(TokioIo::new(stream), answer);
    let _ = (&mut connection).await;
    let raw = last_words
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .take();
    if let Some(raw) = raw {
        raw.write(connection.into_parts().io.into_inner(), PATIENCE)
            .await;
    }
}

async fn receive(request: Request<Incoming>, max_body: usize) -> Received {
    let (head, body) = request.into_parts();
    let headers = head.headers.iter().map(|(name, value)| {
        (
            name.as_str().to_owned(),
            String::from_utf8_lossy(value.as_bytes()).into_owned(),
        )
    });
    Received {
        method: head.method.to_string(),
        path: head.uri.path().to_owned(),
        query: head.uri.query().map(str::to_owned),
        headers: headers.collect(),
        body: timeout(PATIENCE, read(body, max_body))
            .await
            .unwrap_or_else(|_| Err(Refusal::new(408, "the body did not come in time"))),
    }
}

async fn read(mut body: Incoming, max_body: usize) -> Result<Bytes, Refusal> {
    let mut kept = BytesMut::new();
    let mut total = 0_usize;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| Refusal::bad_request("the body was cut short"))?;
        let Ok(data) = frame.into_data() else {
            continue;
        };
        total = total.saturating_add(data.len());
        if total <= max_body {
            kept.extend_from_slice(&data);
        } else if total > MOST_DISCARDED.max(max_body) {
            break;
        }
    }
    if total > max_body {
        return Err(Refusal::new(
            413,
            format!("the body is larger than {max_body} bytes"),
        ));
    }
    Ok(kept.freeze())
}

pub(crate) fn response(answer: Answer) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(answer.body));
    *response.status_mut() =
        StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    if let Some(content_type) = answer.content_type {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    }
    for (name, value) in answer.headers {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
    response
}
