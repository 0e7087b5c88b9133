//! The sandbox, with an account whose public key is that of a PEM file: `sandbox PEM`. It prints its URL, the account's
//! token and its credential, and serves until it is killed.

use std::env;
use std::error::Error;
use std::fs;

use dfns_sandbox::Sandbox;

fn main() -> Result<(), Box<dyn Error>> {
    let file = env::args().nth(1).ok_or("sandbox PEM")?;
    let sandbox = Sandbox::start()?;
    let identity = sandbox.add_service_account("peers", &fs::read_to_string(file)?)?;
    let (token, credential) = (&identity.token, &identity.credential_id);
    println!("{} {token} {credential}", sandbox.base_url());
    sandbox.wait();
    Ok(())
}
