//! What the challenges to be signed say of the credentials that may sign them.

use serde_json::{Value, json};

use super::account::{Credential, CredentialKind};

/// `allowCredentials`. What is kept encrypted for its user is shown only where it is known who asks.
pub(crate) fn allow_credentials<'a>(
    credentials: impl Iterator<Item = &'a Credential>,
    with_protected: bool,
) -> Value {
    let (mut key, mut webauthn, mut protected) = (Vec::new(), Vec::new(), Vec::new());
    for credential in credentials.filter(|credential| credential.active) {
        let mut shown = json!({"type": "public-key", "id": credential.id});
        match credential.kind {
            CredentialKind::Key => key.push(shown),
            CredentialKind::Fido2 => webauthn.push(shown),
            CredentialKind::PasswordProtectedKey if with_protected => {
                let encrypted = credential.encrypted_private_key.as_deref();
                shown["encryptedPrivateKey"] = encrypted.unwrap_or_default().into();
                protected.push(shown);
            }
            CredentialKind::PasswordProtectedKey | CredentialKind::RecoveryKey => {}
        }
    }
    json!({"key": key, "webauthn": webauthn, "passwordProtectedKey": protected})
}

/// `supportedCredentialKinds` of a challenge to be signed: machines and their tokens have keys, people have more.
pub(crate) fn supported_kinds(is_person: bool, second_required: bool) -> Value {
    let kinds: &[CredentialKind] = if is_person {
        &[
            CredentialKind::Key,
            CredentialKind::Fido2,
            CredentialKind::PasswordProtectedKey,
        ]
    } else {
        &[CredentialKind::Key]
    };
    let kind = |kind: &CredentialKind| {
        json!({
            "kind": kind.name(),
            "factor": if second_required { "either" } else { "first" },
            "requiresSecondFactor": second_required,
        })
    };
    kinds.iter().map(kind).collect()
}
