//! What each request makes of the reply that belongs to it; `None` for another one.

#[cfg(feature = "auth")]
use dfns_protocol::api::auth::KeyCredentialInfo;
use dfns_protocol::{Assertion, Challenge, KeyAssertion};
use dfns_signer::device::Reply;

use super::{DeviceCredential, DeviceError, DeviceVersion};

pub(super) fn version(reply: Reply<'_>) -> Option<DeviceVersion> {
    match reply {
        Reply::Version {
            slots,
            max_challenge,
        } => Some(DeviceVersion {
            slots,
            max_challenge,
        }),
        _ => None,
    }
}

pub(super) fn credential(reply: Reply<'_>) -> Option<DeviceCredential> {
    match reply {
        Reply::Info {
            algorithm,
            credential_id,
            public_key,
        } => Some(DeviceCredential {
            credential_id: credential_id.into(),
            algorithm,
            public_key: public_key.into(),
        }),
        _ => None,
    }
}

/// What a device has signed; whose key that was, the host may know better.
pub(super) struct SignedTexts {
    client_data: String,
    signature: String,
}

impl SignedTexts {
    pub(super) fn by(self, credential_id: String) -> Assertion {
        KeyAssertion::from_base64url(credential_id, self.client_data, self.signature).into()
    }
}

pub(super) fn signed(reply: Reply<'_>) -> Option<SignedTexts> {
    match reply {
        Reply::Signed {
            client_data,
            signature,
            ..
        } => Some(SignedTexts {
            client_data: client_data.into(),
            signature: signature.into(),
        }),
        _ => None,
    }
}

#[cfg(feature = "auth")]
pub(super) fn created(reply: Reply<'_>) -> Option<KeyCredentialInfo> {
    match reply {
        Reply::Created {
            credential_id,
            client_data,
            attestation_data,
        } => Some(KeyCredentialInfo::new(
            credential_id,
            client_data,
            attestation_data,
        )),
        _ => None,
    }
}

pub(super) fn wiped(reply: Reply<'_>) -> Option<()> {
    (reply == Reply::Wiped).then_some(())
}

pub(super) fn cancelled(reply: Reply<'_>) -> Option<()> {
    (reply == Reply::Cancelled).then_some(())
}

/// Nobody is asked to answer a challenge that is for other keys. A challenge that names none is for any.
pub(super) fn allowed(credential_id: &str, challenge: &Challenge) -> Result<(), DeviceError> {
    let allowed = &challenge.allow_credentials.key;
    if allowed.is_empty() || allowed.iter().any(|key| key.id == credential_id) {
        return Ok(());
    }
    Err(DeviceError::NotAllowed {
        credential_id: credential_id.into(),
        allowed: allowed.iter().map(|key| key.id.clone()).collect(),
    })
}
