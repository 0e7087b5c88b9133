"""The official Python SDK, measured as `ours` is: `python official.py python KIND BASE_URL CALLS PEM`."""

import os
import resource
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from dfns_sdk import DfnsClient, DfnsClientConfig
from dfns_sdk.auth import KeySigner

start = time.perf_counter()
_, _, kind, base_url, calls, key = sys.argv
with open(key, encoding="utf-8") as file:
    signer = KeySigner(os.environ.get("DFNS_CRED_ID", "cr-1"), file.read())
token = os.environ.get("DFNS_AUTH_TOKEN", "a-token-of-the-usual-kind")
config = DfnsClientConfig(auth_token=token, base_url=base_url, signer=signer)


def create(_):
    client.wallets.create_wallet(body={"network": "EthereumSepolia", "name": "treasury"})


def page(_):
    assert len(client.wallets.list_wallets()["items"]) == 100


def used():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return (used.ru_utime + used.ru_stime) * 1000, (time.perf_counter() - start) * 1000, used.ru_maxrss


with DfnsClient(config) as client:
    call = page if kind == "list" else create
    call(0)
    of_one = used()
    if kind == "together":
        with ThreadPoolExecutor(8) as threads:
            list(threads.map(call, range(int(calls))))
    else:
        for number in range(int(calls)):
            call(number)
print(*of_one)
print(*used())
