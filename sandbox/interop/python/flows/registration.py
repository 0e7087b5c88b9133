from attestation import attested
from keys import KINDS
from stage import assert_equal, key_signer, refused

DOES = "somebody is invited, registers a key and a recovery key, logs in, signs and logs out"


def play(stage):
    username = "eve@example.com"
    key = KINDS["P-256"]()
    user = register(stage, username, key)["user"]
    assert_equal(stage.client("ada").auth.get_user(user["id"])["isRegistered"], True)

    refused(lambda: log_in(stage, username, KINDS["P-256"]()), 401, "Not Authorized.")
    token = log_in(stage, username, key)["token"]
    own = stage.client("ada", auth_token=token, signer=key_signer(f"key of {username}", key))
    wallet = own.wallets.create_wallet({"network": "EthereumSepolia"})
    assert_equal(own.wallets.get_wallet(wallet["id"])["id"], wallet["id"])
    kinds = {credential["kind"] for credential in own.auth.list_credentials()["items"]}
    assert_equal(kinds, {"Key", "RecoveryKey"})

    own.auth.logout({})
    refused(own.wallets.list_wallets, 401, "user token is missing or invalid")


def register(stage, username, key, recovery_key=None):
    """Invites and registers someone, who has no token yet: the SDK wants one all the same."""
    invited = stage.client("ada").auth.create_user({"email": username, "kind": "CustomerEmployee"})
    stage.permit_everything(invited["userId"])
    anyone = stage.client("ada", auth_token="nobody").auth
    challenge = anyone.create_registration_challenge(
        {
            "username": username,
            "orgId": stage.identities["ada"]["orgId"],
            "registrationCode": stage.last_code(username),
        }
    )
    assert_equal(challenge["user"]["name"], username)
    registrar = stage.client("ada", auth_token=challenge["temporaryAuthenticationToken"])
    recovery_key = recovery_key or KINDS["P-256"]()
    return registrar.auth.register(
        {
            "firstFactorCredential": attested("Key", f"key of {username}", key, challenge),
            "recoveryCredential": attested("RecoveryKey", f"paper of {username}", recovery_key, challenge),
        }
    )


def log_in(stage, username, key, credential_id=None):
    auth = stage.client("ada", auth_token="nobody").auth
    challenge = auth.create_login_challenge({"orgId": stage.identities["ada"]["orgId"], "username": username})
    factor = key_signer(credential_id or f"key of {username}", key).sign(challenge)
    return auth.login({"challengeIdentifier": challenge["challengeIdentifier"], "firstFactor": factor})
