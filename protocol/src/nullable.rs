//! Fields of a request that can be left alone, set, or cleared.

use serde::{Deserialize, Deserializer};

#[allow(
    clippy::option_option,
    reason = "absent, null and a value are three things"
)]
/// Reads a field that is there: `null` becomes `Some(None)`. An absent field is `None` by `#[serde(default)]`.
pub(crate) fn deserialize<'de, D, T>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::deserialize(deserializer).map(Some)
}
