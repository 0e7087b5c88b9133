use dfns_signer::device::{
    Deframer, FrameFault, MAX_REPLY_FRAME, MAX_REQUEST_FRAME, Message, Reply, Request,
};

/// The bytes of a wire are cut at their zero bytes and nowhere else, and a frame is read exactly when a decoder of COBS
/// and a CRC-32 of their own find a message in it that is written as the same frame.
pub fn frames(bytes: &[u8]) {
    let mut deframer = Deframer::<MAX_REQUEST_FRAME>::new();
    let mut cut = Vec::new();
    for byte in bytes {
        if let Some(frame) = deframer.push(*byte) {
            cut.push(frame.to_vec());
        }
    }
    let mut pieces: Vec<&[u8]> = bytes.split(|byte| *byte == 0).collect();
    // What no zero byte has ended yet.
    pieces.pop();
    let pieces: Vec<&[u8]> = pieces
        .into_iter()
        .filter(|piece| !piece.is_empty())
        .map(|piece| &piece[..piece.len().min(MAX_REQUEST_FRAME)])
        .collect();
    assert_eq!(cut, pieces);
    for frame in cut {
        request(&frame);
        reply(&frame);
    }
}

fn request(frame: &[u8]) {
    let mut out = [0; MAX_REQUEST_FRAME];
    match Message::<Request<'_>>::decode(frame, &mut out) {
        Ok(message) => same(frame, message.encode(&mut [0; MAX_REQUEST_FRAME])),
        Err(bad) => refused(frame, bad.fault),
    }
}

fn reply(frame: &[u8]) {
    let mut out = [0; MAX_REPLY_FRAME];
    match Message::<Reply<'_>>::decode(frame, &mut out) {
        Ok(message) => same(frame, message.encode(&mut [0; MAX_REPLY_FRAME])),
        Err(bad) => refused(frame, bad.fault),
    }
}

/// postcard takes numbers that are longer than they need to be, so the message is compared and not the bytes.
fn same<E: std::fmt::Debug>(frame: &[u8], written: Result<&[u8], E>) {
    let written = written.expect("a message that was read has a frame");
    assert_eq!(written.last(), Some(&0));
    let content = content(frame).expect("a frame that was read");
    let again = self::content(&written[..written.len() - 1]).expect("a frame that was written");
    assert!(again.len() <= content.len());
    if again.len() == content.len() {
        assert_eq!(again, content);
    }
}

fn refused(frame: &[u8], fault: FrameFault) {
    match fault {
        FrameFault::Corrupt => assert_eq!(content(frame), None, "{frame:02x?}"),
        FrameFault::TooLong => assert!(frame.len() > 400),
        _ => assert!(content(frame).is_some(), "{frame:02x?}"),
    }
}

/// What COBS hides, without the CRC-32 (that of zlib) that it ends in, if that is right.
fn content(frame: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let mut rest = frame;
    while let Some((code, after)) = rest.split_first() {
        let len = usize::from(*code).checked_sub(1)?;
        let (block, after) = after.split_at_checked(len)?;
        if block.contains(&0) {
            return None;
        }
        out.extend(block);
        if *code != 0xff && !after.is_empty() {
            out.push(0);
        }
        rest = after;
    }
    let (message, checksum) = out.split_last_chunk()?;
    (crc32(message) == u32::from_le_bytes(*checksum)).then(|| message.to_vec())
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            (crc >> 1) ^ if crc & 1 == 1 { 0xedb8_8320 } else { 0 }
        })
    })
}
