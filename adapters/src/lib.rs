#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

#[cfg(feature = "reqwest")]
mod async_signer;
#[cfg(any(
    feature = "ureq",
    feature = "reqwest",
    all(feature = "fetch", target_arch = "wasm32")
))]
mod attempts;
#[cfg(any(
    feature = "ureq",
    feature = "reqwest",
    all(feature = "fetch", target_arch = "wasm32")
))]
mod call_error;
#[cfg(any(
    feature = "ureq",
    feature = "reqwest",
    feature = "device",
    all(feature = "fetch", target_arch = "wasm32")
))]
mod chance;
#[cfg(any(
    feature = "ureq",
    feature = "reqwest",
    all(feature = "fetch", target_arch = "wasm32")
))]
mod clock;
#[cfg(feature = "device")]
pub mod device;
#[cfg(all(feature = "fetch", target_arch = "wasm32"))]
pub mod fetch;
#[cfg(any(feature = "ureq", feature = "reqwest"))]
mod file;
#[cfg(any(
    feature = "ureq",
    feature = "reqwest",
    all(feature = "fetch", target_arch = "wasm32")
))]
mod file_error;
#[cfg(feature = "reqwest")]
pub mod reqwest;
mod signer;
#[cfg(any(
    feature = "ureq",
    feature = "reqwest",
    all(feature = "fetch", target_arch = "wasm32")
))]
mod trace;
#[cfg(any(
    feature = "ureq",
    feature = "reqwest",
    all(feature = "fetch", target_arch = "wasm32")
))]
mod transport;
#[cfg(feature = "ureq")]
pub mod ureq;

#[cfg(feature = "reqwest")]
pub use async_signer::AsyncSigner;
#[cfg(any(
    feature = "ureq",
    feature = "reqwest",
    all(feature = "fetch", target_arch = "wasm32")
))]
pub use call_error::{CallError, CallErrorKind};
pub use dfns_protocol as protocol;
#[cfg(feature = "pem")]
pub use dfns_signer::KeySigner;
#[cfg(feature = "password-key")]
pub use dfns_signer::{EncryptedPrivateKey, RecoveryCode};
#[cfg(any(feature = "ureq", feature = "reqwest"))]
pub use file::file_from_path;
#[cfg(any(
    feature = "ureq",
    feature = "reqwest",
    all(feature = "fetch", target_arch = "wasm32")
))]
pub use file_error::FileError;
#[cfg(all(feature = "pem", feature = "auth"))]
pub use signer::credential_info;
pub use signer::{SignError, Signer};

/// Compiles the code of the repository's front page.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct FrontPage;

/// Compiles and runs the code of the guides.
#[cfg(doctest)]
mod guides {
    #[doc = include_str!("../../docs/guides/your-own-runtime.md")]
    struct YourOwnRuntime;
    #[doc = include_str!("../../docs/guides/sign-with-a-backend-key.md")]
    struct SignWithABackendKey;
    #[doc = include_str!("../../docs/guides/let-users-sign.md")]
    struct LetUsersSign;
    #[doc = include_str!("../../docs/guides/log-in-and-register.md")]
    struct LogInAndRegister;
    #[doc = include_str!("../../docs/guides/act-for-your-users.md")]
    struct ActForYourUsers;
    #[doc = include_str!("../../docs/guides/give-out-tokens.md")]
    struct GiveOutTokens;
    #[cfg(feature = "password-key")]
    #[doc = include_str!("../../docs/guides/add-another-credential.md")]
    struct AddAnotherCredential;
    #[cfg(feature = "reqwest")]
    #[doc = include_str!("../../docs/guides/keep-the-key-in-a-kms.md")]
    struct KeepTheKeyInAKms;
    #[doc = include_str!("../../docs/guides/try-again-safely.md")]
    struct TryAgainSafely;
    #[doc = include_str!("../../docs/guides/upload-a-file.md")]
    struct UploadAFile;
    #[cfg(feature = "webhook-signatures")]
    #[doc = include_str!("../../docs/guides/receive-webhooks.md")]
    struct ReceiveWebhooks;
    #[cfg(all(feature = "serialport", feature = "reqwest"))]
    #[doc = include_str!("../../docs/guides/sign-on-a-device.md")]
    struct SignOnADevice;
    #[cfg(feature = "key-shares")]
    #[doc = include_str!("../../docs/guides/export-and-import-keys.md")]
    struct ExportAndImportKeys;
}
