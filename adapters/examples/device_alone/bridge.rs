use std::error::Error;
use std::io::Read as _;

use dfns_signer::device::Message;
use ureq::Agent;

use crate::line::Line;
use crate::wire::{Ending, FromDevice, MAX_FRAME, ToDevice};

/// Sends the requests of a device and hands it the answers.
pub(crate) struct Bridge {
    device: Line,
    agent: Agent,
    /// Requests go nowhere else.
    base_url: String,
    /// A text in bodies, and what is sent instead.
    lie: Option<(Lie, &'static str, &'static str)>,
    heap: u32,
    id: u32,
}

/// When a bridge begins to lie.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Lie {
    /// At the request itself: the service has a signature for another.
    AfterSigning,
    /// When the challenge is asked for.
    FromTheStart,
}

impl Bridge {
    pub(crate) fn new(device: Line, base_url: String) -> Self {
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .build();
        Self {
            device,
            agent: agent.into(),
            base_url,
            lie: None,
            heap: 0,
            id: 0,
        }
    }

    /// What the device says when it has started: its public key, in DER.
    pub(crate) fn public_key(&mut self) -> Result<Vec<u8>, Box<dyn Error>> {
        let (frame, mut buffer) = (self.device.frame()?, [0; MAX_FRAME]);
        let message: Message<FromDevice<'_>> = Message::decode(&frame, &mut buffer)?;
        self.id = message.id;
        match message.body {
            FromDevice::Ready { public_key } => Ok(public_key.to_vec()),
            _ => Err("the device has not just started".into()),
        }
    }

    /// Has the device make a call.
    pub(crate) fn call(&mut self, task: &ToDevice<'_>) -> Result<Ending, Box<dyn Error>> {
        self.say(task)?;
        loop {
            let (frame, mut buffer) = (self.device.frame()?, [0; MAX_FRAME]);
            let message: Message<FromDevice<'_>> = Message::decode(&frame, &mut buffer)?;
            self.id = message.id;
            match message.body {
                FromDevice::Ready { .. } => return Err("the device has started again".into()),
                FromDevice::Send {
                    method,
                    url,
                    headers,
                    body,
                } => self.forward(method, url, &headers, body)?,
                FromDevice::Ended { ending, heap } => {
                    self.heap = heap;
                    return Ok(ending);
                }
            }
        }
    }

    /// Sends the second text from now on where a body has the first.
    pub(crate) fn lie(&mut self, lie: Lie, (text, instead): (&'static str, &'static str)) {
        self.lie = Some((lie, text, instead));
    }

    /// Sends what the device says.
    pub(crate) fn be_honest(&mut self) {
        self.lie = None;
    }

    /// The most bytes of its heap that the device has used.
    pub(crate) fn heap(&self) -> u32 {
        self.heap
    }

    fn forward(
        &mut self,
        method: &str,
        url: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Result<(), Box<dyn Error>> {
        let path = url.strip_prefix(&*self.base_url);
        let path = path.ok_or("the device names another service")?;
        let mut request = http::Request::builder().method(method).uri(url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut body = body.to_vec();
        let is_request = !path.starts_with("/auth/");
        let lies = |lie| is_request || lie == Lie::FromTheStart;
        if let Some((_, text, instead)) = self.lie.filter(|(lie, ..)| lies(*lie)) {
            body = String::from_utf8(body)?.replace(text, instead).into_bytes();
        }
        let (head, body) = self.agent.run(request.body(body)?)?.into_parts();
        println!("  {method} {path}: {}", head.status.as_u16());

        let mut bytes = Vec::new();
        let limit = u64::try_from(MAX_FRAME)?;
        body.into_reader().take(limit).read_to_end(&mut bytes)?;
        let text = |name| Some((name, head.headers.get(name)?.to_str().ok()?));
        let header = |name| text(name).unwrap_or_default();
        let answer = ToDevice::Answer {
            status: head.status.as_u16(),
            headers: MEANINGFUL.map(header),
            body: &bytes,
        };
        self.say(&answer).or_else(|_| self.say(&ToDevice::Lost))
    }

    fn say(&mut self, body: &ToDevice<'_>) -> Result<(), Box<dyn Error>> {
        let mut frame = [0; MAX_FRAME];
        let message = Message { id: self.id, body };
        self.device.write(message.encode(&mut frame)?)?;
        Ok(())
    }
}

/// What the protocol reads of an answer's head.
const MEANINGFUL: [&str; 4] = [
    "content-type",
    "retry-after",
    "x-request-id",
    "x-dfns-result-truncated",
];
