use serde_json::{Value, json};

use super::wallets::set;
use super::{Call, Collection, State};
use crate::api::{self, Generator, Style, description};
use crate::clock::{Millis, iso, parse};
use crate::refusal::Refusal;

/// The sandbox's own choice: how long what is asked of a chain or a provider takes.
const DONE: Millis = 10_000;

/// One kind of resource, and what operations do with it. Where it belongs to another, that is the first path
/// parameter, and its own id the second.
#[derive(Clone, Copy)]
pub(super) struct Resource {
    pub(super) prefix: &'static str,
    /// The mark that names what it belongs to; empty when it belongs to nothing.
    pub(super) owner: &'static str,
    pub(super) all: fn(&State) -> &Collection,
    pub(super) all_mut: fn(&mut State) -> &mut Collection,
    /// What it belongs to, where that is itself remembered.
    pub(super) parent: Option<&'static Resource>,
    /// What has become of it by now.
    pub(super) shown: fn(&State, &Value, Millis) -> Value,
}

impl Resource {
    /// Creates one from the request's body and what else is known of it; the rest of what the answer has to hold
    /// is made up.
    pub(super) fn create(
        &self,
        state: &mut State,
        call: &Call<'_>,
        known: Value,
    ) -> Result<Value, Refusal> {
        self.check_parent(state, call)?;
        (self.all)(state).check_external_id(&call.body["externalId"], "")?;
        let mut given = call.body.clone();
        if !self.owner.is_empty() {
            given[self.property()] = call.id().into();
        }
        given["requestBody"] = call.body.clone();
        given["status"] = "Active".into();
        if let Value::Object(known) = known {
            for (name, value) in known {
                given[name] = value;
            }
        }
        let schema = api::operation(call.operation).and_then(|o| o.response.as_ref());
        self.add(state, call, schema.unwrap_or(&Value::Null), given)
    }

    /// Keeps one that no operation is there to create, of that schema.
    pub(super) fn add_named(
        &self,
        state: &mut State,
        call: &Call<'_>,
        schema: &str,
        given: Value,
    ) -> Result<Value, Refusal> {
        let schema = description().schema(schema).unwrap_or(&Value::Null);
        self.add(state, call, schema, given)
    }

    fn add(
        &self,
        state: &mut State,
        call: &Call<'_>,
        schema: &Value,
        mut given: Value,
    ) -> Result<Value, Refusal> {
        let caller = call.caller()?;
        let id = state.random.id(self.prefix);
        given["id"] = id.as_str().into();
        given["orgId"] = state.directory.org_id.as_str().into();
        given["requester"] = json!({"userId": caller.user_id, "tokenId": caller.token_id});
        given["dateCreated"] = iso(call.now).into();
        given["dateUpdated"] = iso(call.now).into();
        let item = Generator::new(state.seed, &id, Style::Minimal).complete(schema, &given);
        let item = (self.all_mut)(state).add(item)?;
        Ok((self.shown)(state, &item, call.now))
    }

    /// The one that the path names.
    pub(super) fn find<'a>(&self, state: &'a State, call: &Call<'_>) -> Result<&'a Value, Refusal> {
        self.check_parent(state, call)?;
        let (all, id) = ((self.all)(state), self.id(call));
        let found = all.get(id)?;
        if self.owner.is_empty() || found[self.property()] == call.id() {
            Ok(found)
        } else {
            Err(all.unknown(id))
        }
    }

