import assert from 'node:assert/strict'

import { refused } from '../stage.mjs'

export const does = 'a transfer waits for a policy, and goes its way when somebody else approves it'

export async function play(stage) {
  const ada = stage.client('ada')
  const bob = stage.client('bob')
  const { id: walletId } = await ada.wallets.createWallet({ body: { network: 'EthereumSepolia' } })
  await ada.policies.createPolicy({ body: askBob(stage, 'Wallets:Sign') })

  const body = { kind: 'Native', to: `0x${'b0'.repeat(20)}`, amount: '1000' }
  const transfers = [0, 1].map(() => ada.wallets.transferAsset({ walletId, body }))
  const [one, other] = await Promise.all(transfers)
  assert.notEqual(one.id, other.id)
  await stage.advance(60)
  assert.equal((await ada.wallets.getTransfer({ walletId, transferId: one.id })).status, 'Pending')

  const waiting = await bob.policies.listApprovals({ query: { status: 'Pending' } })
  const ids = waiting.items.map(({ id }) => id)
  assert.deepEqual(new Set(ids), new Set([one.approvalId, other.approvalId]))
  const decide = (client, { approvalId }, value) =>
    client.policies.createApprovalDecision({ approvalId, body: { value, reason: 'asked' } })
  await refused(decide(ada, one, 'Approved'), 403, 'the user is no approver of this activity')
  assert.equal((await decide(bob, one, 'Approved')).status, 'Approved')
  assert.equal((await decide(bob, other, 'Denied')).status, 'Denied')

  await stage.advance(60)
  const statuses = [one, other].map(async ({ id }) => {
    const { status } = await ada.wallets.getTransfer({ walletId, transferId: id })
    return status
  })
  assert.deepEqual(await Promise.all(statuses), ['Confirmed', 'Rejected'])
}

/** A policy that lets an activity wait for the other user. */
export function askBob({ identities }, activityKind) {
  const approvers = { userId: { in: [identities.bob.userId] } }
  return {
    name: 'ask',
    activityKind,
    rule: { kind: 'AlwaysTrigger' },
    action: { kind: 'RequestApproval', approvalGroups: [{ quorum: 1, approvers }] },
  }
}
