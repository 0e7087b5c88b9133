use std::collections::{BTreeMap, BTreeSet};

use crate::arguments::STYLES;

/// What was found of one client of an SDK.
pub(crate) struct Findings {
    /// The client's name.
    pub(crate) client: &'static str,
    /// What the findings of its SDK are numbered with.
    pub(crate) letter: &'static str,
    /// Its packages, with their versions.
    pub(crate) packages: String,
    /// Its methods, and the operations that they are for.
    pub(crate) methods: BTreeMap<String, Option<&'static str>>,
    pub(crate) calls: Vec<Call>,
    /// What was found, and in which calls. The first word says what kind of thing it is.
    pub(crate) kinds: BTreeMap<String, BTreeSet<usize>>,
    /// What was found without a call for an operation, and where.
    pub(crate) elsewhere: BTreeMap<String, BTreeSet<String>>,
    /// The flows that it was led through.
    pub(crate) flows: Vec<Flow>,
}

/// One call of a method for an operation.
pub(crate) struct Call {
    pub(crate) operation: &'static str,
    pub(crate) method: String,
    pub(crate) style: &'static str,
    /// By the sandbox.
    pub(crate) accepted: bool,
    /// Its request, if that was seen and so compared with ours.
    pub(crate) compared: Option<Compared>,
}

/// What kind of request it is.
#[derive(Clone, Copy)]
pub(crate) struct Compared {
    pub(crate) signed: bool,
    pub(crate) has_body: bool,
}

/// A flow that was played to its end.
pub(crate) struct Flow {
    pub(crate) name: String,
    pub(crate) does: String,
}

/// Requests that have something in common whatever their operation.
struct Scope {
    name: &'static str,
    holds: fn(Compared) -> bool,
}

const SCOPES: [Scope; 3] = [
    Scope {
        name: "every request",
        holds: |_| true,
    },
    Scope {
        name: "every signed request",
        holds: |request| request.signed,
    },
    Scope {
        name: "every request without a body",
        holds: |request| !request.has_body,
    },
];

impl Findings {
    pub(crate) fn new(client: &'static str, letter: &'static str, packages: String) -> Self {
        Self {
            client,
            letter,
            packages,
            methods: BTreeMap::new(),
            calls: Vec::new(),
            kinds: BTreeMap::new(),
            elsewhere: BTreeMap::new(),
            flows: Vec::new(),
        }
    }

    /// Notes a call, and what was found in it.
    pub(crate) fn add(&mut self, call: Call, found: Vec<String>) {
        for kind in found {
            let calls = self.kinds.entry(one_line(&kind)).or_default();
            calls.insert(self.calls.len());
        }
        self.calls.push(call);
    }

    pub(crate) fn add_elsewhere(&mut self, kind: &str, place: String) {
        let places = self.elsewhere.entry(one_line(kind)).or_default();
        places.insert(place);
    }

    /// Every kind of finding.
    pub(crate) fn all(&self) -> BTreeSet<&str> {
        let kinds = self.kinds.keys().chain(self.elsewhere.keys());
        kinds.map(String::as_str).collect()
    }

    pub(crate) fn operations(&self) -> BTreeSet<&'static str> {
        self.methods.values().copied().flatten().collect()
    }

    /// The requests that all show it, when they are all of a scope.
    pub(crate) fn scope(&self, kind: &str) -> Option<&'static str> {
        let found = self.kinds.get(kind)?;
        let is_all = |scope: &&Scope| {
            let all = self.calls.iter().enumerate();
            let all = all.filter(|(_, call)| call.compared.is_some_and(scope.holds));
            all.map(|(index, _)| index).collect::<BTreeSet<_>>() == *found
        };
        SCOPES.iter().find(is_all).map(|scope| scope.name)
    }

    /// Which calls of these methods show it: nothing when all do.
    pub(crate) fn styles(&self, kind: &str, methods: &[&str]) -> Option<String> {
        let found = self.kinds.get(kind)?;
        let count = |style: &str, within: &dyn Fn(usize) -> bool| {
            let calls = self.calls.iter().enumerate();
            let calls = calls.filter(|(_, c)| c.style == style);
            let calls = calls.filter(|(_, c)| methods.contains(&c.method.as_str()));
            calls.filter(|(index, _)| within(*index)).count()
        };
        let counts = STYLES.map(|(_, style)| {
            (
                style,
                count(style, &|i| found.contains(&i)),
                count(style, &|_| true),
            )
        });
        if counts.iter().all(|(_, shown, _)| *shown == 0) {
            return None;
        }
        if counts.iter().all(|(_, shown, all)| shown == all) {
            return Some(String::new());
        }
        let shown = counts.iter().filter(|(_, shown, _)| *shown > 0);
        let shown = shown.map(|(style, shown, all)| {
            if shown == all {
                (*style).to_owned()
            } else {
                format!("{style} ({shown} of {all})")
            }
        });
        Some(shown.collect::<Vec<_>>().join(", "))
    }
}

fn one_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().trim().to_owned()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn call(operation: &'static str, style: &'static str, signed: bool) -> Call {
        Call {
            operation,
            method: format!("wallets.{operation}"),
            style,
            accepted: true,
            compared: Some(Compared {
                signed,
                has_body: true,
            }),
        }
    }

    pub(crate) fn findings() -> Findings {
        let mut findings = Findings::new("Client", "C", "client 1.0".to_owned());
        for (operation, signed) in [("getWallet", false), ("createWallet", true)] {
            let method = format!("wallets.{operation}");
            findings.methods.insert(method, Some(operation));
            for style in ["minimal", "full", "full"] {
                let first = findings.calls.len() % 3 == 1;
                let found = [(signed, "differs: signature"), (first, "refused: 404")];
                let found = found.into_iter().filter(|(is, _)| *is);
                let found = found.map(|(_, kind)| kind.to_owned()).collect();
                findings.add(call(operation, style, signed), found);
            }
        }
        findings
    }

    #[test]
    fn what_all_signed_requests_show_is_told_once() {
        let findings = findings();
        assert_eq!(
            findings.scope("differs: signature"),
            Some("every signed request")
        );
        assert_eq!(findings.scope("refused: 404"), None);
    }

    #[test]
    fn it_is_told_how_many_calls_of_a_style_show_something() {
        let findings = findings();
        let told = |kind, method| findings.styles(kind, &[method]);
        assert_eq!(
            told("refused: 404", "wallets.getWallet").as_deref(),
            Some("full (1 of 2)")
        );
        assert_eq!(
            told("differs: signature", "wallets.createWallet").as_deref(),
            Some("")
        );
        assert_eq!(told("differs: signature", "wallets.getWallet"), None);
    }
}
