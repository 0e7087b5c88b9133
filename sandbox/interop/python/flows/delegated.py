from dfns_sdk import DfnsError

from stage import assert_equal, refused, rejection

DOES = "a client without a key calls, and a key elsewhere signs"


def play(stage):
    client = stage.delegated("bob")
    wallets, keys = client.wallets, client.keys

    def whole(init, complete, *arguments):
        return complete(*arguments, stage.sign("bob", init(*arguments)))

    body = {"network": "EthereumSepolia", "name": "delegated"}
    wallet = whole(wallets.create_wallet_init, wallets.create_wallet_complete, body)
    assert_equal(wallet["name"], "delegated")
    assert_equal(wallets.get_wallet(wallet["id"]), wallet)
    assert_equal(len(wallets.list_wallets()["items"]), 1)
    deleted = whole(keys.delete_key_init, keys.delete_key_complete, wallet["signingKey"]["id"])
    assert_equal(deleted["status"], "Archived")

    # What was signed and what is sent have to be the same.
    signed = stage.sign("bob", wallets.create_wallet_init(body))
    details = refused(
        lambda: wallets.create_wallet_complete({**body, "name": "another"}, signed),
        403,
        "user action signature is missing or invalid",
    )
    assert_equal(details["reason"], "payload differs")

    failure = rejection(DfnsError, lambda: client.signers.submit_genesis_output("ks-1", {}, b""))
    assert_equal(failure.error_code, "SIGNER_REQUIRED")
    stage.defect("the delegated client has no halves for uploads and asks for a signer")
