use std::io;
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OptionalExtension, Transaction, params};

use crate::clock::Millis;

/// Marks a file as a sandbox's ("dfns" in ASCII), and how it is laid out.
const APPLICATION: i32 = 0x6466_6e73;
const LAYOUT: i32 = 1;

const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS items (
        kind TEXT NOT NULL, number INTEGER NOT NULL, json TEXT NOT NULL, PRIMARY KEY (kind, number)
    ) WITHOUT ROWID;
";

/// The file that a sandbox remembers in: an `SQLite` database of JSON rows. One sandbox has it at a time.
#[derive(Debug)]
pub(crate) struct Store {
    connection: Connection,
    facts: Facts,
}

/// What there is besides items.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Facts {
    /// What keys follow from: a file has one for ever.
    pub(crate) seed: u64,
    /// Where the source of ids and challenges has come to.
    pub(crate) random: u64,
    /// How far the clock was moved forward.
    pub(crate) ahead: Millis,
}

/// The rows of one kind that have changed, by their numbers; `None` when taken out.
pub(crate) type Changes = (&'static str, Vec<(usize, Option<String>)>);

impl Store {
    /// Opens a file, or makes one. `seed` is for a new one; an existing one has its own, and refuses another.
    pub(crate) fn open(path: &Path, seed: Option<u64>) -> io::Result<Self> {
        let refused = |reason: String| io::Error::other(format!("{}: {reason}", path.display()));
        let said = |error| refused(explain(&error));
        let connection = Connection::open(path).map_err(said)?;
        prepare(&connection).map_err(said)?;
        let number =
            |pragma| connection.pragma_query_value(None, pragma, |row| row.get::<_, i32>(0));
        let (application, layout) = (
            number("application_id").map_err(said)?,
            number("user_version").map_err(said)?,
        );
        match (application, layout) {
            (APPLICATION, LAYOUT) | (0, 0) => {}
            (APPLICATION, other) => {
                let reason = format!("laid out as version {other}, this sandbox reads {LAYOUT}");
                return Err(refused(reason));
            }
            _ => return Err(refused("a database, but not of a sandbox".to_owned())),
        }
        let facts = create(&connection, seed.unwrap_or_default()).map_err(said)?;
        if let Some(seed) = seed.filter(|seed| *seed != facts.seed) {
            let reason = format!("its seed is {}, not {seed}; leave the seed out", facts.seed);
            return Err(refused(reason));
        }
        Ok(Self { connection, facts })
    }

    pub(crate) fn facts(&self) -> &Facts {
        &self.facts
    }

    /// Every item, in the order of kinds and numbers.
    pub(crate) fn load(
        &self,
        mut each: impl FnMut(&str, usize, &str) -> io::Result<()>,
    ) -> io::Result<()> {
        let said = |error| io::Error::other(explain(&error));
        let select = "SELECT kind, number, json FROM items ORDER BY kind, number";
        let mut select = self.connection.prepare(select).map_err(said)?;
        let mut rows = select.query([]).map_err(said)?;
        while let Some(row) = rows.next().map_err(said)? {
            let number: i64 = row.get(1).map_err(said)?;
            let kind = row.get_ref(0).map_err(said)?.as_str();
            let json = row.get_ref(2).map_err(said)?.as_str();
            let (kind, json) = (
                kind.map_err(io::Error::other)?,
                json.map_err(io::Error::other)?,
            );
            each(
                kind,
                usize::try_from(number).map_err(io::Error::other)?,
                json,
            )?;
        }
        Ok(())
    }

    /// Stores what has changed, all of it or nothing.
    pub(crate) fn save(&mut self, changes: &[Changes], facts: Facts) -> Result<(), String> {
        if changes.iter().all(|(_, rows)| rows.is_empty()) && facts == self.facts {
            return Ok(());
        }
        let written = (|| {
            let transaction = self.connection.transaction()?;
            for (kind, rows) in changes {
                write(&transaction, kind, rows)?;
            }
            write_facts(&transaction, &facts)?;
            transaction.commit()
        })();
        written.map_err(|error| explain(&error))?;
        self.facts = facts;
        Ok(())
    }
}

/// Write-ahead logging: an answer that went out is in the file, and survives the end of the process.
fn prepare(connection: &Connection) -> rusqlite::Result<()> {
    // Whoever has the file does not let go of it soon.
    connection.busy_timeout(Duration::ZERO)?;
    connection.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "NORMAL")
}

/// Takes the file, and lays it out when it is new.
fn create(connection: &Connection, seed: u64) -> rusqlite::Result<Facts> {
    let transaction = connection.unchecked_transaction()?;
    transaction.execute_batch(TABLES)?;
    transaction.pragma_update(None, "application_id", APPLICATION)?;
    transaction.pragma_update(None, "user_version", LAYOUT)?;
    let fact = |name: &str| {
        let select = "SELECT value FROM facts WHERE name = ?1";
        let value = transaction.query_row(select, [name], |row| row.get::<_, String>(0));
        Ok::<_, rusqlite::Error>(value.optional()?.and_then(|value| value.parse().ok()))
    };
    let seed = fact("seed")?.unwrap_or(seed);
    let facts = Facts {
        seed,
        random: fact("random")?.unwrap_or(seed),
        ahead: fact("ahead")?.unwrap_or_default(),
    };
    write_facts(&transaction, &facts)?;
    transaction.commit()?;
    Ok(facts)
}

fn write(
    transaction: &Transaction<'_>,
    kind: &str,
    rows: &[(usize, Option<String>)],
) -> rusqlite::Result<()> {
    let mut insert =
        transaction.prepare_cached("INSERT OR REPLACE INTO items VALUES (?1, ?2, ?3)")?;
    let mut delete =
        transaction.prepare_cached("DELETE FROM items WHERE kind = ?1 AND number = ?2")?;
    for (number, json) in rows {
        let number = i64::try_from(*number).unwrap_or(i64::MAX);
        match json {
            Some(json) => insert.execute(params![kind, number, json])?,
            None => delete.execute(params![kind, number])?,
        };
    }
    Ok(())
}

/// As text: numbers of `SQLite` have a sign.
fn write_facts(transaction: &Transaction<'_>, facts: &Facts) -> rusqlite::Result<()> {
    let mut insert = transaction.prepare_cached("INSERT OR REPLACE INTO facts VALUES (?1, ?2)")?;
    for (name, value) in [
        ("seed", facts.seed),
        ("random", facts.random),
        ("ahead", facts.ahead),
    ] {
        insert.execute(params![name, value.to_string()])?;
    }
    Ok(())
}

fn explain(error: &rusqlite::Error) -> String {
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            "in use, perhaps by another sandbox".to_owned()
        }
        Some(ErrorCode::NotADatabase) => "not a database".to_owned(),
        _ => error.to_string(),
    }
}
