from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from stage import assert_equal

DOES = "keys are made, and what they sign verifies"


def play(stage):
    keys = stage.client("secp256k1").keys
    message = b"what is signed"
    bodies = [
        {"kind": "Message", "message": f"0x{message.hex()}"},
        {"kind": "Hash", "hash": f"0x{sha256(message).hexdigest()}"},
    ]

    ecdsa = keys.create_key({"scheme": "ECDSA", "curve": "secp256k1", "name": "ecdsa"})
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256K1(), bytes.fromhex(ecdsa["publicKey"]))
    for body in bodies:
        made = sign(keys, ecdsa, body)
        r, s = (int(made["signature"][half], 16) for half in "rs")
        # It raises when it does not verify.
        public.verify(encode_dss_signature(r, s), sha256(message).digest(), ec.ECDSA(Prehashed(SHA256())))
        assert_equal(keys.get_signature(ecdsa["id"], made["id"])["signature"], made["signature"])

    eddsa = keys.create_key({"scheme": "EdDSA", "curve": "ed25519"})
    made = sign(keys, eddsa, bodies[0])
    encoded = bytes.fromhex(made["signature"]["encoded"].removeprefix("0x"))
    ed25519.Ed25519PublicKey.from_public_bytes(bytes.fromhex(eddsa["publicKey"])).verify(encoded, message)

    listed = keys.list_signatures(ecdsa["id"])
    assert_equal([item["requestBody"] for item in listed["items"]], bodies)
    assert_equal(keys.get_key(ecdsa["id"])["name"], "ecdsa")
    assert_equal([key["id"] for key in keys.list_keys()["items"]], [ecdsa["id"], eddsa["id"]])


def sign(keys, key, body):
    made = keys.generate_signature(key["id"], body)
    assert_equal((made["keyId"], made["status"]), (key["id"], "Signed"))
    return made
