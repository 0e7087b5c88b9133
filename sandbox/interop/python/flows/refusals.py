from dfns_sdk import BaseAuthApi, DfnsError
from httpx import LocalProtocolError

from keys import KINDS, public_pem
from stage import assert_equal, key_signer, refused, rejection

DOES = "wrong credentials and keys, expired tokens, challenges and user actions used twice are refused"

BODY = {"network": "EthereumSepolia"}


def play(stage):
    def create(**otherwise):
        return lambda: stage.client("ada", **otherwise).wallets.create_wallet(BODY)

    other_credential = key_signer("cr-00000-00000-0000000000000000", stage.keys["ada"])
    no_credential = "User does not have a credential that can be used for the application."
    refused(create(signer=other_credential), 401, no_credential)
    stage.defect("a credential that the challenge does not allow signs all the same")
    other_key = key_signer(stage.identities["ada"]["credentialId"], KINDS["Ed25519"]())
    details = refused(create(signer=other_key), 403, "user action signature is missing or invalid")
    assert_equal(details["reason"], "the signature does not verify")
    assert_equal(rejection(DfnsError, create(signer=None)).error_code, "SIGNER_REQUIRED")

    bad_token = "user token is missing or invalid"
    refused(create(auth_token="nobody"), 401, bad_token)
    rejection(LocalProtocolError, create(auth_token=""))
    stage.defect("without a token nothing can be called")
    pat = {"name": "short", "publicKey": public_pem(KINDS["Ed25519"]()), "secondsValid": 60}
    short_lived = stage.client("ada").auth.create_personal_access_token(pat)
    wallets = stage.client("ada", auth_token=short_lived["accessToken"]).wallets
    assert_equal(wallets.list_wallets()["items"], [])
    stage.advance(61)
    assert_equal(refused(wallets.list_wallets, 401, bad_token)["reason"], "the token has expired")

    delegated = stage.delegated("ada")
    wallets = delegated.wallets
    signed = stage.sign("ada", wallets.create_wallet_init(BODY))
    wallets.create_wallet_complete(BODY, signed)
    refused(lambda: wallets.create_wallet_complete(BODY, signed), 400, "Challenge token is not valid.")

    # What a delegated call does in its second half.
    http = delegated._http
    signed = stage.sign("ada", wallets.create_wallet_init(BODY))
    user_action = BaseAuthApi.sign_user_action_challenge(http, signed)["userAction"]

    def present():
        return http.request_with_user_action("POST", "/wallets", body=BODY, user_action=user_action)

    assert present()["id"]
    refused(present, 400, "user action has already been used")

    wallets = stage.client("ada").wallets
    refused(lambda: wallets.get_wallet("wa-00000-00000-0000000000000000"), 404, "wallet not found")
    assert_equal(len(wallets.list_wallets()["items"]), 2)
