use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::cargo::{at_root, output};

/// What the code of a linked image says of itself.
pub(super) struct Image {
    /// By the address where each begins; a mark between code and data may hide a name, never an address.
    functions: BTreeMap<u64, Function>,
}

#[derive(Default)]
struct Function {
    /// More than one, where equal code was folded.
    names: Vec<String>,
    calls: BTreeSet<u64>,
    /// Bytes of stack, its callees' not included.
    frame: u64,
    /// Whether it calls what a register points at, which the code does not tell.
    calls_unknown: bool,
}

impl Image {
    /// Reads an image whose object code was compiled with `-Z emit-stack-sizes`.
    pub(super) fn read(path: &Path) -> Result<Self, String> {
        let symbols = at_llvm("llvm-nm", &["--demangle", "--defined-only"], path)?;
        let listing = at_llvm("llvm-objdump", &["-d", "--no-show-raw-insn"], path)?;
        let frames = at_llvm("llvm-readelf", &["--demangle", "--stack-sizes"], path)?;
        let image = Self::parse(&symbols, &listing, &frames);
        if image.functions.values().all(|function| function.frame == 0) {
            return Err(format!("{} tells no sizes of stack frames", path.display()));
        }
        Ok(image)
    }

    fn parse(symbols: &str, listing: &str, frames: &str) -> Self {
        let mut functions = BTreeMap::<u64, Function>::new();
        for (address, name) in symbols.lines().filter_map(symbol) {
            let function = functions.entry(address).or_default();
            function.names.push(name.to_owned());
        }
        let starts: BTreeSet<_> = functions.keys().copied().collect();
        let start_of = |address| starts.range(..=address).next_back().copied();
        for (address, code) in listing.lines().filter_map(instruction) {
            let start = start_of(address);
            let Some(function) = start.and_then(|start| functions.get_mut(&start)) else {
                continue;
            };
            let target = target(code).and_then(start_of);
            function
                .calls
                .extend(target.filter(|of| Some(*of) != start));
            function.calls_unknown |= code.starts_with("blx\tr") || code.starts_with("bx\tr");
        }
        for (size, name) in frames.lines().filter_map(frame) {
            for function in functions.values_mut() {
                if function.names.iter().any(|of| of == name) {
                    function.frame = function.frame.max(size);
                }
            }
        }
        Self { functions }
    }

    /// Which of the functions that a call of `root` can reach call one that panics.
    pub(super) fn panicking_from(&self, root: &str) -> Result<BTreeSet<&str>, String> {
        self.callers_from(root, Function::panics)
    }

    /// Which of the functions that a call of `root` can reach compare memory, which ends where it first differs.
    pub(super) fn comparing_from(&self, root: &str) -> Result<BTreeSet<&str>, String> {
        let compares = |of: &Function| matches!(of.name(), "memcmp" | "bcmp");
        self.callers_from(root, compares)
    }

    fn callers_from(
        &self,
        root: &str,
        of: impl Fn(&Function) -> bool,
    ) -> Result<BTreeSet<&str>, String> {
        let mut reached = BTreeSet::new();
        let mut found = BTreeSet::new();
        let mut open = vec![self.start_of(root)?];
        while let Some(address) = open.pop() {
            let function = &self.functions[&address];
            if !reached.insert(address) || function.panics() {
                continue;
            }
            if function.calls.iter().any(|call| of(&self.functions[call])) {
                found.insert(function.name());
            }
            open.extend(&function.calls);
        }
        Ok(found)
    }

    /// The bytes of stack that a call of `root` takes at most.
    pub(super) fn depth_of(&self, root: &str) -> Result<u64, String> {
        self.depth(self.start_of(root)?, &mut Vec::new(), &mut BTreeMap::new())
    }

    /// What allocates or is made to, if anything does.
    pub(super) fn allocator(&self) -> Option<&str> {
        let mut names = self.functions.values().flat_map(|function| &function.names);
        let allocates = |name: &str| {
            let of_alloc = name.starts_with("alloc::") || name.starts_with("<alloc::");
            of_alloc || (name.contains("__rust_") && name.contains("alloc"))
        };
        names.find(|name| allocates(name)).map(String::as_str)
    }

    fn depth(
        &self,
        address: u64,
        path: &mut Vec<u64>,
        known: &mut BTreeMap<u64, u64>,
    ) -> Result<u64, String> {
        if let Some(depth) = known.get(&address) {
            return Ok(*depth);
        }
        let function = &self.functions[&address];
        let name = function.name();
        if path.contains(&address) {
            return Err(format!("{name} calls itself: its stack has no bound"));
        }
        if function.calls_unknown {
            return Err(format!("{name} calls what only a register knows"));
        }
        path.push(address);
        let mut depth = 0;
        for call in &function.calls {
            depth = depth.max(self.depth(*call, path, known)?);
        }
        path.pop();
        depth += function.frame;
        known.insert(address, depth);
        Ok(depth)
    }

