use std::collections::BTreeMap;
use std::process::Command;

use dfns_sandbox::{Identity, Sandbox};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::Outcome;
use crate::driver::Driver;
use crate::findings::{Findings, Flow};

/// What a program with flows says first.
#[derive(Deserialize)]
struct Hello {
    flows: Vec<Named>,
    /// SPKI PEM of those who take part, by name.
    machines: BTreeMap<String, String>,
    users: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct Named {
    name: String,
    does: String,
}

/// How a flow ended.
#[derive(Deserialize)]
struct Ended {
    failure: Option<String>,
    /// What the SDK itself does wrong, by name.
    defects: Vec<String>,
}

/// Leads an SDK through every flow, each against a new sandbox.
pub(crate) fn play(findings: &mut Findings, command: Command) -> Outcome<()> {
    let (mut driver, hello) = Driver::start::<Hello>(command)?;
    let mut failed = Vec::new();
    for Named { name, does } in &hello.flows {
        let sandbox = Sandbox::start()?;
        let mut identities = Map::new();
        for (who, pem) in &hello.machines {
            let identity = sandbox.add_service_account(who, pem);
            identities.insert(who.clone(), shown(&identity?));
        }
        for (who, pem) in &hello.users {
            identities.insert(who.clone(), shown(&sandbox.add_user(who, pem)?));
        }
        let told = json!({"flow": name, "baseUrl": sandbox.base_url(), "identities": identities});
        driver.tell(&told)?;
        let ended: Ended = driver.hear()?;
        if let Some(failure) = ended.failure {
            println!("{}, the flow {name}: {failure}", findings.client);
            failed.push(name.as_str());
        }
        for defect in ended.defects {
            findings.add_elsewhere(&format!("defect: {defect}"), format!("the flow {name}"));
        }
        let (name, does) = (name.clone(), does.clone());
        findings.flows.push(Flow { name, does });
    }
    println!("{}: {} flows", findings.client, hello.flows.len());
    if failed.is_empty() {
        Ok(())
    } else {
        Err(format!("{}: {} failed", findings.client, failed.join(", ")).into())
    }
}

fn shown(identity: &Identity) -> Value {
    json!({
        "token": identity.token,
        "credentialId": identity.credential_id,
        "userId": identity.user_id,
        "orgId": identity.org_id,
    })
}
