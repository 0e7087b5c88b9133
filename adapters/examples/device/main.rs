//! A key in a device, end to end: an emulated microcontroller makes the key and never gives it away, its user presses a
//! button, a person registers with it and makes wallets at a sandbox. One is denied; and once the device is reset while it
//! signs, which costs another press of the button and nothing else.
//!
//! ```sh
//! cargo run --example device                  # builds the image first: `cargo xtask firmware curves`
//! cargo run --example device -- IMAGE
//! ```
//!
//! It needs QEMU (`qemu-system-arm`), and fails when anything is not as it says.

#[path = "../support/board.rs"]
mod board;
mod watched;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;
use std::{env, thread};

use dfns_client::device::{Algorithm, DeviceError, DeviceSigner, Patience, Refusal};
use dfns_client::protocol::api::auth::{
    CreateLoginChallenge, CreateRegistrationChallenge, CreateUser, NewKey, NewUserKind, Register,
};
use dfns_client::protocol::api::permissions::{
    AssignPermission, CreatePermission, PermissionOperation,
};
use dfns_client::protocol::api::wallets::{CreateWallet, ListWallets, Network};
use dfns_client::protocol::{BaseUrl, Context, Happened, Token};
use dfns_client::ureq::Client;
use dfns_client::{CallErrorKind, KeySigner};
use dfns_sandbox::Sandbox;

use board::Board;
use watched::{Watch, Watched};

type Failure = Box<dyn Error>;

fn main() -> Result<(), Failure> {
    let image = match env::args_os().nth(1) {
        Some(image) => image.into(),
        None => build()?,
    };
    let sandbox = Sandbox::start()?;
    let mut board = Board::new(&image)?;
    let (wire, watch) = (board.host().try_clone()?, Watch::default());
    let (seen, patience) = (watch.clone(), Patience::default());
    let signer = DeviceSigner::new(move || Ok(Watched::new(wire.try_clone()?, seen.clone())))
        .with_patience(Patience {
            answer: Duration::from_secs(2),
            ..patience
        });
    board.power_on()?;
    board.expect_button(b'w')?;
    println!("device  {:?}", signer.version()?);

    board.press(b'a')?;
    register(&sandbox, &signer)?;
    println!("button  approved: a key was made, and ada is registered with it");

    let client = Client::new(context(&sandbox)?).with_signer(signer);
    let mut ada = CreateLoginChallenge::new();
    ada.username = Some(ADA.into());
    let token = client.login(&ada)?.token().ok_or("no token")??;
    let client = client.with_token(token);
    client.call(&wallet("approved"))?.completed()?;
    println!("button  approved: ada is logged in and has made a wallet");

    board.press(b'd')?;
    deny(&client)?;
    println!("button  denied: nothing has happened");

    let tries = reset_while_it_signs(&mut board, &watch, &client)?;
    println!("reset   while it signed: asked again, approved, and made");

    let mut names = Vec::new();
    for wallet in client.items(ListWallets::new()) {
        names.extend(wallet?.name);
    }
    names.sort();
    println!("sandbox {names:?}");
    let expected = 1 + tries;
    if names.len() != expected || sandbox.executions("createWallet") != expected {
        return Err(format!("not {expected} wallets").into());
    }
    Ok(())
}

/// Has an image built that signs with every curve; its file.
fn build() -> Result<PathBuf, Failure> {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(".."));
    cargo.args(["xtask", "firmware", "curves"]);
    let built = cargo.stderr(Stdio::inherit()).output()?;
    let said = String::from_utf8(built.stdout)?;
    match said.lines().last() {
        Some(image) if built.status.success() => Ok(image.trim().into()),
        _ => Err("the image could not be built".into()),
    }
}

const ADA: &str = "ada@example.com";

/// A backend invites somebody, who registers with a key that the device makes and proves.
fn register(sandbox: &Sandbox, signer: &DeviceSigner) -> Result<(), Failure> {
    let key = KeySigner::generate("not registered yet", dfns_signer::Algorithm::Ed25519)?;
    let account = sandbox.add_service_account("backend", &key.public_key_pem())?;
    let key = KeySigner::from_pem(account.credential_id, &key.to_pkcs8_pem()?)?;
    let backend = Client::new(context(sandbox)?)
        .with_token(Token::new(account.token)?)
        .with_signer(key);
    let user = CreateUser::new(ADA, NewUserKind::CustomerEmployee);
    let user = backend.call(&user)?.completed()?;
    let wallets = vec![
        PermissionOperation::WalletsRead,
        PermissionOperation::WalletsCreate,
        PermissionOperation::KeysCreate,
    ];
    let permission = CreatePermission::new("wallets", wallets);
    let permission = backend.call(&permission)?.completed()?;
    let assign = AssignPermission::new(permission.id, user.user_id);
    backend.call(&assign)?.completed()?;

    let anyone = Client::new(context(sandbox)?);
    let code = sandbox.last_code(ADA).ok_or("no invitation was sent")?;
    let challenge = anyone.call(&CreateRegistrationChallenge::new(ADA, code))?;
    // The slowest of the three: a reset has time to come.
    let credential = signer.create(Algorithm::P256, "adas-device", &challenge.challenge)?;
    anyone.register(&challenge, &Register::new(NewKey::new(credential)))?;
    Ok(())
}

fn context(sandbox: &Sandbox) -> Result<Context, Failure> {
    Ok(Context::new(BaseUrl::parse(&sandbox.base_url())?))
}

fn wallet(name: &str) -> CreateWallet {
    let mut wallet = CreateWallet::new(Network::EthereumSepolia);
    wallet.name = Some(name.into());
    wallet
}

fn deny(client: &Client) -> Result<(), Failure> {
    let Err(error) = client.call(&wallet("denied")) else {
        return Err("a denied wallet was made".into());
    };
    if let CallErrorKind::Signer(why) = error.kind()
        && let Some(DeviceError::Refused(Refusal::Denied)) = why.downcast_ref()
        && error.happened() == Happened::Never
    {
        return Ok(());
    }
    Err(error.into())
}

/// Resets the device between the user's approval and the signature. Should the signature be out first, it is tried again;
/// says how many wallets were made.
fn reset_while_it_signs(
    board: &mut Board,
    watch: &Watch,
    client: &Client,
) -> Result<usize, Failure> {
    for made in 1..=10 {
        board.press(b'w')?;
        let (before, client) = (watch.traffic(), client.clone());
        let call = thread::spawn(move || client.call(&wallet("signed after a reset")));
        watch.until(|now| now.waiting > before.waiting)?;
        // It obeys, and then it signs before it does anything else.
        board.press(b'a')?;
        board.reset()?;
        board.expect_button(b'w')?;
        let after =
            watch.until(|now| now.asked > before.asked + 1 || now.signed > before.signed)?;
        board.press(b'a')?;
        call.join().map_err(|_| "the call panicked")??.completed()?;
        if after.signed == before.signed {
            return Ok(made);
        }
    }
    Err("the signature was always out before the reset".into())
}
