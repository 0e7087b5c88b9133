"""What a device makes of a key when its holder registers it; the official key signer has no part in that."""

import hashlib
import json

from dfns_sdk.auth import KeySigner, base64url_encode
from keys import private_pem, public_pem


def attested(kind, credential_id, key, challenge):
    """A credential for the challenge, attested with the key itself (Dfns documentation, page "Credentials data")."""
    client_data = compact({"challenge": challenge["challenge"], "type": "key.create"})
    digest = hashlib.sha256(client_data).hexdigest()
    fingerprint = compact({"clientDataHash": digest, "publicKey": public_pem(key)})
    attestation = {"publicKey": public_pem(key), "signature": signature(key, fingerprint).hex()}
    credential = {
        "credentialKind": kind,
        "credentialInfo": {
            "credId": credential_id,
            "clientData": base64url_encode(client_data),
            "attestationData": base64url_encode(compact(attestation)),
        },
    }
    if kind != "Key":
        credential["encryptedPrivateKey"] = f"encrypted {credential_id}"
    return credential


def recovery(credential_id, key, new_credentials):
    """A factor that a recovery key makes: it signs the new credentials."""
    challenge = base64url_encode(compact(new_credentials))
    client_data = compact({"type": "key.get", "challenge": challenge})
    assertion = {
        "credId": credential_id,
        "clientData": base64url_encode(client_data),
        "signature": base64url_encode(signature(key, client_data)),
    }
    return {"kind": "RecoveryKey", "credentialAssertion": assertion}


def signature(key, data):
    return KeySigner("", private_pem(key))._sign_bytes(data)


def compact(value):
    return json.dumps(value, separators=(",", ":")).encode()
