use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Call, Handler, Row, State, Stored, Table};
use crate::auth::Proof;
use crate::clock::{Millis, iso, parse};
use crate::refusal::Refusal;

/// Dfns documentation, page "List audit logs": an export has at most so many rows.
const MOST_EXPORTED: usize = 100_000;

/// At most so many are kept, with together at most so many bytes.
const MOST: usize = 200_000;
const MOST_BYTES: usize = 128 << 20;

const COLUMNS: &str =
    "Date Performed,Audit Log ID,User ID,Username,Primary Credential ID,Action Path,Summary";

/// A signed action, and how it ended.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct AuditLog {
    pub(crate) id: String,
    pub(crate) action_token: String,
    pub(crate) user_id: String,
    pub(crate) username: String,
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) summary: String,
    pub(crate) performed: Millis,
    pub(crate) status: u16,
    pub(crate) error: Option<String>,
    pub(crate) proof: Proof,
}

/// The latest of them.
#[derive(Debug)]
pub(crate) struct AuditLogs {
    rows: Table<AuditLog>,
    bytes: usize,
}

pub(super) fn handler(operation: &str) -> Option<Handler> {
    (operation == "getAuditLog").then_some(|state, call| {
        let found = state.audit_logs.rows.find("id", call.id());
        let unknown = || Refusal::not_found("audit log", "id", call.id());
        found.map(AuditLog::show).ok_or_else(unknown)
    })
}

/// The table that `listAuditLogs` answers, and whether rows had to be left out.
pub(crate) fn export(state: &State, call: &Call<'_>) -> Result<(String, bool), Refusal> {
    let date = |name: &str| {
        let date = call.query[name].as_str().and_then(parse);
        date.ok_or_else(|| Refusal::bad_request(format!("{name} is not an ISO 8601 date in UTC")))
    };
    let (start, end) = (date("startTime")?, date("endTime")?);
    let user_id = call.query["userId"].as_str();
    let wanted = state.audit_logs.rows.iter().filter(|log| {
        (start..=end).contains(&log.performed) && user_id.is_none_or(|id| id == log.user_id)
    });
    Ok(table(wanted, MOST_EXPORTED))
}

fn table<'a>(mut logs: impl Iterator<Item = &'a AuditLog>, most: usize) -> (String, bool) {
    let mut lines = vec![COLUMNS.to_owned()];
    lines.extend(logs.by_ref().take(most).map(AuditLog::line));
    let truncated = logs.next().is_some();
    if truncated {
        lines.push(format!(
            "# TRUNCATED after {most} rows: narrow the time range"
        ));
    }
    (lines.join("\n"), truncated)
}

impl AuditLogs {
    pub(super) fn new() -> Self {
        Self {
            rows: Table::new(&["id"]),
            bytes: 0,
        }
    }

    pub(crate) fn add(&mut self, log: AuditLog) {
        self.bytes = self.bytes.saturating_add(log.size());
        self.rows.add(log);
        while self.rows.len() > MOST || self.bytes > MOST_BYTES && self.rows.len() > 1 {
            let oldest = self.rows.remove_first(|_| true);
            self.bytes = self
                .bytes
                .saturating_sub(oldest.map_or(0, |log| log.size()));
        }
    }
}

impl AuditLog {
    fn line(&self) -> String {
        let date = iso(self.performed);
        let fields = [
            &date,
            &self.id,
            &self.user_id,
            &self.username,
            &self.proof.credential_id,
            &self.path,
            &self.summary,
        ];
        fields.map(|field| quoted(field)).join(",")
    }

    fn show(&self) -> Value {
        json!({
            "id": self.id,
            "action": format!("{} {}", self.method, self.path),
            "actionToken": self.action_token,
            "userId": self.user_id,
            "username": self.username,
            "datePerformed": iso(self.performed),
            "dateSigned": iso(self.proof.signed),
            "dateResolved": iso(self.performed),
            "responseStatus": self.status,
            "responseError": self.error,
            "firstFactorCredential": self.proof.show(),
        })
    }

    fn size(&self) -> usize {
        self.action_token.len() + self.path.len() + self.summary.len() + self.proof.size()
    }
}

/// A field of a line (RFC 4180, section 2).
fn quoted(field: &str) -> String {
    if field.contains([',', '"', '\r', '\n']) {
        format!("\"{}\"", field.replace('"', "\"\""))
    } else {
        field.to_owned()
    }
}

impl Stored for AuditLogs {
    fn settle(&mut self) {
        self.rows.settle();
    }

    fn changes(&mut self) -> Vec<(usize, Option<String>)> {
        self.rows.changes()
    }

    fn forget_changes(&mut self) {
        self.rows.forget_changes();
    }

    fn restore(&mut self, number: usize, json: &str) -> serde_json::Result<()> {
        self.rows.restore(number, json)?;
        let restored = self.rows.numbered(number..).next();
        let size = restored.map_or(0, |(_, log)| log.size());
        self.bytes = self.bytes.saturating_add(size);
        Ok(())
    }
}

/// An entry's mark is its `id`.
impl Row for AuditLog {
    fn mark(&self, name: &str) -> Option<&str> {
        (name == "id").then_some(&self.id)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{AuditLog, COLUMNS, table};

    fn log(id: &str) -> serde_json::Result<AuditLog> {
        serde_json::from_value(json!({
            "id": id, "action_token": "", "user_id": "us", "username": "u", "method": "POST", "path": "/wallets",
            "summary": "Create wallet.", "performed": 0, "status": 200, "error": null,
            "proof": {
                "credential_id": "cr", "signed": 0, "kind": "Key", "public_key": "", "client_data": "",
                "signature": "", "authenticator_data": null,
            },
        }))
    }

    #[test]
    fn what_is_too_much_is_cut_and_says_so() -> serde_json::Result<()> {
        let logs = [log("a")?, log("b")?];
        let line =
            |id: &str| format!("1970-01-01T00:00:00.000Z,{id},us,u,cr,/wallets,Create wallet.");
        let all = format!("{COLUMNS}\n{}\n{}", line("a"), line("b"));
        assert_eq!(table(logs.iter(), 2), (all, false));
        let (cut, truncated) = table(logs.iter(), 1);
        assert!(truncated);
        assert!(cut.starts_with(&format!("{COLUMNS}\n{}\n# TRUNCATED", line("a"))));
        Ok(())
    }
}
