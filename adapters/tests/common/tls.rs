//! A server for `localhost` whose authority is known to nobody but the tests.

use std::io::{BufRead, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// Ends TLS in front of a server, a connection for a connection.
pub(crate) struct Relay {
    port: u16,
    connections: Arc<AtomicUsize>,
}

impl Relay {
    pub(crate) fn to(server: SocketAddr) -> Self {
        let connections = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&connections);
        let port = serve(move |tls| relay(tls, server, &counted));
        Self { port, connections }
    }

    pub(crate) fn base_url(&self) -> String {
        format!("https://localhost:{}", self.port)
    }

    /// How many there were over which a request came.
    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

type Tls = StreamOwned<ServerConnection, TcpStream>;

/// Gives each connection to `serve`, on a thread of its own until the test ends. Says the port.
pub(crate) fn serve(serve: impl Fn(Tls) + Send + Sync + 'static) -> u16 {
    let chain = CertificateDer::pem_slice_iter(include_bytes!("../tls/localhost.pem"));
    let key = PrivateKeyDer::from_pem_slice(include_bytes!("../tls/localhost.key")).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain.collect::<Result<_, _>>().unwrap(), key)
        .unwrap();
    let (config, serve) = (Arc::new(config), Arc::new(serve));
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let connection = ServerConnection::new(Arc::clone(&config)).unwrap();
            let serve = Arc::clone(&serve);
            thread::spawn(move || serve(StreamOwned::new(connection, stream)));
        }
    });
    port
}

/// A request there, an answer back, until one side ends.
fn relay(tls: Tls, server: SocketAddr, connections: &AtomicUsize) {
    let mut client = BufReader::new(tls);
    let mut server = BufReader::new(TcpStream::connect(server).unwrap());
    let mut is_first = true;
    while let Some(request) = message(&mut client) {
        connections.fetch_add(usize::from(is_first), Ordering::SeqCst);
        is_first = false;
        server.get_mut().write_all(&request).unwrap();
        let Some(answer) = message(&mut server) else {
            return;
        };
        let tls = client.get_mut();
        if tls.write_all(&answer).and_then(|()| tls.flush()).is_err() {
            return;
        }
    }
}

/// A head, and as much of a body as it says.
fn message(from: &mut impl BufRead) -> Option<Vec<u8>> {
    let (mut message, mut length) = (String::new(), 0);
    loop {
        let start = message.len();
        from.read_line(&mut message).ok().filter(|read| *read > 0)?;
        let line = message[start..].to_ascii_lowercase();
        if let Some(announced) = line.strip_prefix("content-length: ") {
            length = announced.trim().parse().unwrap();
        }
        if line == "\r\n" {
            break;
        }
    }
    let mut message = message.into_bytes();
    let head = message.len();
    message.resize(head + length, 0);
    from.read_exact(&mut message[head..]).ok()?;
    Some(message)
}