    fn start_of(&self, name: &str) -> Result<u64, String> {
        let mut functions = self.functions.iter();
        functions
            .find_map(|(start, of)| of.names.iter().any(|of| of == name).then_some(*start))
            .ok_or_else(|| format!("{name} is not in the image"))
    }
}

impl Function {
    fn name(&self) -> &str {
        self.names.first().map_or("?", String::as_str)
    }

    fn panics(&self) -> bool {
        let name = self.name();
        let helps_to_panic = name.ends_with("_fail") || name.ends_with("_failed");
        name.starts_with("core::panicking::") || (name.starts_with("core::") && helps_to_panic)
    }
}

/// A function's address and name in `00021141 T name`; Thumb code has the lowest bit set.
fn symbol(line: &str) -> Option<(u64, &str)> {
    let mut words = line.splitn(3, ' ');
    let address = u64::from_str_radix(words.next()?, 16).ok()?;
    let is_code = matches!(words.next()?, "t" | "T" | "w" | "W");
    let name = words.next()?;
    (is_code && !name.starts_with('$')).then_some((address & !1, name))
}

/// The address and the text of `   21140:      \tbl\t0x21200 <name> @ imm = #8`.
fn instruction(line: &str) -> Option<(u64, &str)> {
    let (address, code) = line.split_once(':')?;
    let address = u64::from_str_radix(address.trim(), 16).ok()?;
    Some((address, code.trim_start()))
}

/// Where a branch goes.
fn target(code: &str) -> Option<u64> {
    let (before, _) = code.split_once(" <")?;
    let (_, address) = before.rsplit_once("0x")?;
    u64::from_str_radix(address, 16).ok()
}

/// A size and the function that has it.
fn frame(line: &str) -> Option<(u64, &str)> {
    let (size, name) = line.trim().split_once(char::is_whitespace)?;
    Some((size.parse().ok()?, name.trim()))
}

fn at_llvm(program: &str, options: &[&str], image: &Path) -> Result<String, String> {
    output(at_root(program).args(options).arg(image))
        .map_err(|error| format!("{error}; install LLVM's tools"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SYMBOLS: &str = "
00000101 T sign
00000110 t $d.3
00000201 t <curve::Point as Mul<u8>>::mul
00000301 t core::panicking::panic_fmt
00000401 t wait
";
    const LISTING: &str = "
00000100 <$t>:
     100:      \tpush\t{r7, lr}
     104:      \tbl\t0x200 <$t> @ imm = #252
     108:      \tbeq\t0x100 <sign+0x8> @ imm = #-12
     10a:      \tb.w\t0x300 <panic_fmt> @ imm = #252
     200:      \tbx\tlr
     300:      \tb\t0x300 <panic_fmt> @ imm = #-4
     400:      \tblx\tr4
";
    const FRAMES: &str = "
Stack Sizes:
         Size     Functions
          100     sign
           20     <curve::Point as Mul<u8>>::mul
            8     core::panicking::panic_fmt
";

    #[test]
    fn the_deepest_path_counts() {
        let image = Image::parse(SYMBOLS, LISTING, FRAMES);
        assert_eq!(image.depth_of("sign"), Ok(120));
        assert!(image.depth_of("wait").unwrap_err().contains("register"));
        assert!(image.depth_of("other").is_err());
    }

    #[test]
    fn an_allocator_is_found() {
        assert_eq!(Image::parse(SYMBOLS, LISTING, FRAMES).allocator(), None);
        for name in ["__rustc::__rust_alloc", "<alloc::vec::Vec<u8>>::push"] {
            let symbols = format!("{SYMBOLS}00000501 T {name}\n");
            let image = Image::parse(&symbols, LISTING, FRAMES);
            assert_eq!(image.allocator(), Some(name));
        }
    }

    #[test]
    fn who_calls_a_panic_is_named() {
        let image = Image::parse(SYMBOLS, LISTING, FRAMES);
        let found = image.panicking_from("sign").unwrap();
        assert_eq!(found, BTreeSet::from(["sign"]));
        assert!(image.panicking_from("wait").unwrap().is_empty());
    }

    #[test]
    fn who_compares_memory_is_named() {
        let symbols = SYMBOLS.replace("<curve::Point as Mul<u8>>::mul", "memcmp");
        let image = Image::parse(&symbols, LISTING, FRAMES);
        let found = image.comparing_from("sign").unwrap();
        assert_eq!(found, BTreeSet::from(["sign"]));
    }
}
