from attestation import attested, recovery
from flows.registration import log_in, register
from keys import KINDS
from stage import assert_equal, refused

DOES = "who has lost a key recovers with the recovery key, and the lost one is good no more"


def play(stage):
    username = "eve@example.com"
    lost, paper, found = (KINDS[kind]() for kind in ("Ed25519", "P-256", "Ed25519"))
    user = register(stage, username, lost, paper)["user"]
    token = log_in(stage, username, lost)["token"]

    auth = stage.client("ada", auth_token="nobody").auth
    named = {"username": username, "orgId": stage.identities["ada"]["orgId"]}
    auth.send_recovery_code(named)
    credential_id = f"paper of {username}"
    challenge = auth.create_recovery_challenge(
        {**named, "verificationCode": stage.last_code(username), "credentialId": credential_id}
    )
    assert_equal([allowed["id"] for allowed in challenge["allowedRecoveryCredentials"]], [credential_id])

    recoverer = stage.client("ada", auth_token=challenge["temporaryAuthenticationToken"])
    new_credentials = {"firstFactorCredential": attested("Key", "new", found, challenge)}
    body = {"newCredentials": new_credentials, "recovery": recovery(credential_id, paper, new_credentials)}
    assert_equal(recoverer.auth.recover(body)["user"]["id"], user["id"])

    before = stage.client("ada", auth_token=token).wallets
    refused(before.list_wallets, 401, "user token is missing or invalid")
    no_credential = "User does not have a credential that can be used for the application."
    refused(lambda: log_in(stage, username, lost), 401, no_credential)
    after = log_in(stage, username, found, "new")["token"]
    assert_equal(stage.client("ada", auth_token=after).wallets.list_wallets()["items"], [])
