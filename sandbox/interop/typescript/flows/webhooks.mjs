import assert from 'node:assert/strict'

import { refused } from '../stage.mjs'

export const does = 'webhooks are made, read, changed, listed and deleted'

export async function play(stage) {
  const { webhooks } = stage.client('P-256')
  const body = { url: 'https://example.com/hook', events: ['wallet.created'], description: 'new wallets' }
  const { secret, ...made } = await webhooks.createWebhook({ body })
  assert.ok(secret)
  assert.deepEqual([made.url, made.events, made.status], [body.url, body.events, 'Enabled'])
  const webhookId = made.id
  assert.deepEqual(await webhooks.getWebhook({ webhookId }), made)

  const changed = await webhooks.updateWebhook({ webhookId, body: { status: 'Disabled' } })
  assert.deepEqual([changed.id, changed.url, changed.status], [webhookId, body.url, 'Disabled'])
  assert.deepEqual((await webhooks.listWebhooks()).items, [changed])
  assert.deepEqual(await webhooks.deleteWebhook({ webhookId }), { deleted: true })
  assert.deepEqual((await webhooks.listWebhooks()).items, [])
  await refused(webhooks.getWebhook({ webhookId }), 404, 'webhook not found')
}
