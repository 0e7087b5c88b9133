//! A device that makes wallets by itself: an emulated microcontroller builds the requests and signs the challenges, and
//! this program, its bridge, sends what it says to a sandbox. What the device has signed cannot be changed on the way;
//! what it is about to sign can, by a bridge that lies from the beginning, because a challenge does not tell what it is
//! for. So TLS has to end in the device where the bridge is not trusted.
//!
//! ```sh
//! cargo xtask firmware wallet                            # prints where the image is
//! cargo run -p dfns-client --example device_alone -- IMAGE
//! ```
//!
//! It needs QEMU (`qemu-system-arm`), and fails when anything is not as it says.

extern crate alloc;

#[path = "../support/board.rs"]
mod board;
mod bridge;
mod line;
#[path = "../../../signer-nostd/firmware/src/bin/wallet/wire.rs"]
mod wire;

use std::error::Error;
use std::fmt::Debug;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use dfns_client::protocol::api::wallets::ListWallets;
use dfns_client::protocol::{BaseUrl, Context, Token};
use dfns_client::ureq::Client;
use dfns_sandbox::Sandbox;

use board::Board;
use bridge::{Bridge, Lie};
use line::Line;
use wire::{Ending, ToDevice};

fn main() -> Result<(), Box<dyn Error>> {
    let image = std::env::args_os().nth(1);
    let image = image.ok_or("name the image that `cargo xtask firmware wallet` has built")?;
    let sandbox = Sandbox::start()?;
    let mut board = Board::new(image.as_ref())?;
    let line = Line::new(board.host().try_clone()?)?;
    let mut bridge = Bridge::new(line, sandbox.base_url());
    board.power_on()?;

    let public_key = pem(&bridge.public_key()?);
    let account = sandbox.add_service_account("device", &public_key)?;
    println!("the device has made its key, the service knows its public half");
    let base_url = &*sandbox.base_url();
    let task = ToDevice::CreateWallet {
        base_url,
        token: &account.token,
        credential_id: &account.credential_id,
        name: "made by a device",
    };

    let Ending::Completed { wallet_id } = bridge.call(&task)? else {
        return Err("no wallet".into());
    };
    let context = Context::new(BaseUrl::parse(base_url)?).with_token(Token::new(&*account.token)?);
    let client = Client::new(context);
    expect(&names(&client, &wallet_id)?, &["made by a device"])?;
    println!("made {wallet_id}, and the service lists it\n");

    let stranger = ToDevice::CreateWallet {
        base_url,
        token: "of-nobody",
        credential_id: &account.credential_id,
        name: "refused",
    };
    expect(
        &bridge.call(&stranger)?,
        &refused(401, "asking for a challenge"),
    )?;
    println!("refused without a good token\n");

    let made_by_bridge = ("made by a device", "made by a bridge");
    bridge.lie(Lie::AfterSigning, made_by_bridge);
    let Ending::Refused {
        status: 400..500,
        happened: false,
        ..
    } = bridge.call(&task)?
    else {
        return Err("the lie was believed".into());
    };
    println!("refused when the bridge changed what was signed\n");

    bridge.lie(Lie::FromTheStart, made_by_bridge);
    let Ending::Completed { wallet_id } = bridge.call(&task)? else {
        return Err("the service has seen through a bridge that plays the device".into());
    };
    let names = names(&client, &wallet_id)?;
    expect(&names, &["made by a bridge"])?;
    println!("signed blindly when the bridge lied from the start\n");
    bridge.be_honest();

    sandbox.require_approval("createWallet");
    expect(&bridge.call(&task)?, &Ending::Accepted)?;
    println!("accepted, and waiting for an approval\n");
    expect(&sandbox.executions("createWallet"), &2)?;

    println!("{:>6} bytes of heap at most", bridge.heap());
    println!("{:>6} bytes of stack at most", board.stack()?);
    Ok(())
}

/// The names of the wallets with this id that the service lists.
fn names(client: &Client, wallet_id: &str) -> Result<Vec<String>, Box<dyn Error>> {
    let wallets = client.items(ListWallets::new());
    let wallets = wallets.collect::<Result<Vec<_>, _>>()?.into_iter();
    let named = wallets.filter(|wallet| wallet.id.as_str() == wallet_id);
    Ok(named.filter_map(|wallet| wallet.name).collect())
}

fn refused(status: u16, stage: &str) -> Ending {
    Ending::Refused {
        status,
        stage: stage.into(),
        happened: false,
    }
}

fn expect<T: PartialEq<U> + Debug + ?Sized, U: Debug + ?Sized>(
    found: &T,
    expected: &U,
) -> Result<(), String> {
    if found == expected {
        return Ok(());
    }
    Err(format!("{found:?} and not {expected:?}"))
}

/// The key in the form in which the service registers it.
fn pem(der: &[u8]) -> String {
    let body = STANDARD.encode(der);
    format!("-----BEGIN PUBLIC KEY-----\n{body}\n-----END PUBLIC KEY-----")
}
