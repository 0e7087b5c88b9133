from flows.approvals import ask_bob
from stage import assert_equal

DOES = "the change of a policy waits, answered with 202, and is made when somebody else approves it"


def play(stage):
    policies = stage.client("ada").policies
    policy_id = policies.create_policy(ask_bob(stage, "Wallets:Sign"))["id"]
    policies.create_policy(ask_bob(stage, "Policies:Modify"))

    pending = policies.update_policy(policy_id, {**ask_bob(stage, "Wallets:Sign"), "name": "renamed"})
    assert_equal((pending["status"], pending["entityId"]), ("Pending", policy_id))
    stage.defect("an answer with 202 is returned as if the change were made")
    shown = policies.get_policy(policy_id)
    assert_equal((shown["name"], shown["pendingChangeRequest"]["id"]), ("ask", pending["id"]))

    stage.client("bob").policies.create_approval_decision(pending["approvalId"], {"value": "Approved"})
    assert_equal(policies.get_policy(policy_id)["name"], "renamed")
