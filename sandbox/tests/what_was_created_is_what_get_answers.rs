//! Every resource of the description that one operation creates and another reads, without a list of them.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use crate::support::{Client, Reply, Signer};
use dfns_sandbox::api::{self, Operation, Place, ResponseKind, Style};
use dfns_sandbox::{Sandbox, api::Auth};
use serde_json::{Value, json};

/// The domains whose rules have tests of their own.
const ELSEWHERE: [&str; 5] = ["keys", "permissions", "policies", "wallets", "webhooks"];

/// The operation that creates what this one reads, such as `createVault` for `getVault`.
fn creator(get: &Operation) -> Option<&'static Operation> {
    let (list, end) = get.path.rsplit_once('/')?;
    let names_one = end.starts_with('{') && end.ends_with('}');
    let own = |o: &&Operation| o.method == "POST" && o.path == list && o.response == get.response;
    let creates = api::operations().iter().find(own);
    let elsewhere = ELSEWHERE.contains(&get.domain.as_str());
    creates.filter(|_| get.method == "GET" && names_one && !elsewhere)
}

fn lister(get: &Operation) -> Option<&'static Operation> {
    let (list, _) = get.path.rsplit_once('/')?;
    let mut all = api::operations().iter();
    all.find(|o| o.method == "GET" && o.path == list && o.response_kind == ResponseKind::Json)
}

fn pairs() -> Vec<(&'static Operation, &'static Operation)> {
    let operations = api::operations().iter();
    let pairs = operations.filter_map(|get| Some((creator(get)?, get)));
    let has_id = |get: &Operation| {
        api::response_instance(&get.id, 0, Style::Minimal)
            .is_some_and(|made| made["id"].is_string())
    };
    pairs.filter(|(_, get)| has_id(get)).collect()
}

/// What a resource needs before it can be created.
struct Maker<'a> {
    client: &'a Client<'a>,
    wallet: String,
    /// No two bodies are the same.
    bodies: Cell<u64>,
}

impl<'a> Maker<'a> {
    fn new(client: &'a Client<'a>) -> Self {
        let body = json!({"network": "EthereumSepolia"});
        let wallet = client.signed("POST", "/wallets", Some(&body)).expect(200);
        Self {
            client,
            wallet: text(&wallet["id"]),
            bodies: Cell::new(0),
        }
    }

    /// The operation's path, with the ids of parents that are created for it.
    fn path(&self, create: &Operation) -> String {
        let mut path = create.path.clone();
        for parameter in create.parameters.iter().filter(|p| p.place == Place::Path) {
            let slot = format!("{{{}}}", parameter.name);
            let parent = path
                .split_once(&slot)
                .map(|(before, _)| format!("{before}{slot}"));
            let parent = parent.and_then(|parent| {
                let (_, get) = pairs().into_iter().find(|(_, get)| get.path == parent)?;
                Some(text(&self.made(get).1["id"]))
            });
            let value = parent.unwrap_or_else(|| {
                let mut values =
                    api::parameter_instances(&create.id, 0, Style::Minimal).into_iter();
                values.find(|(p, _)| p.name == parameter.name).unwrap().1
            });
            path = path.replace(&slot, &value);
        }
        path
    }

    /// A body whose wallets exist, and whose quote does if it wants one.
    fn body(&self, create: &Operation) -> Value {
        let seed = self.bodies.replace(self.bodies.get() + 1);
        let mut body = api::request_instance(&create.id, seed, Style::Minimal).unwrap();
        if body.get("quoteId").is_some() {
            let quotes = pairs()
                .into_iter()
                .find(|(_, get)| get.path.ends_with("/{quoteId}"));
            let (_, quote) = self.made(quotes.unwrap().1);
            body = quote["requestBody"].clone();
            body["targetAsset"]["amount"] = "1".into();
            body["quoteId"] = quote["id"].clone();
        }
        if body.get("walletId").is_some() {
            body["walletId"] = self.wallet.as_str().into();
        }
        body
    }

    fn call(&self, operation: &Operation, path: &str, body: &Value) -> Reply {
        match operation.auth {
            Auth::UserAction => self.client.signed("POST", path, Some(body)),
            _ => self.client.post(path, body),
        }
    }

    /// Creates what an operation reads, and says where it is.
    fn made(&self, get: &Operation) -> (String, Value) {
        let create = creator(get).unwrap();
        let (path, body) = (self.path(create), self.body(create));
        let made = self.call(create, &path, &body).expect(200);
        assert_eq!(
            api::validate_response(&create.id, &made),
            Ok(()),
            "{} {made}",
            create.id
        );
        (format!("{path}/{}", text(&made["id"])), made)
    }
}

fn text(value: &Value) -> String {
    value
        .as_str()
        .unwrap_or_else(|| panic!("no text: {value}"))
        .to_owned()
}

