import assert from 'node:assert/strict'

import { refused } from '../stage.mjs'

export const does = 'somebody is invited, given a permission, deactivated and removed'

export async function play(stage) {
  const { auth, permissions } = stage.client('ada')
  const email = 'eve@example.com'
  const invited = await auth.createUser({ body: { email, kind: 'CustomerEmployee' } })
  const { userId } = invited
  assert.deepEqual([invited.username, invited.isRegistered, invited.isActive], [email, false, true])
  const twice = auth.createUser({ body: { email, kind: 'EndUser' } })
  await refused(twice, 409, 'Conflicting user with same email')

  const body = { name: 'readers', operations: ['Wallets:Read'] }
  const { id: permissionId } = await permissions.createPermission({ body })
  const assigned = await permissions.createAssignment({ permissionId, body: { identityId: userId } })
  const [shown] = (await auth.getUser({ userId })).permissionAssignments
  assert.deepEqual(
    [shown.permissionName, shown.assignmentId, shown.operations],
    ['readers', assigned.id, ['Wallets:Read']]
  )
  assert.deepEqual(
    (await permissions.listAssignments({ permissionId })).items.map(({ identityId }) => identityId),
    [userId]
  )
  await permissions.deleteAssignment({ permissionId, assignmentId: assigned.id, query: { force: true } })
  assert.deepEqual((await auth.getUser({ userId })).permissionAssignments, [])

  assert.equal((await auth.deactivateUser({ userId })).isActive, false)
  assert.equal((await auth.activateUser({ userId })).isActive, true)
  const names = async () => (await auth.listUsers()).items.map(({ username }) => username)
  assert.deepEqual(await names(), ['ada', 'bob', email])
  await auth.archiveUser({ userId })
  assert.deepEqual(await names(), ['ada', 'bob'])
}
