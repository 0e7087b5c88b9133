from datetime import UTC, datetime, timedelta

from dfns_sdk import DfnsError

from attestation import attested
from keys import KINDS
from stage import assert_equal, key_signer, refused, rejection

DOES = "a user adds a second key, also from another device with a code, and deactivates one"


def play(stage):
    auth = stage.client("ada").auth

    def whole(credential_id, key, begun):
        named = {"credentialName": credential_id, "challengeIdentifier": begun["challengeIdentifier"]}
        return {**attested("Key", credential_id, key, begun), **named}

    def create(credential_id, key):
        wallets = stage.client("ada", signer=key_signer(credential_id, key)).wallets
        return wallets.create_wallet({"network": "EthereumSepolia"})

    second = KINDS["secp256k1"]()
    challenge = auth.create_credential_challenge({"kind": "Key"})
    added = auth.create_credential(whole("second", second, challenge))
    assert_equal((added["name"], added["credentialId"], added["isActive"]), ("second", "second", True))
    create("second", second)

    expiration = (datetime.now(UTC) + timedelta(minutes=1)).isoformat(timespec="milliseconds")
    code = auth.create_credential_code({"expiration": expiration.replace("+00:00", "Z")})["code"]
    device = stage.client("ada", auth_token="nobody", signer=None).auth
    body = {"code": code, "credentialKind": "Key"}
    begun = device.create_credential_challenge_with_code(body)
    third = KINDS["Ed25519"]()
    device.create_credential_with_code(whole("third", third, begun))
    create("third", third)
    rejection(DfnsError, lambda: device.create_credential_challenge_with_code(body))

    named = {"credentialUuid": added["credentialUuid"]}
    auth.deactivate_credential(named)
    no_credential = "User does not have a credential that can be used for the application."
    refused(lambda: create("second", second), 401, no_credential)
    auth.activate_credential(named)
    create("second", second)
    assert_equal(len(auth.list_credentials()["items"]), 3)
    again = whole("fourth", KINDS["Ed25519"](), challenge)
    refused(lambda: auth.create_credential(again), 400, "Challenge token is not valid.")
