from stage import assert_equal, refused

DOES = "the same `externalId` gives the same transfer, with another body a conflict"


def play(stage):
    wallets = stage.client("Ed25519").wallets
    wallet_id = wallets.create_wallet({"network": "EthereumSepolia"})["id"]
    body = {"kind": "Native", "to": f"0x{'b0' * 20}", "amount": "1000", "externalId": "rent-1"}

    first = wallets.transfer_asset(wallet_id, body)
    assert_equal(first["status"], "Pending")
    assert_equal(wallets.transfer_asset(wallet_id, body), first)
    details = refused(
        lambda: wallets.transfer_asset(wallet_id, {**body, "amount": "2000"}),
        409,
        "Conflicting transfer with same externalId",
    )
    assert_equal(details["duplicate"], {"id": first["id"], "externalId": "rent-1"})

    stage.advance(60)
    done = wallets.get_transfer(wallet_id, first["id"])
    assert_equal(done["status"], "Confirmed")
    assert done["txHash"]
    assert_equal(wallets.list_transfers(wallet_id)["items"], [done])
