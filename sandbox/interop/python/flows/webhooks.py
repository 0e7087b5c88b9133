from stage import assert_equal, refused

DOES = "webhooks are made, read, changed, listed and deleted"


def play(stage):
    webhooks = stage.client("P-256").webhooks
    body = {"url": "https://example.com/hook", "events": ["wallet.created"], "description": "new wallets"}
    made = webhooks.create_webhook(body)
    assert made.pop("secret")
    assert_equal((made["url"], made["events"], made["status"]), (body["url"], body["events"], "Enabled"))
    webhook_id = made["id"]
    assert_equal(webhooks.get_webhook(webhook_id), made)

    changed = webhooks.update_webhook(webhook_id, {"status": "Disabled"})
    assert_equal((changed["id"], changed["url"], changed["status"]), (webhook_id, body["url"], "Disabled"))
    assert_equal(webhooks.list_webhooks()["items"], [changed])
    assert_equal(webhooks.delete_webhook(webhook_id), {"deleted": True})
    assert_equal(webhooks.list_webhooks()["items"], [])
    refused(lambda: webhooks.get_webhook(webhook_id), 404, "webhook not found")
