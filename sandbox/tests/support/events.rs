use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use dfns_sandbox::Sandbox;
use serde_json::Value;

/// A reader of the sandbox's events, which come in a chunked body (RFC 9112, section 7.1) without end.
pub struct Events {
    connection: BufReader<TcpStream>,
    text: String,
}

#[derive(Debug)]
pub struct Event {
    pub name: String,
    pub id: Option<u64>,
    pub data: Value,
    pub text: String,
}

impl Events {
    /// Takes a place as a reader; gives the status if it gets none.
    pub fn open(sandbox: &Sandbox, query: &str, header: &str) -> Result<Self, u16> {
        let mut stream = TcpStream::connect(sandbox.address()).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(10)))
            .unwrap();
        write!(
            stream,
            "GET /__sandbox/events{query} HTTP/1.1\r\nhost: x\r\n{header}\r\n"
        )
        .unwrap();
        let mut events = Self {
            connection: BufReader::new(stream),
            text: String::new(),
        };
        let head: Vec<_> = std::iter::from_fn(|| Some(events.line()))
            .take_while(|line| !line.is_empty())
            .collect();
        match head[0].split(' ').nth(1).unwrap() {
            "200" => {
                assert!(head.contains(&"content-type: text/event-stream".to_owned()));
                Ok(events)
            }
            status => Err(status.parse().unwrap()),
        }
    }

    /// The next event, or `None` when the stream ends.
    pub fn next(&mut self) -> Option<Event> {
        while !self.text.contains("\n\n") {
            let size = usize::from_str_radix(&self.line(), 16).ok()?;
            let mut chunk = vec![0; size + 2];
            self.connection.read_exact(&mut chunk).ok()?;
            self.text += std::str::from_utf8(&chunk[..size]).unwrap();
        }
        let (text, rest) = self.text.split_once("\n\n").unwrap();
        let field = |name: &str| {
            text.lines()
                .find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
        };
        let event = Event {
            name: field("event").unwrap_or_default().to_owned(),
            id: field("id").map(|id| id.parse().unwrap()),
            data: field("data").map_or(Value::Null, |data| serde_json::from_str(data).unwrap()),
            text: text.to_owned(),
        };
        self.text = rest.to_owned();
        Some(event)
    }

    /// The next event of that name.
    pub fn next_named(&mut self, name: &str) -> Event {
        std::iter::from_fn(|| self.next())
            .find(|event| event.name == name)
            .expect("an event before the stream ends")
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        let _ = self.connection.read_line(&mut line);
        line.trim_end().to_owned()
    }
}
