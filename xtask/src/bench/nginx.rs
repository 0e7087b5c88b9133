use std::fmt::Write as _;
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::Child;
use std::thread;
use std::time::Duration;

use super::clients::on_one_core;
use crate::cargo::{at_root, output};
use crate::debian;

/// A server with fixed answers that favours no client: nginx on loopback, with one worker.
pub(super) struct Nginx {
    child: Child,
    pub(super) base_url: String,
}

impl Nginx {
    /// Starts it with its files in `folder`.
    pub(super) fn start(folder: &Path) -> Result<Self, String> {
        if output(at_root("nginx").arg("-v")).is_err() {
            debian::install(&["nginx-light"], "install nginx")?;
        }
        let said = |error| format!("{}: {error}", folder.display());
        fs::create_dir_all(folder).map_err(said)?;
        let port = free_port().map_err(said)?;
        fs::write(folder.join("page.json"), page()).map_err(said)?;
        fs::write(folder.join("nginx.conf"), configuration(port)).map_err(said)?;
        let child = on_one_core("nginx")
            .arg("-p")
            .arg(folder)
            .args(["-c", "nginx.conf", "-e", "errors.log"])
            .spawn()
            .map_err(|error| format!("nginx did not start: {error}"))?;
        let server = Self {
            child,
            base_url: format!("http://127.0.0.1:{port}"),
        };
        for _ in 0..100 {
            if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                return Ok(server);
            }
            thread::sleep(Duration::from_millis(50));
        }
        Err(format!(
            "nginx does not listen; see {}/errors.log",
            folder.display()
        ))
    }

    /// How many connections it has accepted until now; this look at it is one of them.
    pub(super) fn connections(&self) -> Result<u32, String> {
        let address = self.base_url.trim_start_matches("http://");
        let said = |error| format!("nginx at {address}: {error}");
        let mut stream = TcpStream::connect(address).map_err(said)?;
        let request = format!("GET {STATUS} HTTP/1.0\r\n\r\n");
        stream.write_all(request.as_bytes()).map_err(said)?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).map_err(said)?;
        accepted(&answer).ok_or_else(|| format!("nginx said {answer:?}"))
    }
}

/// The first of three numbers below the line that says what they are.
fn accepted(status: &str) -> Option<u32> {
    let (_, numbers) = status.split_once("server accepts handled requests")?;
    numbers.split_whitespace().next()?.parse().ok()
}

impl Drop for Nginx {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Free until somebody else takes it.
pub(super) fn free_port() -> std::io::Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

fn configuration(port: u16) -> String {
    format!(
        r"
daemon off;
master_process off;
worker_processes 1;
pid nginx.pid;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    default_type application/json;
    keepalive_requests 100000000;
    client_body_buffer_size 64k;
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    server {{
        listen 127.0.0.1:{port};
        location = {STATUS} {{ stub_status; }}
        location = /auth/action/init {{ return 200 '{CHALLENGE}'; }}
        location = /auth/action {{ return 200 '{USER_ACTION}'; }}
        location = /wallets {{
            if ($request_method = POST) {{ return 200 '{wallet}'; }}
            root .;
            try_files /page.json =404;
        }}
    }}
}}
",
        wallet = wallet(1)
    )
}

const STATUS: &str = "/status";
const CHALLENGE: &str = r#"{"supportedCredentialKinds":[{"kind":"Key","factor":"first","requiresSecondFactor":false},{"kind":"Fido2","factor":"first","requiresSecondFactor":false}],"challenge":"MTI0NTY3ODkwMTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDEyMzQ1Njc4OTA","challengeIdentifier":"eyJ0eXAiOiJKV1QiLCJhbGciOiJFZERTQSJ9.eyJpc3MiOiJhdXRoLmRmbnMuaW8iLCJzdWIiOiJvci0xIiwianRpIjoidWotMSIsImlhdCI6MTc2NzMyMzA0NX0.c2lnbmF0dXJl","externalAuthenticationUrl":"","allowCredentials":{"key":[{"type":"public-key","id":"cr-1"}],"passwordProtectedKey":[],"webauthn":[]},"attestation":"direct","userVerification":"required"}"#;
const USER_ACTION: &str = r#"{"userAction":"eyJ0eXAiOiJKV1QiLCJhbGciOiJFZERTQSJ9.eyJpc3MiOiJhdXRoLmRmbnMuaW8iLCJzdWIiOiJvci0xIiwianRpIjoidWotMSJ9.c2lnbmF0dXJl"}"#;

fn wallet(number: usize) -> String {
    format!(
        r#"{{"id":"wa-5pfuu-9euek-{number:016}","network":"EthereumSepolia","address":"0x00e3495cf6af59008f22ffaf32d4c92ac{number:07x}","signingKey":{{"id":"key-6ece3-9l565-{number:016}","scheme":"ECDSA","curve":"secp256k1","publicKey":"02d4f6c3a1b2948576e1029384756afebdcc98a7b6c5d4e3f2a1b0c9d8e7f6a5b4"}},"status":"Active","dateCreated":"2026-01-02T03:04:05.678Z","name":"treasury {number}","custodial":true,"tags":[]}}"#
    )
}

fn page() -> String {
    let mut page = String::from(r#"{"items":["#);
    for number in 0..100 {
        let comma = if number == 0 { "" } else { "," };
        // Writing to a string cannot fail.
        let _ = write!(page, "{comma}{}", wallet(number));
    }
    page + "]}"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nginx_says_of_itself_has_the_connections() {
        let said = "Active connections: 1 \nserver accepts handled requests\n 5 6 7 \nReading: 0\n";
        assert_eq!(accepted(said), Some(5));
        assert_eq!(accepted("404"), None);
    }
}
