use std::fs;
use std::path::Path;

/// A linked image, of which only sizes and addresses are of interest: a 32-bit ELF, least significant byte first
/// (Tool Interface Standard, "Executable and Linking Format", version 1.2).
pub(super) struct Elf {
    bytes: Vec<u8>,
    path: String,
}

impl Elf {
    pub(super) fn read(path: &Path) -> Result<Self, String> {
        let name = path.display().to_string();
        let bytes = fs::read(path).map_err(|error| format!("{name}: {error}"))?;
        if bytes.starts_with(b"\x7fELF\x01\x01") {
            Ok(Self { bytes, path: name })
        } else {
            Err(format!("{name} is not what a linker makes for a Cortex-M"))
        }
    }

    /// The bytes that flash has to hold: code, constants, and what variables start with.
    pub(super) fn flash(&self) -> Result<u32, String> {
        self.sections(|section| section.loaded && section.kind != NO_BITS)
    }

    /// The bytes of memory that variables take, the stack not among them.
    pub(super) fn variables(&self) -> Result<u32, String> {
        self.sections(|section| section.loaded && section.writable)
    }

    /// The address that the linker's script has given a name.
    pub(super) fn address_of(&self, name: &str) -> Result<u32, String> {
        let headers = self.headers()?;
        let found = headers
            .iter()
            .filter(|table| table.kind == SYMBOLS)
            .find_map(|table| {
                let strings = headers.get(usize::try_from(table.link).ok()?)?.offset;
                (0..table.size / SYMBOL)
                    .map(|index| table.offset + index * SYMBOL)
                    .find(|at| {
                        self.text(strings + self.word(*at).unwrap_or_default()) == Some(name)
                    })
                    .and_then(|at| self.word(at + 4).ok())
            });
        found.ok_or_else(|| format!("{}: there is no {name}", self.path))
    }

    fn sections(&self, wanted: impl Fn(&Section) -> bool) -> Result<u32, String> {
        let headers = self.headers()?;
        Ok(headers
            .iter()
            .filter(|of| wanted(of))
            .map(|of| of.size)
            .sum())
    }

    fn headers(&self) -> Result<Vec<Section>, String> {
        let start = self.word(32)?;
        let count = self.word(48)? & 0xffff;
        let header = |index| {
            let word = |at| self.word(start + index * SECTION + at);
            let flags = word(8)?;
            Ok(Section {
                kind: word(4)?,
                writable: flags & 1 != 0,
                loaded: flags & 2 != 0,
                offset: word(16)?,
                size: word(20)?,
                link: word(24)?,
            })
        };
        (0..count).map(header).collect()
    }

    fn word(&self, at: u32) -> Result<u32, String> {
        let bytes = usize::try_from(at).ok().and_then(|at| self.bytes.get(at..));
        let word = bytes.and_then(<[u8]>::first_chunk);
        word.map(|bytes| u32::from_le_bytes(*bytes))
            .ok_or_else(|| format!("{} ends too early", self.path))
    }

    fn text(&self, at: u32) -> Option<&str> {
        let bytes = self.bytes.get(usize::try_from(at).ok()?..)?;
        std::str::from_utf8(bytes.split(|byte| *byte == 0).next()?).ok()
    }
}

struct Section {
    kind: u32,
    writable: bool,
    loaded: bool,
    offset: u32,
    size: u32,
    link: u32,
}

/// Kinds of sections.
const SYMBOLS: u32 = 2;
const NO_BITS: u32 = 8;
/// The bytes of an entry.
const SYMBOL: u32 = 16;
const SECTION: u32 = 40;
