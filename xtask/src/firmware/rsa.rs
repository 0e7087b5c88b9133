use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;

use dfns_signer::Algorithm;

use super::emulator::Emulator;
use super::trial::Seen;
use super::vectors::Vector;

/// Has the image that signs with RSA sign what OpenSSL has signed before: the two are the same bytes.
///
/// It makes no keys; what is seen in that place is how long it takes to read one and to check it.
pub(super) fn sign_the_vector(image: &Path, folder: &Path) -> Result<Seen, String> {
    let vector = Vector::of(Algorithm::Rsa);
    let key = folder.join("store");
    fs::write(&key, vector.private_key()?)
        .map_err(|error| format!("{}: {error}", key.display()))?;
    let mut emulator = Emulator::start(image, &[(&key, "_store")])?;
    emulator.expect_button(b'w')?;
    let create = emulator.instructions()?;

    let lost = |error: std::io::Error| format!("the device: {error}");
    let request = format!("{}\n", vector.challenge()?);
    emulator.host.write_all(request.as_bytes()).map_err(lost)?;
    let mut answer = String::new();
    BufReader::new(&emulator.host)
        .read_line(&mut answer)
        .map_err(lost)?;
    let signature = vector.signature()?;
    if answer
        .trim_end()
        .split_once(' ')
        .map(|(_, signature)| signature)
        != Some(&*signature)
    {
        return Err(format!("the device answers {answer}"));
    }
    Ok(Seen {
        algorithm: Algorithm::Rsa,
        sign: emulator.instructions()?,
        create,
        stack: emulator.stack()?,
    })
}
