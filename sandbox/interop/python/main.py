"""Drives the official Python SDK, unchanged: says which methods it has, then calls what it is told to. With the
argument `delegated` it is the client whose challenges are signed elsewhere.

A line of JSON each way. Out: {packages, methods, keys}. In: {baseUrl, credentials}. Then in: a call, out: {error}.
"""

import inspect
import json
import re
import sys
import warnings

from dfns_sdk import DfnsClient, DfnsClientConfig, DfnsDelegatedClient, DfnsDelegatedClientConfig
from dfns_sdk.auth import KeySigner
from keys import KINDS, packages, private_pem, public_pem

IS_DELEGATED = sys.argv[1:] == ["delegated"]


def make_client(base_url, token, signer):
    if IS_DELEGATED:
        return DfnsDelegatedClient(DfnsDelegatedClientConfig(auth_token=token, base_url=base_url))
    return DfnsClient(DfnsClientConfig(auth_token=token, base_url=base_url, signer=signer))


def reflect(client):
    """The domain clients are attributes of the main client; what an SDK method sends stands in its source."""
    for domain, methods in public(vars(client).items()):
        for name, method in public(inspect.getmembers(methods, inspect.ismethod)):
            base = base_of(methods, name)
            if base and name.endswith("_complete"):
                continue
            source = inspect.getsource(method)
            if alias := re.search(r"return self\.(\w+)\(", source):
                source = inspect.getsource(getattr(methods, alias[1]))
            yield {
                "name": f"{domain}.{base or name}",
                "method": re.search(r'method="(\w+)"', source)[1],
                "path": re.search(r'path ?= ?"([^"]+)"', source)[1],
            }


def base_of(methods, name):
    """What two methods share that are the halves of one call."""
    base = re.sub("_(init|complete)$", "", name)
    is_pair = hasattr(methods, f"{base}_init") and hasattr(methods, f"{base}_complete")
    return base if is_pair else None


def public(named):
    return ((name, value) for name, value in named if not name.startswith("_"))


def call(client, signer, name, path, query, body, file):
    domain, name = name.split(".")
    methods = getattr(client, domain)
    given = {"path": path, "query": query, "body": {} if body is None else json.loads(body), "file": b""}
    if hasattr(methods, name):
        invoke(getattr(methods, name), given)
        return
    challenge = invoke(getattr(methods, f"{name}_init"), given)
    signed = {"challengeIdentifier": challenge["challengeIdentifier"], "firstFactor": signer.sign(challenge)}
    invoke(getattr(methods, f"{name}_complete"), {**given, "signed_challenge": signed})


def invoke(method, given):
    path = (value for _, value in given["path"])
    arguments = [given[name] if name in given else next(path) for name in inspect.signature(method).parameters]
    return method(*arguments)


def say(value):
    print(json.dumps(value), flush=True)


def main():
    # Deprecated methods are methods too.
    warnings.simplefilter("ignore")
    keys = {name: make() for name, make in KINDS.items()}
    public_keys = {name: public_pem(key) for name, key in keys.items()}
    methods = list(reflect(make_client("http://localhost", "", None)))
    say({"packages": packages(), "methods": methods, "keys": public_keys})

    told = json.loads(sys.stdin.readline())
    credentials = told["credentials"]
    signers = {name: KeySigner(credentials[name]["credentialId"], private_pem(key)) for name, key in keys.items()}
    clients = {}
    for line in sys.stdin:
        wanted = json.loads(line)
        key = wanted.pop("key")
        token = wanted.pop("token") or credentials[key]["token"]
        if (key, token) not in clients:
            clients[key, token] = make_client(told["baseUrl"], token, signers[key])
        try:
            call(clients[key, token], signers[key], **wanted)
            say({"error": None})
        except Exception as failure:
            # The rest of the message is the place in the address.
            message = str(failure).split(", '")[0]
            say({"error": f"{type(failure).__name__}: {message}"})


main()
