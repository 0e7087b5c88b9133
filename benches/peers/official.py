"""The official Python SDK, measured as `ours` is: `python official.py python KIND BASE_URL CALLS PEM`."""

import resource
import sys

from dfns_sdk import DfnsClient, DfnsClientConfig
from dfns_sdk.auth import KeySigner

_, _, kind, base_url, calls, key = sys.argv
with open(key, encoding="utf-8") as file:
    signer = KeySigner("cr-1", file.read())
config = DfnsClientConfig(auth_token="a-token-of-the-usual-kind", base_url=base_url, signer=signer)
with DfnsClient(config) as client:
    for _ in range(int(calls)):
        if kind == "create":
            client.wallets.create_wallet(body={"network": "EthereumSepolia", "name": "treasury"})
        else:
            assert len(client.wallets.list_wallets()["items"]) == 100
used = resource.getrusage(resource.RUSAGE_SELF)
print((used.ru_utime + used.ru_stime) * 1000, used.ru_maxrss)
