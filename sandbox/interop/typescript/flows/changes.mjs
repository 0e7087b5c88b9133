import assert from 'node:assert/strict'

import { PolicyPendingError } from '@dfns/sdk'

import { rejection } from '../stage.mjs'
import { askBob } from './approvals.mjs'

export const does = 'the change of a policy waits, answered with 202, and is made when somebody else approves it'

export async function play(stage) {
  const { policies } = stage.client('ada')
  const policy = await policies.createPolicy({ body: askBob(stage, 'Wallets:Sign') })
  await policies.createPolicy({ body: askBob(stage, 'Policies:Modify') })
  const policyId = policy.id
  const body = { ...askBob(stage, 'Wallets:Sign'), name: 'renamed' }

  const pending = await rejection(policies.updatePolicy({ policyId, body }))
  assert.ok(pending instanceof PolicyPendingError)
  assert.equal(pending.httpStatus, 202)
  assert.equal(pending.context.status, 'Pending')
  assert.equal(pending.context.entityId, policyId)
  const shown = await policies.getPolicy({ policyId })
  assert.deepEqual([shown.name, shown.pendingChangeRequest.id], ['ask', pending.context.id])

  const bob = stage.client('bob').policies
  const { approvalId } = pending.context
  await bob.createApprovalDecision({ approvalId, body: { value: 'Approved' } })
  assert.equal((await policies.getPolicy({ policyId })).name, 'renamed')
}
