"""Drives the official Python SDK, unchanged: says which methods it has, then calls what it is told to.

A line of JSON each way. Out: {methods, keys}. In: {baseUrl, credentials}. Then in: a call, out: {error}.
"""

import inspect
import json
import re
import sys
import warnings

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from dfns_sdk import DfnsClient, DfnsClientConfig
from dfns_sdk.auth import KeySigner

KEYS = {
    "Ed25519": ed25519.Ed25519PrivateKey.generate,
    "P-256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "secp256k1": lambda: ec.generate_private_key(ec.SECP256K1()),
    "RSA": lambda: rsa.generate_private_key(65537, 2048),
}


def reflect(client):
    """The domain clients are attributes of the main client; what an SDK method sends stands in its source."""
    for domain, methods in public(vars(client).items()):
        for name, method in public(inspect.getmembers(methods, inspect.ismethod)):
            source = inspect.getsource(method)
            if alias := re.search(r"return self\.(\w+)\(", source):
                source = inspect.getsource(getattr(methods, alias[1]))
            yield {
                "name": f"{domain}.{name}",
                "method": re.search(r'method="(\w+)"', source)[1],
                "path": re.search(r'path="([^"]+)"', source)[1],
            }


def public(named):
    return ((name, value) for name, value in named if not name.startswith("_"))


def call(client, name, path, query, body, file):
    domain, method = name.split(".")
    method = getattr(getattr(client, domain), method)
    path = (value for _, value in path)
    given = {"query": query, "body": {} if body is None else body, "file": b""}
    arguments = [given[name] if name in given else next(path) for name in inspect.signature(method).parameters]
    method(*arguments)


def say(value):
    print(json.dumps(value), flush=True)


def main():
    # Deprecated methods are methods too.
    warnings.simplefilter("ignore")
    keys = {name: make() for name, make in KEYS.items()}
    public_keys = {
        name: key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
        for name, key in keys.items()
    }
    say({"methods": list(reflect(DfnsClient(DfnsClientConfig(auth_token="")))), "keys": public_keys})

    told = json.loads(sys.stdin.readline())
    credentials = told["credentials"]
    signers = {
        name: KeySigner(
            credentials[name]["credentialId"],
            key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
        )
        for name, key in keys.items()
    }
    clients = {}
    for line in sys.stdin:
        wanted = json.loads(line)
        key = wanted.pop("key")
        token = wanted.pop("token") or credentials[key]["token"]
        if (key, token) not in clients:
            config = DfnsClientConfig(auth_token=token, base_url=told["baseUrl"], signer=signers[key])
            clients[key, token] = DfnsClient(config)
        try:
            call(clients[key, token], **wanted)
            say({"error": None})
        except Exception as failure:
            # The rest of the message is the place in the address.
            message = str(failure).split(", '")[0]
            say({"error": f"{type(failure).__name__}: {message}"})


main()
