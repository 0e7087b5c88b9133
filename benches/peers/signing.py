"""Signatures by the package `cryptography`, measured as `signing` does: `python signing.py ALGORITHM PEM`."""

import sys
import time

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding

_, algorithm, file = sys.argv
with open(file, "rb") as pem:
    key = serialization.load_pem_private_key(pem.read(), None)
CHALLENGE = "MTI0NTY3ODkwMTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDEyMzQ1Njc4OTA"
MESSAGE = f'{{"type":"key.get","challenge":"{CHALLENGE}"}}'.encode()
HOW = {
    "Ed25519": (),
    "RSA-2048": (padding.PKCS1v15(), hashes.SHA256()),
}.get(algorithm, (ec.ECDSA(hashes.SHA256()),))


def micros(count):
    start = time.process_time()
    for _ in range(count):
        key.sign(MESSAGE, *HOW)
    return (time.process_time() - start) * 1e6 / count


many = max(1, round(50_000 / micros(100)))
print(sorted(micros(many) for _ in range(15))[7])
