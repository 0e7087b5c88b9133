"""Leads the official Python SDK, unchanged, through flows that assert what it returns.

A line of JSON each way. Out: {flows, machines, users}, the public keys of those who take part. In, for each flow:
{flow, baseUrl, identities}, out: {failure, defects}.
"""

import json
import sys
import traceback

from flows import (
    approvals,
    audit_log,
    base_url,
    changes,
    credentials,
    delegated,
    delegated_users,
    people,
    recovery,
    refusals,
    registration,
    server_errors,
    signatures,
    tokens,
    transfers,
    wallets,
    webhooks,
)
from keys import KINDS, public_pem
from stage import Stage

FLOWS = {
    "approvals": approvals,
    "audit-log": audit_log,
    "base-url": base_url,
    "changes": changes,
    "credentials": credentials,
    "delegated": delegated,
    "delegated-users": delegated_users,
    "people": people,
    "recovery": recovery,
    "refusals": refusals,
    "registration": registration,
    "server-errors": server_errors,
    "signatures": signatures,
    "tokens": tokens,
    "transfers": transfers,
    "wallets": wallets,
    "webhooks": webhooks,
}


def say(value):
    print(json.dumps(value), flush=True)


def main():
    machines = {name: make() for name, make in KINDS.items()}
    users = {"ada": KINDS["Ed25519"](), "bob": KINDS["P-256"]()}
    say(
        {
            "flows": [{"name": name, "does": flow.DOES} for name, flow in FLOWS.items()],
            "machines": {name: public_pem(key) for name, key in machines.items()},
            "users": {name: public_pem(key) for name, key in users.items()},
        }
    )
    for line in sys.stdin:
        told = json.loads(line)
        stage = Stage({**machines, **users}, told["baseUrl"], told["identities"])
        failure = None
        try:
            FLOWS[told["flow"]].play(stage)
        except Exception:
            failure = traceback.format_exc()
        say({"failure": failure, "defects": stage.defects})


main()
