use std::collections::BTreeSet;
use std::process::Command;

use dfns_sandbox::Seen;
use dfns_sandbox::api::{self, Auth, Operation};
use serde_json::{Map, Value, json};

use crate::Outcome;
use crate::arguments::{self, Arguments};
use crate::differences::differences;
use crate::driver::{Driver, Ended, Hello, SdkMethod};
use crate::findings::{Findings, Tally};
use crate::ours::Ours;
use crate::recorder::Recorder;
use crate::sent::Sent;

/// Calls every method of an SDK, and notes what the sandbox refuses and where its requests differ from `ours`.
pub(crate) fn run(
    name: &str,
    command: Command,
    recorder: &Recorder,
    ours: Option<&Ours>,
    findings: &mut Findings,
) -> Outcome<()> {
    let (mut driver, hello) = Driver::start(command)?;
    driver.tell(&introduction(name, recorder, &hello)?)?;
    let mut sdk = Sdk {
        name,
        driver,
        recorder,
        findings,
        calls: 0,
        accepted: 0,
        compared: 0,
    };
    let mut covered = BTreeSet::new();
    for method in &hello.methods {
        let Some(operation) = operation(method) else {
            sdk.call_unknown(method)?;
            continue;
        };
        covered.insert(operation.id.as_str());
        let ours = ours.map_or(&[][..], |ours| &ours[operation.id.as_str()]);
        sdk.check(method, operation, ours)?;
    }
    for key in hello.keys.keys() {
        sdk.check_key(key, &hello.methods)?;
    }
    let (calls, accepted, compared) = (sdk.calls, sdk.accepted, sdk.compared);
    for operation in api::operations() {
        if !covered.contains(operation.id.as_str()) {
            findings.add(
                &format!("{name}: operations without a method"),
                "no method",
                operation.id.clone(),
            );
        }
    }
    println!(
        "{name}: {} methods for {} operations, {} kinds of key; {accepted} of {calls} calls accepted",
        hello.methods.len(),
        covered.len(),
        hello.keys.len(),
    );
    if compared > 0 {
        println!("{name}: {compared} requests compared with ours");
    }
    Ok(())
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

struct Sdk<'a> {
    name: &'a str,
    driver: Driver,
    recorder: &'a Recorder,
    findings: &'a mut Findings,
    calls: usize,
    accepted: usize,
    compared: usize,
}

impl Sdk<'_> {
    fn check(&mut self, method: &SdkMethod, operation: &Operation, ours: &[Sent]) -> Outcome<()> {
        let token = match operation.auth {
            Auth::TemporaryToken => json!(self.recorder.temporary_token),
            _ => Value::Null,
        };
        let (mut refused, mut unread, mut differing) =
            (Tally::default(), Tally::default(), Tally::default());
        for (index, arguments) in arguments::of(operation).iter().enumerate() {
            let call = call(method, "Ed25519", &token, arguments, operation.multipart);
            let (seen, error) = self.call(&call)?;
            refused.called(arguments.style);
            unread.called(arguments.style);
            differing.called(arguments.style);
            let refusal = self.refusal(&seen, error.as_deref(), operation);
            if let Some(why) = &refusal {
                refused.add(arguments.style, why.clone());
            } else if let Some(error) = error {
                unread.add(arguments.style, error);
            }
            // A refused call may have ended before its own request was sent: there is nothing to compare.
            let theirs = Sent::read(&seen).filter(|_| was_sent(&seen, operation));
            if let (Some(ours), Some(theirs)) = (ours.get(index), theirs) {
                self.compared += 1;
                for difference in differences(ours, &theirs) {
                    differing.add(arguments.style, difference);
                }
            }
        }
        for (tally, what) in [
            (refused, "refused by the sandbox"),
            (unread, "answers that the SDK cannot read"),
            (differing, "requests that differ from ours"),
        ] {
            let section = format!("{}: {what}", self.name);
            for (why, styles) in tally.told() {
                self.findings
                    .add(&section, &why, format!("{} ({styles})", method.name));
            }
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
            body: Some(json!({})),
        };
        let (seen, error) = self.call(&call(method, "Ed25519", &Value::Null, &arguments, false))?;
        let why = match seen.last() {
            Some(last) => outcome(last),
            None => error.unwrap_or_default(),
        };
        let section = format!("{}: refused by the sandbox", self.name);
        let name = format!("{} ({} {})", method.name, method.method, method.path);
        self.findings.add(&section, &why, name);
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
        let call = call(create, key, &Value::Null, &arguments[0], false);
        let (seen, error) = self.call(&call)?;
        if let Some(why) = self.refusal(&seen, error.as_deref(), operation) {
            return Err(format!("{}, {key}: {why}", self.name).into());
        }
        Ok(())
    }

    fn call(&mut self, call: &Value) -> Outcome<(Vec<Seen>, Option<String>)> {
        self.recorder.drain();
        self.driver.tell(call)?;
        let ended: Ended = self.driver.hear()?;
        self.calls += 1;
        Ok((self.recorder.drain(), ended.error))
    }

    /// Why a call did not end in an accepted request for the operation.
    fn refusal(
        &mut self,
        seen: &[Seen],
        error: Option<&str>,
        operation: &Operation,
    ) -> Option<String> {
        let last = match seen.last() {
            Some(last) if last.status >= 400 => return Some(outcome(last)),
            Some(last) if was_sent(seen, operation) => last,
            _ => return Some(format!("not sent: {}", error.unwrap_or("without an error"))),
        };
        if !(200..300).contains(&last.status) {
            return Some(outcome(last));
        }
        self.accepted += 1;
        None
    }
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

fn call(method: &SdkMethod, key: &str, token: &Value, arguments: &Arguments, file: bool) -> Value {
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
        "body": arguments.body,
        "file": file,
    })
}
