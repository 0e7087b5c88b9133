from stage import assert_equal, refused

DOES = "somebody is invited, given a permission, deactivated and removed"


def play(stage):
    client = stage.client("ada")
    auth, permissions = client.auth, client.permissions
    email = "eve@example.com"
    invited = auth.create_user({"email": email, "kind": "CustomerEmployee"})
    user_id = invited["userId"]
    assert_equal((invited["username"], invited["isRegistered"], invited["isActive"]), (email, False, True))
    refused(
        lambda: auth.create_user({"email": email, "kind": "EndUser"}), 409, "Conflicting user with same email"
    )

    permission_id = permissions.create_permission({"name": "readers", "operations": ["Wallets:Read"]})["id"]
    assigned = permissions.assign_permission(permission_id, {"identityId": user_id})
    [shown] = auth.get_user(user_id)["permissionAssignments"]
    assert_equal(
        (shown["permissionName"], shown["assignmentId"], shown["operations"]),
        ("readers", assigned["id"], ["Wallets:Read"]),
    )
    listed = permissions.list_assignments(permission_id)["items"]
    assert_equal([assignment["identityId"] for assignment in listed], [user_id])
    permissions.revoke_permission(permission_id, assigned["id"])
    assert_equal(auth.get_user(user_id)["permissionAssignments"], [])

    assert_equal(auth.deactivate_user(user_id, {"force": True})["isActive"], False)
    assert_equal(auth.activate_user(user_id)["isActive"], True)

    def names():
        return [user["username"] for user in auth.list_users()["items"]]

    assert_equal(names(), ["ada", "bob", email])
    auth.delete_user(user_id)
    assert_equal(names(), ["ada", "bob"])
