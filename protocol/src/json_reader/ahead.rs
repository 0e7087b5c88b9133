use alloc::borrow::Cow;
use alloc::vec::Vec;

use super::{JsonReader, Read};

/// Looking at a value before it is read.
impl<'a> JsonReader<'a> {
    /// The string under `name` in the object that comes, which is not read by this. None for whatever else comes.
    pub(crate) fn string_in(&mut self, name: &'static str) -> Option<Cow<'a, str>> {
        let start = self.at;
        let string = self.find(name);
        self.at = start;
        string.ok()?
    }

    fn find(&mut self, name: &'static str) -> Read<Option<Cow<'a, str>>> {
        self.open(b'{', "an object")?;
        let mut more = self.first(b'}');
        while more {
            let found = self.name_of(&[name], 0)?;
            self.colon()?;
            if found.is_some() {
                return self.string().map(Some);
            }
            self.skip()?;
            more = self.next(b'}')?;
        }
        Ok(None)
    }

    /// The members of the object that comes, with their values' texts; it is not read by this. None for whatever else comes.
    pub(crate) fn members(&mut self) -> Vec<(Cow<'a, str>, &'a str)> {
        let start = self.at;
        let mut members = Vec::new();
        let whole = self.map(&mut |json, name| {
            members.push((name, json.skip()?));
            Ok(())
        });
        self.at = start;
        whole.map(|()| members).unwrap_or_default()
    }

    /// What `read` reads; if it cannot be read, it is still to be read after this.
    pub(crate) fn attempt<T>(&mut self, read: impl FnOnce(&mut Self) -> Read<T>) -> Option<T> {
        let start = self.at;
        let value = read(self);
        if value.is_err() {
            self.at = start;
        }
        value.ok()
    }
}
