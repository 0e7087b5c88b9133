from stage import assert_equal, refused

DOES = "a transfer waits for a policy, and goes its way when somebody else approves it"


def play(stage):
    ada, bob = stage.client("ada"), stage.client("bob")
    wallet_id = ada.wallets.create_wallet({"network": "EthereumSepolia"})["id"]
    ada.policies.create_policy(ask_bob(stage, "Wallets:Sign"))

    body = {"kind": "Native", "to": f"0x{'b0' * 20}", "amount": "1000"}
    one, other = (ada.wallets.transfer_asset(wallet_id, body) for _ in range(2))
    assert one["id"] != other["id"]
    stage.advance(60)
    assert_equal(ada.wallets.get_transfer(wallet_id, one["id"])["status"], "Pending")

    waiting = bob.policies.list_approvals({"status": "Pending"})
    assert_equal([approval["id"] for approval in waiting["items"]], [one["approvalId"], other["approvalId"]])

    def decide(client, transfer, value):
        return client.policies.create_approval_decision(transfer["approvalId"], {"value": value, "reason": "asked"})

    refused(lambda: decide(ada, one, "Approved"), 403, "the user is no approver of this activity")
    assert_equal(decide(bob, one, "Approved")["status"], "Approved")
    assert_equal(decide(bob, other, "Denied")["status"], "Denied")

    stage.advance(60)
    statuses = [ada.wallets.get_transfer(wallet_id, transfer["id"])["status"] for transfer in (one, other)]
    assert_equal(statuses, ["Confirmed", "Rejected"])


def ask_bob(stage, activity_kind):
    """A policy that lets an activity wait for the other user."""
    approvers = {"userId": {"in": [stage.identities["bob"]["userId"]]}}
    return {
        "name": "ask",
        "activityKind": activity_kind,
        "rule": {"kind": "AlwaysTrigger"},
        "action": {"kind": "RequestApproval", "approvalGroups": [{"quorum": 1, "approvers": approvers}]},
    }
