from keys import KINDS, public_pem
from stage import assert_equal, key_signer, refused

DOES = "personal access tokens and service accounts are made, sign by themselves once they may, and are taken back"


def play(stage):
    auth = stage.client("ada").auth

    def use_of(key, token):
        signer = key_signer(token["credId"], key)
        wallets = stage.client("ada", auth_token=token["accessToken"], signer=signer).wallets
        return lambda: wallets.create_wallet({"network": "EthereumSepolia"})

    pat_key = KINDS["P-256"]()
    pat = auth.create_personal_access_token({"name": "laptop", "publicKey": public_pem(pat_key), "daysValid": 1})
    token_id, use_pat = pat["tokenId"], use_of(pat_key, pat)
    use_pat()
    renamed = auth.update_personal_access_token(token_id, {"name": "desktop"})
    assert_equal((renamed["tokenId"], renamed["name"], "accessToken" in renamed), (token_id, "desktop", False))
    auth.deactivate_personal_access_token(token_id)
    refused(use_pat, 401, "user token is missing or invalid")
    auth.activate_personal_access_token(token_id)
    use_pat()
    auth.delete_personal_access_token(token_id)
    refused(use_pat, 401, "user token is missing or invalid")
    assert_equal(auth.list_personal_access_tokens()["items"], [])

    bot_key = KINDS["RSA"]()
    bot = auth.create_service_account({"name": "bot", "publicKey": public_pem(bot_key)})
    bot_id, use_bot = bot["userInfo"]["userId"], use_of(bot_key, bot["accessTokens"][0])
    assert bot["userInfo"]["isServiceAccount"]
    details = refused(use_bot, 403, "Forbidden")
    assert_equal((details["missing"], details["identityId"]), ("Wallets:Create", bot_id))
    stage.permit_everything(bot_id)
    use_bot()
    read = auth.get_service_account(bot_id)
    assert_equal((read["userInfo"]["name"], "accessToken" in read["accessTokens"][0]), ("bot", False))
    invalid = "user action signature is missing or invalid"
    details = refused(lambda: auth.deactivate_service_account(bot_id, {}), 403, invalid)
    assert_equal(details["reason"], "payload differs")
    stage.defect("an empty object is sent and not signed")
    auth.deactivate_service_account(bot_id, {"force": True})
    refused(use_bot, 400, "User account has been deactivated.")
    auth.activate_service_account(bot_id)
    use_bot()
    refused(lambda: auth.delete_service_account(bot_id, {"force": True}), 400, "query parameters are not valid")
    stage.defect("a flag in the query is written as `True`")
    auth.delete_service_account(bot_id)
    refused(use_bot, 401, "user token is missing or invalid")
    assert_equal(len(stage.client("ada").wallets.list_wallets()["items"]), 4)