#[test]
fn what_was_created_is_what_get_and_list_answer() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    let maker = Maker::new(&client);
    assert!(pairs().len() >= 10, "{}", pairs().len());
    for (_, get) in pairs() {
        let (path, made) = maker.made(get);
        let seen = client.get(&path).expect(200);
        assert_eq!(
            api::validate_response(&get.id, &seen),
            Ok(()),
            "{} {seen}",
            get.id
        );
        assert_eq!(seen, made, "{}", get.id);
        let other = path.rsplit_once('/').unwrap().0;
        if let Some(list) = lister(get) {
            let page = client.get(other).expect(200);
            assert_eq!(
                api::validate_response(&list.id, &page),
                Ok(()),
                "{} {page}",
                list.id
            );
        }
    }
}

#[test]
fn it_outlives_the_sandbox() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("resources");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    let open = || {
        Sandbox::builder()
            .data(folder.join("sandbox.sqlite"))
            .start()
            .unwrap()
    };
    let first = open();
    let client = Client::new(&first, Signer::ed25519(1));
    let maker = Maker::new(&client);
    let made: Vec<_> = pairs()
        .into_iter()
        .map(|(_, get)| maker.made(get))
        .collect();
    let identity = client.identity.clone();
    drop(first);
    let client = Client {
        sandbox: &open(),
        identity,
        signer: Signer::ed25519(1),
    };
    for (path, made) in made {
        let seen = client.get(&path).expect(200);
        // What time brings about aside.
        for name in [
            "id",
            "name",
            "walletId",
            "requester",
            "requestBody",
            "dateCreated",
        ] {
            assert_eq!(seen[name], made[name], "{path}");
        }
    }
}

#[test]
fn it_is_nowhere_else() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    let maker = Maker::new(&client);
    for (_, get) in pairs() {
        let (path, made) = maker.made(get);
        let (elsewhere, _) = maker.made(get);
        let id = text(&made["id"]);
        let unknown = path.replace(&id, &id.chars().rev().collect::<String>());
        let status = client.get(&unknown).status;
        assert!([400, 404].contains(&status), "{} {status}", get.id);
        let [own, other] = [&path, &elsewhere].map(|path| path.rsplit_once('/').unwrap().0);
        if own != other {
            client.get(&format!("{other}/{id}")).expect(404);
        }
    }
}

#[test]
fn nothing_is_known_of_what_does_not_exist() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    let mut domains: BTreeSet<_> = pairs().iter().map(|(_, get)| &get.domain).collect();
    // People and networks are there before anything is created.
    domains.retain(|domain| !["auth", "networks"].contains(&domain.as_str()));
    let operations = api::operations()
        .iter()
        .filter(|o| domains.contains(&o.domain));
    let mut tried = 0;
    for operation in operations.filter(|o| o.path.contains('{')) {
        let mut path = operation.path.clone();
        for (parameter, value) in api::parameter_instances(&operation.id, 1, Style::Minimal) {
            path = path.replace(&format!("{{{}}}", parameter.name), &value);
        }
        let body = api::request_instance(&operation.id, 1, Style::Minimal);
        let reply = match operation.auth {
            Auth::UserAction => client.signed(&operation.method, &path, body.as_ref()),
            _ => client.request(&operation.method, &path).send(),
        };
        assert_eq!(reply.status, 404, "{} {}", operation.id, reply.json());
        tried += 1;
    }
    assert!(tried > 50, "{tried}");
}

#[test]
fn the_same_seed_makes_the_same() {
    let made = || {
        let sandbox = Sandbox::builder().seed(7).start().unwrap();
        let client = Client::new(&sandbox, Signer::ed25519(1));
        let maker = Maker::new(&client);
        let made = pairs().into_iter().map(|(create, get)| {
            let mut made = maker.made(get).1;
            undate(&mut made);
            (create.id.clone(), made)
        });
        made.collect::<BTreeMap<_, _>>()
    };
    assert_eq!(made(), made());
}

/// Takes out the dates, which are those of the machine.
fn undate(value: &mut Value) {
    match value {
        Value::Object(object) => {
            object.retain(|name, _| !name.starts_with("date"));
            object.values_mut().for_each(undate);
        }
        Value::Array(items) => items.iter_mut().for_each(undate),
        _ => {}
    }
}

/// Each variant of each body, where nothing else has to exist first.
#[test]
fn every_answer_is_valid() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(&sandbox, Signer::ed25519(1));
    let maker = Maker::new(&client);
    let (_, sponsor) = maker.made(api::operation("getFeeSponsor").unwrap());
    for (create, _) in pairs() {
        let path = maker.path(create);
        for (number, mut body) in api::request_variants(&create.id, Style::Full)
            .into_iter()
            .enumerate()
        {
            if body.get("externalId").is_some() {
                body["externalId"] = format!("{}-{number}", create.id).into();
            }
            for name in ["walletId", "targetWalletId"] {
                if body.get(name).is_some() {
                    body[name] = maker.wallet.as_str().into();
                }
            }
            if body.get("feeSponsorId").is_some() {
                body["feeSponsorId"] = sponsor["id"].clone();
            }
            let reply = maker.call(create, &path, &body);
            if body.get("quoteId").is_some() {
                reply.expect(404);
                continue;
            }
            let made = reply.expect(200);
            assert_eq!(
                api::validate_response(&create.id, &made),
                Ok(()),
                "{} {made}",
                create.id
            );
        }
    }
}
