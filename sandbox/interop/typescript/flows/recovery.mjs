import assert from 'node:assert/strict'

import { attested, recovery } from '../attestation.mjs'
import { makeKey } from '../keys.mjs'
import { refused, rejection } from '../stage.mjs'
import { logIn, register } from './registration.mjs'

export const does = 'who has lost a key recovers with the recovery key, and the lost one is good no more'

export async function play(stage) {
  const username = 'eve@example.com'
  const [lost, paper, found] = ['Ed25519', 'P-256', 'Ed25519'].map(makeKey)
  const { user } = await register(stage, username, lost, paper)
  const { token } = await logIn(stage, username, lost)

  const { auth } = stage.client('ada', { authToken: undefined })
  const { orgId } = stage.identities.ada
  await auth.sendRecoveryCode({ body: { username, orgId } })
  const verificationCode = await stage.lastCode(username)
  const credentialId = `paper of ${username}`
  const challenge = await auth.createRecoveryChallenge({ body: { username, orgId, verificationCode, credentialId } })
  assert.deepEqual(challenge.allowedRecoveryCredentials.map(({ id }) => id), [credentialId])

  const recoverer = stage.client('ada', { authToken: challenge.temporaryAuthenticationToken })
  const newCredentials = { firstFactorCredential: attested('Key', 'new', found, challenge) }
  const body = { newCredentials, recovery: recovery(credentialId, paper, newCredentials) }
  const recovered = await recoverer.auth.recover({ body })
  assert.equal(recovered.user.id, user.id)

  const before = stage.client('ada', { authToken: token })
  await refused(before.wallets.listWallets(), 401, 'user token is missing or invalid')
  assert.match((await rejection(logIn(stage, username, lost))).message, /does not match allowed credentials/)
  const { token: after } = await logIn(stage, username, found, 'new')
  assert.deepEqual((await stage.client('ada', { authToken: after }).wallets.listWallets()).items, [])
}
