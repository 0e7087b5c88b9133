use std::error::Error;
use std::fs;
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use dfns_signer::device::Deframer;

use crate::wire::MAX_FRAME;

/// QEMU's mps2-an386 with an image; its serial line is QEMU's input and output.
pub(crate) struct Emulator {
    qemu: Child,
    line: ChildStdin,
    frames: Receiver<Vec<u8>>,
    monitor: TcpListener,
    folder: PathBuf,
}

/// Where the image's `memory.x` puts the stack, and what its board wants random numbers in.
const STACK: (usize, usize) = (0x2000_0000, 32 * 1024);
const SEED: (usize, usize) = (0x2003_F000 + 2048, 32);
/// What the stack is filled with before the start.
const UNUSED: u8 = 0xA5;
/// How long the device may think.
const PATIENCE: Duration = Duration::from_secs(60);

impl Emulator {
    pub(crate) fn start(image: &Path) -> Result<Self, Box<dyn Error>> {
        let monitor = TcpListener::bind("127.0.0.1:0")?;
        let folder = std::env::temp_dir().join(format!("dfns-device-{}", std::process::id()));
        fs::create_dir_all(&folder)?;
        let mut seed = [0; SEED.1];
        getrandom::fill(&mut seed)?;
        let filled = [
            ("stack", STACK.0, vec![UNUSED; STACK.1]),
            ("seed", SEED.0, seed.to_vec()),
        ];

        let mut qemu = Command::new("qemu-system-arm");
        qemu.args(["-M", "mps2-an386", "-display", "none", "-serial", "stdio"]);
        qemu.arg("-monitor")
            .arg(format!("tcp:{}", monitor.local_addr()?));
        for (name, address, bytes) in filled {
            let file = folder.join(name);
            fs::write(&file, bytes)?;
            let file = file.display();
            qemu.arg("-device");
            qemu.arg(format!("loader,addr={address:#x},force-raw=on,file={file}"));
        }
        qemu.arg("-kernel").arg(image);
        let mut qemu = qemu
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("qemu-system-arm: {error}; install QEMU for Arm"))?;

        let line = qemu.stdin.take().ok_or("no line to the device")?;
        let mut said = qemu.stdout.take().ok_or("no line from the device")?;
        let (frame, frames) = channel();
        thread::spawn(move || {
            let mut deframer = Deframer::<MAX_FRAME>::new();
            let mut bytes = [0; 1024];
            while let Ok(len @ 1..) = said.read(&mut bytes) {
                for byte in &bytes[..len] {
                    let complete = deframer.push(*byte).map(<[u8]>::to_vec);
                    if complete.is_some_and(|of| frame.send(of).is_err()) {
                        return;
                    }
                }
            }
        });
        Ok(Self {
            qemu,
            line,
            frames,
            monitor,
            folder,
        })
    }

    /// The next frame of the device.
    pub(crate) fn frame(&mut self) -> Result<Vec<u8>, Box<dyn Error>> {
        let frame = self.frames.recv_timeout(PATIENCE);
        frame.map_err(|_| "the device is silent".into())
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.line.write_all(bytes)?;
        self.line.flush()
    }

    /// The bytes of the stack that the device has used at most.
    pub(crate) fn stack(&mut self) -> Result<usize, Box<dyn Error>> {
        let dump = self.folder.join("dump");
        let (mut monitor, _) = self.monitor.accept()?;
        let (address, len) = STACK;
        let file = dump.display();
        writeln!(monitor, "pmemsave {address:#x} {len:#x} \"{file}\"")?;
        // It is written when the next command is answered.
        writeln!(monitor, "info name")?;
        wait_for(&monitor, "info name")?;
        let dump = fs::read(dump)?;
        let unused = dump.iter().take_while(|byte| **byte == UNUSED).count();
        Ok(len - unused)
    }
}

/// Reads what the monitor says up to the prompt after this command.
fn wait_for(monitor: &TcpStream, command: &str) -> io::Result<()> {
    monitor.set_read_timeout(Some(PATIENCE))?;
    let mut said = BufReader::new(monitor);
    let mut line = Vec::new();
    loop {
        line.clear();
        if said.read_until(b'\n', &mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if String::from_utf8_lossy(&line).contains(command) {
            return Ok(());
        }
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        let _ = self.qemu.kill();
        let _ = self.qemu.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}
