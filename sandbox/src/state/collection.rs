use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};

use super::Call;
use super::table::{Row, Stored, Table};
use crate::refusal::Refusal;

/// A peer may create no more than this.
const MOST: usize = 1_000_000;
const MOST_BYTES: usize = 1 << 30;

// Dfns documentation, the list operations that state them: up to 500 items a page, 50 if not said.
const LARGEST_PAGE: u64 = 500;
const PAGE: u64 = 50;

/// Resources of one kind, each as the API shows it.
#[derive(Debug)]
pub(crate) struct Collection {
    kind: &'static str,
    id_name: &'static str,
    items: Table<Value>,
    /// The length of all of them when they were created.
    bytes: usize,
}

impl Row for Value {
    /// A mark of a resource is a JSON pointer.
    fn mark(&self, name: &str) -> Option<&str> {
        self.pointer(name)?.as_str()
    }
}

impl Collection {
    /// A collection whose items are found by their id and `externalId`.
    pub(super) fn new(kind: &'static str, id_name: &'static str) -> Self {
        Self::found_by(kind, id_name, &["/id", "/externalId"])
    }

    /// The same, with other marks: JSON pointers, `/id` among them.
    pub(super) fn found_by(
        kind: &'static str,
        id_name: &'static str,
        marks: &'static [&'static str],
    ) -> Self {
        Self {
            kind,
            id_name,
            items: Table::new(marks),
            bytes: 0,
        }
    }

    pub(super) fn add(&mut self, item: Value) -> Result<Value, Refusal> {
        let bytes = self.bytes.saturating_add(item.to_string().len());
        if self.items.len() >= MOST || bytes > MOST_BYTES {
            let message = format!("this sandbox holds at most {MOST} of these, {MOST_BYTES} bytes");
            return Err(Refusal::new(402, message));
        }
        self.bytes = bytes;
        self.items.add(item.clone());
        Ok(item)
    }

    /// Forgets an item.
    pub(super) fn remove(&mut self, id: &str) -> Result<Value, Refusal> {
        let removed = self.items.remove_all_with("/id", id).pop();
        removed.ok_or_else(|| self.unknown(id))
    }

    pub(super) fn get(&self, id: &str) -> Result<&Value, Refusal> {
        self.find("/id", id).ok_or_else(|| self.unknown(id))
    }

    pub(super) fn unknown(&self, id: &str) -> Refusal {
        Refusal::not_found(self.kind, self.id_name, id)
    }

    pub(super) fn get_mut(&mut self, id: &str) -> Result<&mut Value, Refusal> {
        let unknown = self.unknown(id);
        self.items.find_mut("/id", id).ok_or(unknown)
    }

    /// The first item with that text at one of the marks.
    pub(super) fn find(&self, mark: &str, text: &str) -> Option<&Value> {
        self.items.find(mark, text)
    }

    /// The same, to be changed.
    pub(super) fn find_mut(&mut self, mark: &str, text: &str) -> Option<&mut Value> {
        self.items.find_mut(mark, text)
    }

    /// All items with that text at one of the marks.
    pub(super) fn all_with(&self, mark: &str, text: &str) -> impl Iterator<Item = &Value> {
        self.items.all_with(mark, text)
    }

    /// The same, with their numbers.
    pub(super) fn numbered_with(
        &self,
        mark: &str,
        text: &str,
    ) -> impl Iterator<Item = (usize, &Value)> {
        self.items.numbered_with(mark, text, 0)
    }

    /// The items from a number on, with their numbers.
    pub(super) fn numbered_from(&self, start: usize) -> impl Iterator<Item = (usize, &Value)> {
        self.items.numbered(start..)
    }

    pub(super) fn change_all_with(&mut self, mark: &str, text: &str, change: impl Fn(&mut Value)) {
        self.items.change_all_with(mark, text, change);
    }

    pub(super) fn remove_all_with(&mut self, mark: &str, text: &str) {
        self.items.remove_all_with(mark, text);
    }

    /// Refuses an `externalId` that another resource has (Dfns documentation, page "Idempotency").
    pub(super) fn check_external_id(&self, external_id: &Value, own: &str) -> Result<(), Refusal> {
        let Some(text) = external_id.as_str() else {
            return Ok(());
        };
        let marks = ["/externalId", "/requestBody/externalId"];
        let mut same = marks.iter().flat_map(|mark| self.all_with(mark, text));
        match same.find(|item| item["id"] != own) {
            None => Ok(()),
            Some(item) => {
                let message = format!("Conflicting {} with same externalId", self.kind);
                let duplicate = json!({"id": item["id"], "externalId": external_id});
                Err(Refusal::new(409, message).with("duplicate", duplicate))
            }
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Value> {
        self.items.iter()
    }

    /// One page of the items that are wanted.
    pub(super) fn page(
        &self,
        call: &Call<'_>,
        wanted: impl Fn(&Value) -> bool,
    ) -> Result<Value, Refusal> {
        let from = |start| {
            self.items
                .numbered(start..)
                .filter(|(_, item)| wanted(item))
        };
        page_of(self.kind, call, from, Value::clone)
    }

    /// One page of the items with that text at one of the marks.
    pub(super) fn page_with(
        &self,
        call: &Call<'_>,
        mark: &str,
        text: &str,
    ) -> Result<Value, Refusal> {
        self.page_of_those(call, (mark, text), |_| true)
    }

    /// The same of those that are wanted.
    pub(super) fn page_of_those(
        &self,
        call: &Call<'_>,
        (mark, text): (&str, &str),
        wanted: impl Fn(&Value) -> bool,
    ) -> Result<Value, Refusal> {
        let from = |start| {
            let items = self.items.numbered_with(mark, text, start);
            items.filter(|(_, item)| wanted(item))
        };
        page_of(self.kind, call, from, Value::clone)
    }
}

impl Stored for Collection {
    fn settle(&mut self) {
        self.items.settle();
    }

    fn forget_changes(&mut self) {
        self.items.forget_changes();
    }

    fn changes(&mut self) -> Vec<(usize, Option<String>)> {
        self.items.changes()
    }

    fn restore(&mut self, number: usize, json: &str) -> serde_json::Result<()> {
        self.bytes = self.bytes.saturating_add(json.len());
        self.items.restore(number, json)
    }
}

/// One page of the rows that come from a number on. A token names the number of the first row of its page, and the
/// kind.
pub(super) fn page_of<T, I: Iterator<Item = (usize, T)>>(
    kind: &str,
    call: &Call<'_>,
    from: impl FnOnce(usize) -> I,
    show: impl Fn(T) -> Value,
) -> Result<Value, Refusal> {
    let limit = match &call.query["limit"] {
        Value::Null => PAGE,
        limit => limit
            .as_u64()
            .or_else(|| limit.as_str()?.parse().ok())
            .filter(|n| (1..=LARGEST_PAGE).contains(n))
            .ok_or_else(|| {
                Refusal::bad_request(format!("limit must be from 1 to {LARGEST_PAGE}"))
            })?,
    };
    let start = start(kind, &call.query["paginationToken"])?;
    let mut left = limit;
    let mut page = Vec::new();
    for (number, row) in from(start) {
        if left == 0 {
            let token = BASE64_URL_SAFE_NO_PAD.encode(format!("{kind}:{number}"));
            return Ok(written(page, Some(token)));
        }
        page.push(show(row));
        left -= 1;
    }
    Ok(written(page, None))
}

/// Pages can be large: `json!` would copy the items.
fn written(items: Vec<Value>, next: Option<String>) -> Value {
    let mut page = Map::new();
    page.insert("items".to_owned(), Value::Array(items));
    page.extend(next.map(|token| ("nextPageToken".to_owned(), Value::String(token))));
    Value::Object(page)
}

fn start(kind: &str, token: &Value) -> Result<usize, Refusal> {
    let Some(token) = token.as_str() else {
        return Ok(0);
    };
    let text = BASE64_URL_SAFE_NO_PAD
        .decode(token)
        .ok()
        .and_then(|b| String::from_utf8(b).ok());
    let index = text.and_then(|t| t.strip_prefix(kind)?.strip_prefix(':')?.parse().ok());
    index.ok_or_else(|| Refusal::bad_request("paginationToken is not one of this list"))
}
