from dfns_sdk import DfnsError
from httpx import TransportError

from stage import assert_equal, refused, rejection

DOES = "a server that fails answers with the envelope, with a page, and not at all"


def play(stage):
    wallets = stage.client("ada").wallets

    def create():
        return wallets.create_wallet({"network": "EthereumSepolia"})

    def answer(fault, kind):
        stage.inject({"fault": fault, "on": "createWallet", "times": 1})
        return rejection(kind, create)

    assert_equal(answer("before 429 3", DfnsError).status_code, 429)
    assert_equal(answer("before 503 envelope", DfnsError).status_code, 503)
    page = answer("before 503 html", DfnsError)
    assert_equal(page.status_code, 503)
    assert "<html" in page.message
    answer("after cut", TransportError)
    # Only the last one was executed.
    assert_equal(len(wallets.list_wallets()["items"]), 1)
    refused(lambda: wallets.get_wallet("wa-1"), 404, "wallet not found")