    /// The same, to be changed.
    pub(super) fn find_mut<'a>(
        &self,
        state: &'a mut State,
        call: &Call<'_>,
    ) -> Result<&'a mut Value, Refusal> {
        self.find(state, call)?;
        (self.all_mut)(state).get_mut(self.id(call))
    }

    pub(super) fn get(&self, state: &State, call: &Call<'_>) -> Result<Value, Refusal> {
        Ok((self.shown)(state, self.find(state, call)?, call.now))
    }

    /// A page of those whose properties are what the query says.
    pub(super) fn list(&self, state: &State, call: &Call<'_>) -> Result<Value, Refusal> {
        self.list_those(state, call, |_| true)
    }

    /// The same of those that are also wanted.
    pub(super) fn list_those(
        &self,
        state: &State,
        call: &Call<'_>,
        wanted: impl Fn(&Value) -> bool,
    ) -> Result<Value, Refusal> {
        self.check_parent(state, call)?;
        let shown = |item: &Value| (self.shown)(state, item, call.now);
        let wanted = |item: &Value| wanted(item) && asked_for(call.query, &shown(item));
        let mut page = if self.owner.is_empty() {
            (self.all)(state).page(call, wanted)?
        } else {
            (self.all)(state).page_of_those(call, (self.owner, call.id()), wanted)?
        };
        for item in page["items"].as_array_mut().into_iter().flatten() {
            *item = shown(item);
        }
        Ok(page)
    }

    /// Takes over what the body says, as far as the answer has a place for it.
    pub(super) fn update(&self, state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
        (self.all)(state).check_external_id(&call.body["externalId"], self.id(call))?;
        let schema = api::operation(call.operation).and_then(|o| o.response.as_ref());
        let schema = description().resolve(schema.unwrap_or(&Value::Null));
        let item = self.find_mut(state, call)?;
        for (name, value) in call.body.as_object().into_iter().flatten() {
            if schema["properties"].get(name).is_some() {
                set(item, name, value);
            }
        }
        if item.get("dateUpdated").is_some() {
            item["dateUpdated"] = iso(call.now).into();
        }
        self.get(state, call)
    }

    /// Sets a status. What is archived stays as it is.
    pub(super) fn set_status(
        &self,
        state: &mut State,
        call: &Call<'_>,
        status: &str,
    ) -> Result<Value, Refusal> {
        let item = self.find_mut(state, call)?;
        if item["status"] == "Archived" {
            return Err(Refusal::bad_request("it is archived"));
        }
        item["status"] = status.into();
        self.get(state, call)
    }

    /// Forgets one, and says what it was.
    pub(super) fn remove(&self, state: &mut State, call: &Call<'_>) -> Result<Value, Refusal> {
        let shown = self.get(state, call)?;
        (self.all_mut)(state).remove(self.id(call))?;
        Ok(shown)
    }

    fn check_parent(&self, state: &State, call: &Call<'_>) -> Result<(), Refusal> {
        match self.parent {
            Some(parent) => (parent.all)(state).get(call.id()).map(drop),
            None => Ok(()),
        }
    }

    fn id<'a>(&self, call: &'a Call<'_>) -> &'a str {
        if self.owner.is_empty() {
            call.id()
        } else {
            call.second_id()
        }
    }

    fn property(&self) -> &'static str {
        self.owner.trim_start_matches('/')
    }
}

/// An example of what a chain or a provider says, the same every time, in which these properties are so.
pub(super) fn example(state: &State, call: &Call<'_>, fixed: &Value) -> Value {
    let schema = api::operation(call.operation).and_then(|o| o.response.as_ref());
    let name = format!("{}{}", call.operation, call.path.join("/"));
    let mut generator = Generator::new(state.seed, &name, Style::Full);
    let mut value = generator.instance(schema.unwrap_or(&Value::Null));
    fix(&mut value, fixed);
    // An example list has one page.
    set(&mut value, "nextPageToken", &Value::Null);
    let items = value.get_mut("items").and_then(Value::as_array_mut);
    for item in items.into_iter().flatten() {
        fix(item, fixed);
    }
    value
}

fn fix(value: &mut Value, fixed: &Value) {
    for (name, fixed) in fixed.as_object().into_iter().flatten() {
        if value.get(name).is_some() {
            value[name] = fixed.clone();
        }
    }
}

/// Shown as it is remembered.
pub(super) fn as_it_is(_: &State, item: &Value, _: Millis) -> Value {
    item.clone()
}

/// Done some time after it was created, if nothing else has become of it.
pub(super) fn completed(_: &State, item: &Value, now: Millis) -> Value {
    let mut shown = item.clone();
    if item["status"] == "InProgress" && is_done(&item["dateCreated"], now) {
        shown["status"] = "Completed".into();
    }
    shown
}

/// Whether what began then is over.
pub(super) fn is_done(began: &Value, now: Millis) -> bool {
    began
        .as_str()
        .is_some_and(|began| is_older(began, DONE, now))
}

/// The date on which what began then is over.
pub(super) fn date_done(began: &Value) -> String {
    let began = began.as_str().and_then(parse).unwrap_or_default();
    iso(began.saturating_add(DONE))
}

pub(super) fn is_older(date: &str, age: Millis, now: Millis) -> bool {
    parse(date).is_some_and(|date| now.saturating_sub(date) >= age)
}

/// An amount in an asset's smallest unit.
pub(super) fn amount(value: &Value) -> Result<u128, Refusal> {
    let digits = |text: &&str| text.bytes().all(|byte| byte.is_ascii_digit());
    let amount = value.as_str().filter(digits);
    let amount = amount.and_then(|text| text.parse().ok());
    amount.ok_or_else(|| {
        Refusal::bad_request("an amount is a whole number of an asset's smallest unit")
            .with("seen", value.clone())
    })
}

/// Whether an item is what the query's filters, which are named after its properties, say.
fn asked_for(query: &Value, item: &Value) -> bool {
    let filters = query.as_object().into_iter().flatten();
    let mut filters = filters.filter(|(name, _)| *name != "limit" && *name != "paginationToken");
    filters.all(|(name, wanted)| match wanted {
        Value::Array(options) => options.contains(&item[name]),
        one => *one == item[name],
    })
}
