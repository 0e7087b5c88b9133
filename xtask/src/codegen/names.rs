//! From the API's names to Rust's.

/// `createWallet`, `Permissions:Assign`, `add-mac-user`, `FROST_BITCOIN` → `CreateWallet`, `PermissionsAssign`,
/// `AddMacUser`, `FrostBitcoin`. `None` when the result is no identifier.
pub(crate) fn pascal(text: &str) -> Option<String> {
    let mut name = String::new();
    for word in text
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
    {
        let shouted = word.len() > 1 && !word.contains(|c: char| c.is_ascii_lowercase());
        let mut chars = word.chars();
        name.extend(chars.next().map(|c| c.to_ascii_uppercase()));
        if shouted {
            name.push_str(&chars.as_str().to_ascii_lowercase());
        } else {
            name.push_str(chars.as_str());
        }
    }
    name.starts_with(|c: char| c.is_ascii_uppercase())
        .then_some(name)
}

/// `walletId`, `isSSORequired`, `ed25519-start` → `wallet_id`, `is_sso_required`, `ed25519_start`. `None` when the
/// result is no identifier.
pub(crate) fn snake(text: &str) -> Option<String> {
    let chars: Vec<char> = text.chars().collect();
    let mut name = String::new();
    for (index, &c) in chars.iter().enumerate() {
        if !c.is_ascii_alphanumeric() {
            name.push('_');
            continue;
        }
        let after_lower = index > 0
            && (chars[index - 1].is_ascii_lowercase() || chars[index - 1].is_ascii_digit());
        let ends_acronym = index > 0
            && chars[index - 1].is_ascii_uppercase()
            && chars.get(index + 1).is_some_and(char::is_ascii_lowercase);
        if c.is_ascii_uppercase() && (after_lower || ends_acronym) {
            name.push('_');
        }
        name.push(c.to_ascii_lowercase());
    }
    name.starts_with(|c: char| c.is_ascii_lowercase())
        .then_some(name)
}

/// `type` → `r#type`: how a field name is written in code.
pub(crate) fn escaped(name: &str) -> String {
    const KEYWORDS: [&str; 12] = [
        "abstract", "as", "in", "loop", "match", "mod", "move", "override", "ref", "self", "type",
        "use",
    ];
    if KEYWORDS.contains(&name) {
        format!("r#{name}")
    } else {
        name.to_owned()
    }
}

/// What `#[serde(rename_all = "camelCase")]` makes of a field's name.
pub(crate) fn serde_camel(name: &str) -> String {
    let mut camel = String::new();
    for word in name.split('_') {
        if camel.is_empty() {
            camel.push_str(word);
        } else {
            let mut chars = word.chars();
            camel.extend(chars.next().map(|c| c.to_ascii_uppercase()));
            camel.push_str(chars.as_str());
        }
    }
    camel
}

/// `auth.PolicyInput` → the words of a name in lower case: "policy input".
pub(crate) fn words(name: &str) -> String {
    snake(name)
        .unwrap_or_else(|| name.to_owned())
        .replace('_', " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pascal_keeps_inner_capitals_and_calms_shouted_words() {
        for (text, name) in [
            ("createWallet", "CreateWallet"),
            ("Permissions:Assign", "PermissionsAssign"),
            ("add-mac-user", "AddMacUser"),
            ("FROST_BITCOIN", "FrostBitcoin"),
            ("salary payment", "SalaryPayment"),
            ("XrpLedger", "XrpLedger"),
            ("proof-of-control-v1", "ProofOfControlV1"),
        ] {
            assert_eq!(pascal(text).as_deref(), Some(name));
        }
        assert_eq!(pascal("0fns"), None);
        assert_eq!(pascal("*"), None);
    }

    #[test]
    fn snake_splits_at_capitals_and_keeps_acronyms_whole() {
        for (text, name) in [
            ("walletId", "wallet_id"),
            ("isSSORequired", "is_sso_required"),
            ("ed25519-start", "ed25519_start"),
            ("secp256k1", "secp256k1"),
            ("GauntletUsdcPrime", "gauntlet_usdc_prime"),
        ] {
            assert_eq!(snake(text).as_deref(), Some(name));
        }
        assert_eq!(snake("0fns"), None);
    }

    #[test]
    fn serde_camel_is_the_inverse_where_it_can_be() {
        assert_eq!(serde_camel("wallet_id"), "walletId");
        assert_eq!(serde_camel("is_sso_required"), "isSsoRequired");
    }
}
