from stage import assert_equal, refused

DOES = "wallets are made with every kind of key, renamed, tagged, and listed page by page"


def play(stage):
    made = []
    for kind in ["Ed25519", "P-256", "secp256k1", "RSA"]:
        wallets = stage.client(kind).wallets
        wallet = wallets.create_wallet({"network": "EthereumSepolia", "name": f"of {kind}"})
        assert_equal((wallet["status"], wallet["name"]), ("Active", f"of {kind}"))
        assert_equal(wallets.get_wallet(wallet["id"]), wallet)
        made.append(wallet)

    wallets = stage.client("Ed25519").wallets
    wallet_id = made[0]["id"]
    renamed = wallets.update_wallet(wallet_id, {"name": "renamed", "externalId": "first"})
    assert_equal((renamed["id"], renamed["name"], renamed["externalId"]), (wallet_id, "renamed", "first"))
    wallets.tag_wallet(wallet_id, {"tags": ["red", "green"]})
    wallets.untag_wallet(wallet_id, {"tags": ["red"]})
    tagged = wallets.get_wallet(wallet_id)
    assert_equal(tagged["tags"], ["green"])
    made[0] = tagged

    listed, pages = everything(wallets.list_wallets)
    assert_equal((listed, pages), (made, 2))

    accented = {"network": "EthereumSepolia", "name": "é"}
    details = refused(
        lambda: wallets.create_wallet(accented), 403, "user action signature is missing or invalid"
    )
    assert_equal(details["reason"], "payload differs")
    stage.defect("letters beyond ASCII are signed otherwise than they are sent")


def everything(list_page):
    items, pages, token = [], 0, None
    while True:
        page = list_page({"limit": 3, "paginationToken": token})
        items += page["items"]
        pages += 1
        token = page.get("nextPageToken")
        if not token:
            return items, pages
