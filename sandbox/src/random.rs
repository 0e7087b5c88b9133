/// A seeded source of values (`SplitMix64`): the same seed gives the same sandbox. It is no source of
/// secrets, and a sandbox holds none.
#[derive(Debug, Clone)]
pub(crate) struct Random(u64);

const ID_CHARACTERS: &[u8; 36] = b"abcdefghijklmnopqrstuvwxyz0123456789";

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// What a new source goes on from where this one is.
    #[cfg(feature = "data")]
    pub(crate) fn position(&self) -> u64 {
        self.0
    }

    /// A source of its own for a text, such as an operation's name.
    pub(crate) fn of(seed: u64, text: &str) -> Self {
        // FNV-1a: short, and stable over versions of everything.
        let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        let mut random = Self(seed ^ hash);
        random.next();
        random
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// From `low` to `high`, both included.
    pub(crate) fn between(&mut self, low: u64, high: u64) -> u64 {
        match high.saturating_sub(low).checked_add(1) {
            Some(count) => low + self.next() % count,
            None => self.next(),
        }
    }

    pub(crate) fn index(&mut self, length: usize) -> usize {
        let length = u64::try_from(length.max(1)).unwrap_or(u64::MAX);
        usize::try_from(self.next() % length).unwrap_or_default()
    }

    pub(crate) fn pick<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        let index = self.index(items.len());
        items.get(index)
    }

    pub(crate) fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let mut out = [0; N];
        for chunk in out.chunks_mut(8) {
            chunk.copy_from_slice(&self.next().to_le_bytes()[..chunk.len()]);
        }
        out
    }

    pub(crate) fn hex(&mut self, bytes: usize) -> String {
        (0..bytes).fold(String::new(), |text, _| {
            text + &format!("{:02x}", self.next() & 0xff)
        })
    }

    /// Characters of `alphabet`.
    pub(crate) fn text(&mut self, alphabet: &[u8], length: usize) -> String {
        (0..length)
            .filter_map(|_| self.pick(alphabet).copied())
            .map(char::from)
            .collect()
    }

    /// An id such as `wa-xxxxx-xxxxx-xxxxxxxxxxxxxxxx`, the shape of the patterns in the API description.
    pub(crate) fn id(&mut self, prefix: &str) -> String {
        let [a, b, c] = [5, 5, 16].map(|length| self.text(ID_CHARACTERS, length));
        format!("{prefix}-{a}-{b}-{c}")
    }
}
