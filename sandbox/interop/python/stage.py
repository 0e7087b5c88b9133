import json
import urllib.request

from dfns_sdk import DfnsClient, DfnsClientConfig, DfnsDelegatedClient, DfnsDelegatedClientConfig, DfnsError
from dfns_sdk.auth import KeySigner
from keys import private_pem


class Stage:
    """What a flow plays on: people and machines, their clients, and the controls of the sandbox."""

    def __init__(self, keys, base_url, identities):
        self.keys = keys
        self.base_url = base_url
        self.identities = identities
        self.defects = []

    def client(self, who, **otherwise):
        """A client of someone who is there from the start."""
        usual = {"auth_token": self.identities[who]["token"], "base_url": self.base_url, "signer": self.signer(who)}
        return DfnsClient(DfnsClientConfig(**{**usual, **otherwise}))

    def delegated(self, who):
        """A client that has no key: its challenges are signed with `sign`."""
        token = self.identities[who]["token"]
        return DfnsDelegatedClient(DfnsDelegatedClientConfig(auth_token=token, base_url=self.base_url))

    def signer(self, who):
        return key_signer(self.identities[who]["credentialId"], self.keys[who])

    def sign(self, who, challenge):
        """A challenge, answered with someone's key."""
        first_factor = self.signer(who).sign(challenge)
        return {"challengeIdentifier": challenge["challengeIdentifier"], "firstFactor": first_factor}

    def advance(self, seconds):
        """Moves the sandbox's clock forward."""
        self._control("POST", "/clock", {"advanceSeconds": seconds})

    def inject(self, *faults):
        """From now on requests meet these faults, and no others."""
        self._control("PUT", "/faults", {"faults": faults})

    def last_code(self, username):
        """The code that somebody was mailed last."""
        with urllib.request.urlopen(f"{self.base_url}/__sandbox/mail") as answer:
            mail = json.load(answer)["mail"]
        return [letter["code"] for letter in mail if letter["to"] == username][-1]

    def permit_everything(self, identity_id):
        """Lets someone whom the SDK made do everything, as those may who are there from the start."""
        permissions = self.client("ada").permissions
        managed = {permission["name"]: permission["id"] for permission in permissions.list_permissions()["items"]}
        permissions.assign_permission(managed["ManagedFullAdminAccess"], {"identityId": identity_id})

    def defect(self, name):
        """Notes what the SDK itself does wrong, after the flow has seen it do so."""
        self.defects.append(name)

    def _control(self, method, path, body):
        headers = {"content-type": "application/json"}
        url = f"{self.base_url}/__sandbox{path}"
        with urllib.request.urlopen(urllib.request.Request(url, json.dumps(body).encode(), headers, method=method)):
            pass


def key_signer(credential_id, key):
    return KeySigner(credential_id, private_pem(key))


def rejection(kind, call):
    """The error that a call ends with."""
    try:
        call()
    except kind as error:
        return error
    raise AssertionError("the call was to be refused")


def refused(call, status, message):
    """Asserts that the SDK shows the service's refusal, and returns its details."""
    error = rejection(DfnsError, call)
    assert_equal((error.status_code, error.message), (status, message))
    return error.details


def assert_equal(seen, expected):
    """As `assert`, and shows both."""
    assert seen == expected, f"{seen!r} is not {expected!r}"
