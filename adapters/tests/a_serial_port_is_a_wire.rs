//! The device at the other end of a pseudo-terminal, opened by its path as any serial port is.

#![cfg(all(
    target_os = "linux",
    feature = "serialport",
    feature = "key-signer",
    feature = "auth",
    feature = "ureq",
    feature = "reqwest"
))]

use crate::common::device::device;
use dfns_client::Signer as _;
use dfns_client::device::{Algorithm, DeviceError, DeviceSigner};
use dfns_client::protocol::Challenge;
use dfns_signer::device::Presence;
use serialport::{SerialPort as _, TTYPort};

#[test]
fn a_device_at_a_serial_port_signs() {
    let (stand_in, _) = device(Presence::Approved);
    // The other end is kept open, or the device would see its wire hung up.
    let (ours, theirs) = TTYPort::pair().unwrap();
    stand_in.attach(ours.try_clone_native().unwrap(), Box::new(ours));
    let signer = DeviceSigner::serial(theirs.name().unwrap(), 115_200);
    signer.create(Algorithm::P256, "cr-1", "Y2gtMQ").unwrap();
    let challenge = r#"{"challenge":"Y2gtMQ","challengeIdentifier":"ey.1"}"#;
    let challenge: Challenge = serde_json::from_str(challenge).unwrap();
    let assertion = signer.sign(&challenge).unwrap();
    assert_eq!(
        assertion.first_factor.credential().unwrap().credential_id(),
        "cr-1"
    );
}

#[test]
fn a_port_that_is_not_there_is_told() {
    let signer = DeviceSigner::serial("/dev/no-such-port", 115_200);
    let error = signer.version().unwrap_err();
    assert!(matches!(error, DeviceError::Connect(_)), "{error}");
}
