from attestation import attested
from keys import KINDS
from stage import assert_equal, key_signer

DOES = "a service account registers and logs in an end user, whose own key signs"


def play(stage):
    auth = stage.client("RSA").auth
    email = "end@example.com"
    challenge = auth.create_delegated_registration_challenge({"email": email, "kind": "EndUser"})
    key = KINDS["Ed25519"]()
    registrar = stage.client("RSA", auth_token=challenge["temporaryAuthenticationToken"])
    registered = registrar.auth.register_end_user(
        {
            "firstFactorCredential": attested("Key", "device", key, challenge),
            "wallets": [{"network": "EthereumSepolia"}],
        }
    )
    [wallet] = registered["wallets"]
    user_id = registered["user"]["id"]
    assert_equal(wallet["signingKey"]["delegatedTo"], user_id)

    token = auth.delegated_login({"username": email})["token"]
    end = stage.client("RSA", auth_token=token, signer=key_signer("device", key))
    body = {"kind": "Native", "to": f"0x{'b0' * 20}", "amount": "1"}
    assert_equal(end.wallets.transfer_asset(wallet["id"], body)["requester"]["userId"], user_id)
