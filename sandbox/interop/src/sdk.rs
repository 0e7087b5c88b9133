use std::collections::BTreeMap;
use std::process::Command;

use dfns_sandbox::Seen;
use dfns_sandbox::api::{self, Auth, Operation};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::Outcome;
use crate::arguments::{self, Arguments};
use crate::differences::differences;
use crate::driver::Driver;
use crate::findings::{Call, Compared, Findings};
use crate::ours::Ours;
use crate::recorder::Recorder;
use crate::sent::Sent;

/// What is noted of the operations that an SDK does not have.
pub(crate) const NO_METHOD: &str = "no method";

/// What a driver says first.
#[derive(Deserialize)]
struct Hello {
    /// Of the SDK, with their versions.
    packages: String,
    methods: Vec<SdkMethod>,
    /// SPKI PEM by the name of the algorithm; the private halves stay there.
    keys: BTreeMap<String, String>,
}

/// A method of the SDK and the request that it makes.
#[derive(Deserialize)]
struct SdkMethod {
    name: String,
    method: String,
    path: String,
}

/// How a call ended for its caller.
#[derive(Deserialize)]
struct Ended {
    error: Option<String>,
}

/// Calls every method of an SDK's client, and notes what the sandbox refuses and where requests differ from `ours`.
pub(crate) fn run(
    (client, letter): (&'static str, &'static str),
    command: Command,
    ours: &Ours,
) -> Outcome<Findings> {
    let recorder = Recorder::start()?;
    let (mut driver, hello) = Driver::start::<Hello>(command)?;
    driver.tell(&introduction(client, &recorder, &hello)?)?;
    let findings = Findings::new(client, letter, hello.packages);
    let mut sdk = Sdk {
        driver,
        recorder,
        findings,
    };
    for method in &hello.methods {
        let operation = operation(method);
        let id = operation.map(|operation| operation.id.as_str());
        sdk.findings.methods.insert(method.name.clone(), id);
        match operation {
            Some(operation) => sdk.check(method, operation, &ours[operation.id.as_str()])?,
            None => sdk.call_unknown(method)?,
        }
    }
    for key in hello.keys.keys() {
        sdk.check_key(key, &hello.methods)?;
    }
    let mut findings = sdk.findings;
    let covered = findings.operations();
    for operation in api::operations() {
        if !covered.contains(operation.id.as_str()) {
            findings.add_elsewhere(NO_METHOD, operation.id.clone());
        }
    }
    println!(
        "{client}: {} methods for {} operations, {} kinds of key, {} calls",
        findings.methods.len(),
        covered.len(),
        hello.keys.len(),
        findings.calls.len(),
    );
    Ok(findings)
}

fn introduction(name: &str, recorder: &Recorder, hello: &Hello) -> Outcome<Value> {
    let mut credentials = Map::new();
    for (key, pem) in &hello.keys {
        let account = recorder.account(&format!("{name} {key}"), pem)?;
        let credential = json!({"token": account.token, "credentialId": account.credential_id});
        credentials.insert(key.clone(), credential);
    }
    Ok(json!({"baseUrl": recorder.sandbox.base_url(), "credentials": credentials}))
}

/// The operation with the request that a method makes.
fn operation(method: &SdkMethod) -> Option<&'static Operation> {
    let path = unnamed(&method.path);
    api::operations()
        .iter()
        .find(|operation| operation.method == method.method && unnamed(&operation.path) == path)
}

/// A path template without the names of its parameters.
fn unnamed(template: &str) -> Vec<&str> {
    let segments = template.split('/');
    segments
        .map(|of| if of.starts_with('{') { "{}" } else { of })
        .collect()
}

struct Sdk {
    driver: Driver,
    recorder: Recorder,
    findings: Findings,
}

impl Sdk {
    fn check(
        &mut self,
        method: &SdkMethod,
        operation: &'static Operation,
        ours: &[Sent],
    ) -> Outcome<()> {
        let token = match operation.auth {
            Auth::TemporaryToken => json!(self.recorder.temporary_token),
            _ => Value::Null,
        };
        for (arguments, ours) in arguments::of(operation).iter().zip(ours) {
            let body = body_text(arguments, ours);
            let call = call(
                method,
                "Ed25519",
                &token,
                arguments,
                body.as_deref(),
                operation.multipart,
            );
            let (seen, error) = self.call(&call)?;
            let mut found = Vec::new();
            let refusal = refusal(&seen, error.as_deref(), operation);
            if let Some(why) = &refusal {
                found.push(format!("refused: {why}"));
            } else if let Some(error) = error {
                found.push(format!("unread: {error}"));
            }
            // A refused call may have ended before its own request was sent: there is nothing to compare.
            let theirs = Sent::read(&seen).filter(|_| was_sent(&seen, operation));
            if let Some(theirs) = &theirs {
                let differences = differences(ours, theirs).into_iter();
                found.extend(differences.map(|difference| format!("differs: {difference}")));
            }
            let call = Call {
                operation: &operation.id,
                method: method.name.clone(),
                style: arguments.style,
                accepted: refusal.is_none(),
                compared: theirs.map(|theirs| Compared {
                    signed: theirs.signing.is_some(),
                    has_body: !theirs.body.is_empty(),
                }),
            };
            self.findings.add(call, found);
        }
        Ok(())
    }

