/// What a device says of itself. That it speaks our version of the protocol is known by then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DeviceVersion {
    /// How many credentials it has room for; the slots are counted from 0.
    pub slots: u8,
    /// The longest challenge that it takes, in bytes.
    pub max_challenge: u16,
}
