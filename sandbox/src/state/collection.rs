use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::Call;
use crate::refusal::Refusal;

/// A peer may create no more than this.
const MOST: usize = 100_000;
const MOST_BYTES: usize = 256 << 20;

// Dfns documentation, the list operations that state them: up to 500 items a page, 50 if not said.
const LARGEST_PAGE: u64 = 500;
const PAGE: u64 = 50;

/// Resources of one kind, each as the API shows it. Nothing is ever taken out: what is deleted stays, archived,
/// or leaves `null` behind, so that the numbers in page tokens stay true.
#[derive(Debug)]
pub(crate) struct Collection {
    kind: &'static str,
    id_name: &'static str,
    items: Vec<Value>,
    /// The length of all of them when they were created.
    bytes: usize,
}

impl Collection {
    pub(super) fn new(kind: &'static str, id_name: &'static str) -> Self {
        Self {
            kind,
            id_name,
            items: Vec::new(),
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
        self.items.push(item.clone());
        Ok(item)
    }

    /// Forgets an item.
    pub(super) fn remove(&mut self, id: &str) -> Result<Value, Refusal> {
        self.get_mut(id).map(Value::take)
    }

    pub(super) fn get(&self, id: &str) -> Result<&Value, Refusal> {
        let found = self.items.iter().find(|item| item["id"] == id);
        found.ok_or_else(|| self.unknown(id))
    }

    pub(super) fn unknown(&self, id: &str) -> Refusal {
        Refusal::not_found(self.kind, self.id_name, id)
    }

    pub(super) fn get_mut(&mut self, id: &str) -> Result<&mut Value, Refusal> {
        let found = self.items.iter_mut().find(|item| item["id"] == id);
        found.ok_or_else(|| Refusal::not_found(self.kind, self.id_name, id))
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Value> {
        self.items.iter().filter(|item| !item.is_null())
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Value> {
        self.items.iter_mut().filter(|item| !item.is_null())
    }

    /// Refuses an `externalId` that another resource has (Dfns documentation, page "Idempotency").
    pub(super) fn check_external_id(&self, external_id: &Value, own: &str) -> Result<(), Refusal> {
        let taken = self.items.iter().find(|item| {
            external_id.is_string() && item["externalId"] == *external_id && item["id"] != own
        });
        match taken {
            None => Ok(()),
            Some(item) => {
                let message = format!("Conflicting {} with same externalId", self.kind);
                let duplicate = json!({"id": item["id"], "externalId": external_id});
                Err(Refusal::new(409, message).with("duplicate", duplicate))
            }
        }
    }

    /// One page of the items that are wanted.
    pub(super) fn page(
        &self,
        call: &Call<'_>,
        wanted: impl Fn(&Value) -> bool,
    ) -> Result<Value, Refusal> {
        let items = self.items.iter().enumerate();
        let wanted = items.filter(|(_, item)| !item.is_null() && wanted(item));
        page_of(self.kind, call, wanted, Value::clone)
    }
}

/// One page of numbered items. A token names the number of the first item of its page, and the kind.
pub(super) fn page_of<T>(
    kind: &str,
    call: &Call<'_>,
    items: impl Iterator<Item = (usize, T)>,
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
    for (index, item) in items.skip_while(|(index, _)| *index < start) {
        if left == 0 {
            let token = BASE64_URL_SAFE_NO_PAD.encode(format!("{kind}:{index}"));
            return Ok(json!({"items": page, "nextPageToken": token}));
        }
        page.push(show(item));
        left -= 1;
    }
    Ok(json!({"items": page}))
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