    /// A method for a path that the API description does not have.
    fn call_unknown(&mut self, method: &SdkMethod) -> Outcome<()> {
        let names = method.path.split(['{', '}']).skip(1).step_by(2);
        let arguments = Arguments {
            style: "",
            path: names
                .map(|name| (name.to_owned(), "id-1".to_owned()))
                .collect(),
            query: Map::new(),
            body: None,
        };
        let call = call(
            method,
            "Ed25519",
            &Value::Null,
            &arguments,
            Some("{}"),
            false,
        );
        let (seen, error) = self.call(&call)?;
        let why = match seen.last() {
            Some(last) => outcome(last),
            None => error.unwrap_or_default(),
        };
        let place = format!("`{}` ({} {})", method.name, method.method, method.path);
        self.findings
            .add_elsewhere(&format!("no operation: {why}"), place);
        Ok(())
    }

    /// One signed call with each kind of key.
    fn check_key(&mut self, key: &str, methods: &[SdkMethod]) -> Outcome<()> {
        let create = methods
            .iter()
            .find(|method| method.method == "POST" && method.path == "/wallets")
            .ok_or("the SDK cannot create a wallet")?;
        let operation = operation(create).ok_or("createWallet")?;
        let arguments = arguments::of(operation);
        let body = arguments[0].body.as_ref().map(Value::to_string);
        let call = call(
            create,
            key,
            &Value::Null,
            &arguments[0],
            body.as_deref(),
            false,
        );
        let (seen, error) = self.call(&call)?;
        if let Some(why) = refusal(&seen, error.as_deref(), operation) {
            return Err(format!("{}, {key}: {why}", self.findings.client).into());
        }
        Ok(())
    }

    fn call(&mut self, call: &Value) -> Outcome<(Vec<Seen>, Option<String>)> {
        self.recorder.drain();
        self.driver.tell(call)?;
        let ended: Ended = self.driver.hear()?;
        Ok((self.recorder.drain(), ended.error))
    }
}

/// Why a call did not end in an accepted request for the operation.
fn refusal(seen: &[Seen], error: Option<&str>, operation: &Operation) -> Option<String> {
    let last = match seen.last() {
        Some(last) if last.status >= 400 => return Some(outcome(last)),
        Some(last) if was_sent(seen, operation) => last,
        _ => return Some(format!("not sent: {}", error.unwrap_or("without an error"))),
    };
    (!(200..300).contains(&last.status)).then(|| outcome(last))
}

/// Whether the last request is the operation's own, not one of the two that ask for a user action.
fn was_sent(seen: &[Seen], operation: &Operation) -> bool {
    seen.last()
        .is_some_and(|last| last.operation == Some(&operation.id))
}

fn outcome(last: &Seen) -> String {
    let reason = last.reason.as_deref().unwrap_or("accepted");
    // Which value is wrong differs between operations that are refused for the same reason.
    let reason = reason.split(": /").next().unwrap_or(reason);
    format!("{} {reason}", last.status)
}

/// The body with its members in our order, so that the bytes can be compared too; but never one that we changed.
fn body_text(arguments: &Arguments, ours: &Sent) -> Option<String> {
    let wanted = arguments.body.as_ref()?;
    let sent = ours.given_body();
    let same = serde_json::from_str::<Value>(&sent).is_ok_and(|sent| sent == *wanted);
    Some(if same { sent } else { wanted.to_string() })
}

fn call(
    method: &SdkMethod,
    key: &str,
    token: &Value,
    arguments: &Arguments,
    body: Option<&str>,
    file: bool,
) -> Value {
    // The SDK may call a parameter otherwise; the order is the path's.
    let names = method.path.split(['{', '}']).skip(1).step_by(2);
    let values = arguments.path.iter().map(|(_, value)| value);
    let path: Vec<_> = names.zip(values).collect();
    json!({
        "name": method.name,
        "key": key,
        "token": token,
        "path": path,
        "query": arguments.query,
        "body": body,
        "file": file,
    })
}
