#!/usr/bin/env python3
"""Works out the frames of the device protocol from its description and prints them, one a line.

    python3 make.py > frames.txt
"""

import base64
import pathlib
import zlib

VECTORS = pathlib.Path(__file__).parent.parent / "vectors"
VERSION = 1
ED25519, P256, SECP256K1, RSA = range(4)


def vector(case, name):
    return (VECTORS / case / name).read_text().strip()


def varint(number):
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    return bytes(out) + bytes([number])


def text(value):
    value = value.encode() if isinstance(value, str) else value
    return varint(len(value)) + value


def cobs(data):
    out = bytearray()
    for part in data.split(b"\0"):
        while len(part) >= 254:
            out += b"\xff" + part[:254]
            part = part[254:]
        out += bytes([len(part) + 1]) + part
    return bytes(out)


def frame(id, body, version=VERSION):
    message = bytes([version]) + varint(id) + body
    return cobs(message + zlib.crc32(message).to_bytes(4, "little")) + b"\0"


def show(name, *arguments, **named):
    print(name, frame(*arguments, **named).hex())


challenge = vector("ed25519", "challenge.txt")
der = base64.b64decode("".join(vector("ed25519", "public-key.pem").splitlines()[1:-1]))
assertion = text(vector("ed25519", "client-data.b64u")) + text(vector("ed25519", "signature.b64u"))
attestation = text(vector("attestation-ed25519", "client-data.b64u")) + text(
    vector("attestation-ed25519", "attestation-data.b64u")
)

show("version.request", 1, b"\x00")
show("version.reply", 1, b"\x00" + b"\x03" + varint(256))
show("info.request", 300, b"\x01\x00")
show("info.reply", 300, b"\x01" + bytes([ED25519]) + text("cr-1") + text(der))
show("sign.request", 2**32 - 1, b"\x02\x00" + text(challenge))
show("sign.reply", 2**32 - 1, b"\x02" + text("cr-1") + assertion)
show("create.request", 7, b"\x03\x00" + bytes([ED25519]) + text("cr-1") + text(challenge))
show("create.reply", 7, b"\x03" + text("cr-1") + attestation)
show("wipe.request", 8, b"\x04")
show("wipe.reply", 8, b"\x04")
show("cancel.request", 9, b"\x05")
show("cancel.reply", 9, b"\x05")
show("waiting", 2**32 - 1, b"\x06")
for number, name in enumerate(
    ["frame", "busy", "nothing-to-cancel", "no-such-slot", "empty-slot", "slot-taken",
     "invalid-challenge", "invalid-credential-id", "unsupported-algorithm", "denied",
     "timed-out", "failed", "reply-too-long"]
):
    if number:
        show("refused." + name, 2**32 - 1, b"\x07" + bytes([number]))
for number, name in enumerate(["too-long", "corrupt", "version", "malformed"]):
    show("refused.frame." + name, 0, b"\x07\x00" + bytes([number]))
show("other-version.request", 5, b"\xffwhatever comes then", version=2)
show("other-version.reply", 5, b"\x07\x00\x02")
show("no-such-request", 6, b"\x06")
show("no-such-request.reply", 6, b"\x07\x00\x03")
show("more-than-a-request", 6, b"\x00\x00")
show("no-id", 0, b"\x00")
