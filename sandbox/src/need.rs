use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde_json::Value;

/// A permission that an operation needs of its caller.
#[derive(Debug)]
pub(crate) struct Need {
    /// Any of these suffices: the name, and its older spellings.
    pub(crate) names: Vec<&'static str>,
    when: When,
}

/// The JSON pointers are into the request's body.
#[derive(Debug)]
enum When {
    Always,
    /// There is something.
    Given(&'static str),
    /// There is nothing.
    Left(&'static str),
}

impl Need {
    /// What a request with this body needs.
    pub(crate) fn of<'a>(
        operation_id: &str,
        body: &'a Value,
    ) -> impl Iterator<Item = &'static Self> + use<'a> {
        Self::all(operation_id)
            .iter()
            .filter(|need| need.concerns(body))
    }

    /// What any request to that operation could need.
    pub(crate) fn all(operation_id: &str) -> &'static [Self] {
        TABLE.get(operation_id).map_or(&[], Vec::as_slice)
    }

    fn concerns(&self, body: &Value) -> bool {
        let given = |pointer| {
            body.pointer(pointer)
                .is_some_and(|value| !value.is_null() && value != &Value::Array(Vec::new()))
        };
        match self.when {
            When::Always => true,
            When::Given(pointer) => given(pointer),
            When::Left(pointer) => !given(pointer),
        }
    }

    fn read(text: &'static str) -> Self {
        let (names, when) = match text.split_once('?') {
            None => (text, When::Always),
            Some((names, condition)) => match condition.strip_prefix('!') {
                Some(pointer) => (names, When::Left(pointer)),
                None => (names, When::Given(condition)),
            },
        };
        Self {
            names: names.split('/').collect(),
            when,
        }
    }
}

static TABLE: LazyLock<BTreeMap<&str, Vec<Need>>> = LazyLock::new(|| {
    let operations = lines().filter(|(first, _)| *first != UNUSED);
    operations
        .map(|(id, needs)| {
            let needs = needs.split(' ').filter(|need| *need != NONE);
            (id, needs.map(Need::read).collect())
        })
        .collect()
});

const UNUSED: &str = "unused";
const NONE: &str = "-";

/// The first word of each line, and the rest.
fn lines() -> impl Iterator<Item = (&'static str, &'static str)> {
    let lines = include_str!("needed_permissions.txt").lines();
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.filter_map(|line| {
        let (first, rest) = line.split_once(' ')?;
        Some((first, rest.trim_start()))
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::json;

    use super::{NONE, Need, TABLE, UNUSED, lines};
    use crate::api::{self, Auth, Place};

    fn names(operation_id: &str, body: &serde_json::Value) -> Vec<&'static str> {
        let needs = Need::of(operation_id, body);
        needs.map(|need| need.names[0]).collect()
    }

    #[test]
    fn every_operation_has_its_line() {
        let operations = lines().map(|(first, _)| first).filter(|id| *id != UNUSED);
        let mut operations: Vec<_> = operations.collect();
        let described = api::operations().iter().map(|o| o.id.as_str());
        let mut described: Vec<_> = described.collect();
        operations.sort_unstable();
        described.sort_unstable();
        assert_eq!(operations, described);
    }

    #[test]
    fn every_name_of_the_description_is_used_or_said_to_be_unused() {
        let schema = api::description().schema("PermissionOperation").unwrap();
        let described = schema["enum"].as_array().unwrap().iter();
        let described: BTreeSet<_> = described.map(|name| name.as_str().unwrap()).collect();
        let used = TABLE.values().flatten().flat_map(|need| &need.names);
        let used: BTreeSet<_> = used.copied().collect();
        let mut unused = BTreeSet::new();
        for (_, rest) in lines().filter(|(first, _)| *first == UNUSED) {
            let (name, reason) = rest.split_once(' ').unwrap();
            assert!(!reason.trim().is_empty());
            assert!(unused.insert(name), "{name} twice");
        }
        assert_eq!(used.intersection(&unused).next(), None);
        assert_eq!(
            used.union(&unused).copied().collect::<BTreeSet<_>>(),
            described
        );
    }

    #[test]
    fn nobody_needs_a_permission_before_they_have_a_token_of_their_own() {
        for operation in api::operations() {
            if matches!(operation.auth, Auth::Public | Auth::TemporaryToken) {
                assert!(Need::all(&operation.id).is_empty(), "{}", operation.id);
            }
        }
    }

    #[test]
    fn reading_needs_to_read_and_nothing_that_is_read_needs_more() {
        for operation in api::operations().iter().filter(|o| o.method == "GET") {
            for need in Need::all(&operation.id) {
                assert!(need.names[0].ends_with(":Read"), "{}", operation.id);
            }
        }
    }

    #[test]
    fn what_a_condition_looks_at_can_be_in_the_body() {
        for (id, needs) in lines().filter(|(_, needs)| *needs != NONE) {
            for need in needs.split(' ').filter_map(|need| need.split_once('?')) {
                let pointer = need.1.trim_start_matches('!');
                let described = api::operation(id).unwrap();
                assert!(described.parameters.iter().all(|p| p.place == Place::Path));
                let full = api::request_variants(id, api::Style::Full);
                let has = full.iter().any(|body| body.pointer(pointer).is_some());
                assert!(has, "{id} {pointer}");
            }
        }
    }

    #[test]
    fn a_new_wallet_needs_more_the_more_it_asks_for() {
        let plain = json!({"network": "Ethereum", "tags": []});
        assert_eq!(
            names("createWallet", &plain),
            ["Wallets:Create", "Keys:Create"]
        );
        let reuse = json!({"signingKey": {"id": "key-1"}, "tags": ["a"], "delegateTo": "us-1"});
        assert_eq!(
            names("createWallet", &reuse),
            [
                "Wallets:Create",
                "Keys:Reuse",
                "Keys:Delegate",
                "Wallets:Tags:Add"
            ]
        );
        let untag = Need::all("untagWallet");
        assert_eq!(
            untag[0].names,
            ["Wallets:Tags:Remove", "Wallets:Tags:Delete"]
        );
    }
}
