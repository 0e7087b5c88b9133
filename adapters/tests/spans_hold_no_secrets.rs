//! What the `tracing` feature tells: calls, steps and retries; and what it never tells.

#![cfg(all(feature = "ureq", feature = "reqwest", feature = "tracing"))]

mod common;

use std::fmt::{Debug, Write as _};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use common::account::Account;
use common::adapter::{Adapter, for_both_clients};
use common::{CHALLENGE, Scripted, answer, ok};
use dfns_client::protocol::api::wallets::{CreateWallet, GetWallet, ListWallets, Network};
use dfns_client::protocol::{KeyAssertion, Retry, Token};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

for_both_clients! {
    a_call_is_a_span_and_so_is_each_step,
    a_retry_and_a_failure_are_events,
    no_secret_is_told,
}

/// Writes down everything that it is told, by name and value, at every level.
#[derive(Clone, Default)]
struct Everything {
    told: Arc<Mutex<String>>,
    spans: Arc<AtomicU64>,
}

impl Everything {
    fn told(&self) -> String {
        self.told.lock().unwrap().clone()
    }

    fn tell(&self, what: &str, metadata: Option<&Metadata<'_>>, record: impl FnOnce(&mut Line)) {
        let mut line = Line(what.to_owned());
        if let Some(metadata) = metadata.filter(|it| it.target().starts_with("dfns")) {
            let _ = write!(line.0, " {}", metadata.name());
        }
        record(&mut line);
        let mut told = self.told.lock().unwrap();
        told.push_str(&line.0);
        told.push('\n');
    }
}

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let _ = write!(self.0, " {}={value:?}", field.name());
    }
}

impl Subscriber for Everything {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        self.tell("span", Some(span.metadata()), |line| span.record(line));
        Id::from_u64(self.spans.fetch_add(1, Ordering::Relaxed) + 1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        self.tell("record", None, |line| values.record(line));
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        self.tell("event", None, |line| event.record(line));
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

/// What is told while `work` is done, by this thread.
fn listen(work: impl FnOnce()) -> String {
    let everything = Everything::default();
    tracing::subscriber::with_default(everything.clone(), work);
    everything.told()
}

fn policy() -> Retry {
    Retry::times(1).with_delays(std::time::Duration::ZERO, std::time::Duration::ZERO)
}

fn a_call_is_a_span_and_so_is_each_step<A: Adapter>() {
    let account = Account::new();
    let client = account.client::<A>();
    let told = listen(|| {
        client
            .call(&CreateWallet::new(Network::EthereumSepolia))
            .unwrap();
        client.call(&ListWallets::new()).unwrap();
    });
    let ours: Vec<&str> = told
        .lines()
        .filter(|line| line.contains("dfns_") || line.starts_with("record status"))
        .collect();
    let step = |stage: &str| format!("span dfns_step stage={stage}");
    let call = |id: &str, method: &str| {
        format!(r#"span dfns_call operation="{id}" method="{method}" path="/wallets""#)
    };
    let status = "record status=200".to_owned();
    let expected = [
        call("createWallet", "POST"),
        step("Init"),
        status.clone(),
        step("Sign"),
        step("Complete"),
        status.clone(),
        step("Action"),
        status.clone(),
        call("listWallets", "GET"),
        step("Action"),
        status,
    ];
    assert_eq!(ours, expected, "{told}");
}

fn a_retry_and_a_failure_are_events<A: Adapter>() {
    let account = Account::new();
    let client = account.client::<A>().retrying(policy());
    let broken: dfns_sandbox::Fault = "before 503".parse().unwrap();
    account.sandbox.inject(broken.on("listWallets")).unwrap();
    let told = listen(|| {
        client.call(&ListWallets::new()).unwrap_err();
    });
    let events: Vec<&str> = told
        .lines()
        .filter(|line| line.contains("the call"))
        .collect();
    let [again, failed] = events.as_slice() else {
        panic!("{told}")
    };
    for fact in [
        "again",
        "stage=Action",
        "happened=Never",
        "status=503",
        "retry=1",
        "wait=0ns",
    ] {
        assert!(again.contains(fact), "{again}");
    }
    for fact in ["failed", "stage=Action", "happened=Never", "status=503"] {
        assert!(failed.contains(fact), "{failed}");
    }
}

fn no_secret_is_told<A: Adapter>() {
    // A server that echoes all it is sent, as bad news.
    let server = Scripted::start(|request| match request.path() {
        "/auth/action/init" => ok(CHALLENGE),
        "/auth/action" => ok(r#"{"userAction":"planted-user-action"}"#),
        _ => {
            let echo = format!(
                "{:?} {:?}",
                request.headers,
                String::from_utf8_lossy(&request.body)
            );
            let echo = serde_json::json!({"error": {"message": echo}});
            answer("503 Service Unavailable", &echo.to_string())
        }
    });
    let context = server
        .context()
        .with_token(Token::new("planted-token").unwrap())
        .with_header("x-gateway-key", "planted-header")
        .unwrap();
    let sign = |_: &_| {
        let assertion =
            KeyAssertion::from_bytes("cr-1", b"planted-client-data", b"planted-signature");
        Ok(assertion.into())
    };
    let client = A::new(context).signing(sign).retrying(policy());
    let mut create = CreateWallet::new(Network::EthereumSepolia);
    create.name = Some("planted-body".into());
    let mut list = ListWallets::new();
    list.pagination_token = Some("planted-query".into());
    let told = listen(|| {
        client.call(&create).unwrap_err();
        client.call(&list).unwrap_err();
        client.call(&GetWallet::new("planted-path")).unwrap_err();
    });
    assert!(
        told.contains("createWallet") && told.contains("status=503"),
        "{told}"
    );
    let ours: String = told
        .lines()
        .filter(|line| {
            line.contains("dfns_") || line.contains("the call") || line.contains("status")
        })
        .collect();
    assert!(!ours.contains("planted"), "{ours}");
    for secret in [
        "planted-token",
        "planted-user-action",
        "planted-header",
        "planted-body",
    ] {
        assert!(!told.contains(secret), "{secret} in {told}");
    }
    for secret in ["cGxhbnRlZC1jbGllbnQtZGF0YQ", "cGxhbnRlZC1zaWduYXR1cmU"] {
        assert!(!told.contains(secret), "{secret} in {told}");
    }
}
