use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

use super::elf::Elf;
use crate::cargo::{at_root, version};
use crate::debian;

/// QEMU running an image, with the other ends of its lines.
pub(super) struct Emulator {
    process: Child,
    /// The host's end of its line.
    pub(super) host: TcpStream,
    user: TcpStream,
    commands: ChildStdin,
    answers: BufReader<ChildStdout>,
    /// From the bottom of the stack to its top.
    stack: (u32, u32),
    elapsed: u32,
    folder: PathBuf,
}

impl Emulator {
    /// Makes sure that there is a QEMU.
    pub(super) fn find() -> Result<(), String> {
        let advice = "install QEMU for Arm: Debian's qemu-system-arm";
        version(QEMU, advice)
            .map(drop)
            .or_else(|_| debian::install(&["qemu-system-arm"], advice))
    }

    /// Starts an image; `load` are files and the symbols at whose addresses they are put, before each reset too.
    pub(super) fn start(image: &Path, load: &[(&Path, &str)]) -> Result<Self, String> {
        let elf = Elf::read(image)?;
        let stack = (
            elf.address_of("_stack_end")?,
            elf.address_of("_stack_start")?,
        );
        let folder = image.with_extension("");
        fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        // What the image has not written to is still painted when it is read back.
        let paint = folder.join("paint");
        let painted = vec![PAINT; size(stack.1 - stack.0)];
        fs::write(&paint, painted).map_err(|error| format!("{}: {error}", paint.display()))?;

        let [host, user] = [listen()?, listen()?];
        let mut qemu = at_root(QEMU);
        qemu.args(["-M", "mps2-an386", "-cpu", "cortex-m4", "-display", "none"])
            // A nanosecond for an instruction, however fast the emulator is.
            .args(["-icount", "shift=0", "-qmp", "stdio", "-kernel"])
            .arg(image);
        for line in [&host, &user] {
            let address = line.local_addr().map_err(lost)?;
            qemu.args(["-serial", &format!("tcp:{address},nodelay=on")]);
        }
        place(&mut qemu, &paint, stack.0);
        for (file, symbol) in load {
            place(&mut qemu, file, elf.address_of(symbol)?);
        }
        let mut process = qemu
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("{QEMU} did not start: {error}"))?;
        let pipes = process.stdin.take().zip(process.stdout.take());
        let (commands, answers) = pipes.ok_or("QEMU has no monitor")?;
        let mut answers = BufReader::new(answers);
        // The monitor greets when the serial lines are connected, or not at all.
        let mut greeting = String::new();
        answers.read_line(&mut greeting).map_err(lost)?;
        if greeting.is_empty() {
            end(&mut process);
            return Err(format!("{QEMU} ended at once"));
        }
        let mut emulator = Self {
            process,
            host: accept(&host)?,
            user: accept(&user)?,
            commands,
            answers,
            stack,
            elapsed: elf.address_of("_elapsed")?,
            folder,
        };
        emulator.execute("qmp_capabilities", &json!({}))?;
        Ok(emulator)
    }

    /// Does at the button what a letter stands for.
    pub(super) fn press(&mut self, letter: u8) -> Result<(), String> {
        self.user.write_all(&[letter]).map_err(lost)?;
        self.expect_button(letter)
    }

    /// Waits until the button says a letter, which it does on its own when the image starts.
    pub(super) fn expect_button(&mut self, letter: u8) -> Result<(), String> {
        let mut said = [0];
        self.user.read_exact(&mut said).map_err(lost)?;
        if said == [letter] {
            Ok(())
        } else {
            Err(format!("the button says {said:?} and not {letter}"))
        }
    }

    /// Resets the board, whatever it is doing; the memory stays as it is.
    pub(super) fn reset(&mut self) -> Result<(), String> {
        self.execute("system_reset", &json!({})).map(drop)
    }

    /// The instructions that the last answer took, to about forty.
    pub(super) fn instructions(&mut self) -> Result<u64, String> {
        let bytes = self.memory(self.elapsed, 4)?;
        let ticks = bytes.first_chunk().copied().map(u32::from_le_bytes);
        ticks
            .map(|ticks| u64::from(ticks) * INSTRUCTIONS_IN_A_TICK)
            .ok_or_else(|| "QEMU saved too little".into())
    }

    /// The most bytes of stack that have been in use since the last reset.
    pub(super) fn stack(&mut self) -> Result<usize, String> {
        let (bottom, top) = self.stack;
        let bytes = self.memory(bottom, top - bottom)?;
        Ok(bytes.iter().skip_while(|byte| **byte == PAINT).count())
    }

    fn memory(&mut self, address: u32, len: u32) -> Result<Vec<u8>, String> {
        let file = self.folder.join("memory");
        let place = json!({ "val": address, "size": len, "filename": file });
        self.execute("pmemsave", &place)?;
        fs::read(&file).map_err(|error| format!("{}: {error}", file.display()))
    }

    fn execute(&mut self, command: &str, arguments: &Value) -> Result<Value, String> {
        let request = json!({ "execute": command, "arguments": arguments });
        self.commands
            .write_all(format!("{request}\n").as_bytes())
            .map_err(lost)?;
        loop {
            let mut answer = String::new();
            self.answers.read_line(&mut answer).map_err(lost)?;
            let answer: Value = serde_json::from_str(&answer)
                .map_err(|error| format!("QEMU's monitor: {error}"))?;
            if let Some(value) = answer.get("return") {
                return Ok(value.clone());
            }
            if let Some(error) = answer.get("error") {
                return Err(format!("QEMU refuses {command}: {error}"));
            }
            // An event, such as that of a reset.
        }
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        end(&mut self.process);
    }
}

const QEMU: &str = "qemu-system-arm";
/// For an answer, of an emulator on a busy machine.
const PATIENCE: Duration = Duration::from_secs(100);
/// The timer counts 25 MHz.
const INSTRUCTIONS_IN_A_TICK: u64 = 40;
const PAINT: u8 = 0xa5;

fn listen() -> Result<TcpListener, String> {
    TcpListener::bind(("127.0.0.1", 0)).map_err(|error| format!("no port is free: {error}"))
}

/// The line that QEMU has opened.
fn accept(listener: &TcpListener) -> Result<TcpStream, String> {
    let stream = listener.accept().map_err(lost)?.0;
    stream.set_nodelay(true).map_err(lost)?;
    stream.set_read_timeout(Some(PATIENCE)).map_err(lost)?;
    Ok(stream)
}

fn place(qemu: &mut Command, file: &Path, address: u32) {
    let file = file.display();
    let loader = format!("loader,file={file},addr={address:#x},force-raw=on");
    qemu.args(["-device", &loader]);
}

fn end(process: &mut Child) {
    // It may have ended by itself, which is as good.
    let _ = process.kill();
    let _ = process.wait();
}

#[expect(clippy::needless_pass_by_value, reason = "as `map_err` has it")]
fn lost(error: std::io::Error) -> String {
    format!("the line to QEMU: {error}")
}

fn size(bytes: u32) -> usize {
    usize::try_from(bytes).unwrap_or(usize::MAX)
}
