//! An emulated microcontroller, for the examples of devices.
#![allow(dead_code, reason = "each example uses its own part")]

use std::error::Error;
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

type Failure = Box<dyn Error>;

/// QEMU's mps2-an386 with an image, and the other ends of its serial lines.
pub(crate) struct Board {
    qemu: Child,
    commands: ChildStdin,
    answers: BufReader<ChildStdout>,
    folder: PathBuf,
    host: TcpStream,
    button: TcpStream,
}

impl Board {
    /// A board that waits for [`power_on`](Self::power_on), with random numbers where the images look for a seed.
    pub(crate) fn new(image: &Path) -> Result<Self, Failure> {
        let mut seed = [0; SEED.1];
        getrandom::fill(&mut seed)?;
        let folder = std::env::temp_dir().join(format!("dfns-board-{}", std::process::id()));
        fs::create_dir_all(&folder)?;
        let (seed_file, stack_file) = (folder.join("seed"), folder.join("stack"));
        fs::write(&seed_file, seed)?;
        fs::write(&stack_file, vec![UNUSED; STACK.1])?;

        let lines = [
            TcpListener::bind("127.0.0.1:0")?,
            TcpListener::bind("127.0.0.1:0")?,
        ];
        let mut qemu = Command::new("qemu-system-arm");
        qemu.args(["-M", "mps2-an386", "-cpu", "cortex-m4", "-display", "none"]);
        // Paused until somebody listens; what the processor does takes the emulated board a nanosecond an instruction.
        qemu.args(["-S", "-icount", "shift=0", "-qmp", "stdio", "-kernel"]);
        qemu.arg(image);
        for (file, address) in [(&seed_file, SEED.0), (&stack_file, STACK.0)] {
            let loader = format!("loader,addr={address:#x},force-raw=on,file=");
            qemu.args(["-device", &format!("{loader}{}", file.display())]);
        }
        for line in &lines {
            let serial = format!("tcp:{},nodelay=on", line.local_addr()?);
            qemu.args(["-serial", &serial]);
        }
        let mut qemu = qemu
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("qemu-system-arm: {error}; install QEMU for Arm"))?;
        let pipes = qemu.stdin.take().zip(qemu.stdout.take());
        let (commands, answers) = pipes.ok_or("QEMU has no monitor")?;
        let mut answers = BufReader::new(answers);
        // It greets when both lines are connected, or ends.
        if answers.read_line(&mut String::new())? == 0 {
            return Err(format!("QEMU did not start {}", image.display()).into());
        }
        let (host, button) = (lines[0].accept()?.0, lines[1].accept()?.0);
        button.set_read_timeout(Some(PATIENCE))?;
        let mut board = Self {
            qemu,
            commands,
            answers,
            folder,
            host,
            button,
        };
        board.execute("qmp_capabilities", &json!({}))?;
        Ok(board)
    }

    /// The host's end of the first line. It outlives resets.
    pub(crate) fn host(&self) -> &TcpStream {
        &self.host
    }

    pub(crate) fn power_on(&mut self) -> Result<(), Failure> {
        self.execute("cont", &json!({})).map(drop)
    }

    /// Resets the processor, whatever it is doing.
    pub(crate) fn reset(&mut self) -> Result<(), Failure> {
        self.execute("system_reset", &json!({})).map(drop)
    }

    /// Does at the button, which is at the second line, what a letter stands for, and waits until it is obeyed.
    pub(crate) fn press(&mut self, letter: u8) -> Result<(), Failure> {
        self.button.write_all(&[letter])?;
        self.expect_button(letter)
    }

    /// Waits until the button says a letter, as it does by itself after a start: it is untouched then, `w`.
    pub(crate) fn expect_button(&mut self, letter: u8) -> Result<(), Failure> {
        let mut said = [0];
        self.button.read_exact(&mut said)?;
        if said == [letter] {
            return Ok(());
        }
        Err(format!("the button says {said:?} and not {letter}").into())
    }

    /// The bytes of the stack that were used at most.
    pub(crate) fn stack(&mut self) -> Result<usize, Failure> {
        let dump = self.folder.join("dump");
        let (address, size) = STACK;
        let place = json!({ "val": address, "size": size, "filename": dump });
        self.execute("pmemsave", &place)?;
        let unused = fs::read(dump)?;
        let unused = unused.iter().take_while(|byte| **byte == UNUSED).count();
        Ok(size - unused)
    }

    fn execute(&mut self, command: &str, arguments: &Value) -> Result<Value, Failure> {
        let request = json!({ "execute": command, "arguments": arguments });
        writeln!(self.commands, "{request}")?;
        loop {
            let mut answer = String::new();
            if self.answers.read_line(&mut answer)? == 0 {
                return Err("QEMU has ended".into());
            }
            let answer: Value = serde_json::from_str(&answer)?;
            if let Some(error) = answer.get("error") {
                return Err(format!("QEMU refuses {command}: {error}").into());
            }
            // What else there is are events, such as that of a reset.
            if let Some(value) = answer.get("return") {
                return Ok(value.clone());
            }
        }
    }
}

impl Drop for Board {
    fn drop(&mut self) {
        let _ = self.qemu.kill();
        let _ = self.qemu.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Where the images' `memory.x` puts the stack, and where it wants a seed.
const STACK: (usize, usize) = (0x2000_0000, 32 * 1024);
const SEED: (usize, usize) = (0x2003_F000 + 2048, 32);
/// What the stack is filled with before the start.
const UNUSED: u8 = 0xA5;
/// For the button to answer, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);
