import assert from 'node:assert/strict'

import { DfnsAuthenticator } from '@dfns/sdk'

import { attested } from '../attestation.mjs'
import { makeKey } from '../keys.mjs'
import { keySigner, refused } from '../stage.mjs'

export const does = 'somebody is invited, registers a key and a recovery key, logs in, signs and logs out'

export async function play(stage) {
  const username = 'eve@example.com'
  const key = makeKey('P-256')
  const { user } = await register(stage, username, key)
  assert.equal((await stage.client('ada').auth.getUser({ userId: user.id })).isRegistered, true)

  const wrong = logIn(stage, username, makeKey('P-256'))
  await refused(wrong, 401, 'Not Authorized.')
  const { token } = await logIn(stage, username, key)
  const own = stage.client('ada', { authToken: token, signer: keySigner(`key of ${username}`, key) })
  const wallet = await own.wallets.createWallet({ body: { network: 'EthereumSepolia' } })
  assert.equal((await own.wallets.getWallet({ walletId: wallet.id })).id, wallet.id)
  const { items } = await own.auth.listCredentials()
  assert.deepEqual(new Set(items.map(({ kind }) => kind)), new Set(['Key', 'RecoveryKey']))

  await own.auth.logout({ body: {} })
  await refused(own.wallets.listWallets(), 401, 'user token is missing or invalid')
}

/** Invites and registers someone, who has no token yet. */
export async function register(stage, username, key, recoveryKey = makeKey('P-256')) {
  const invited = await stage.client('ada').auth.createUser({ body: { email: username, kind: 'CustomerEmployee' } })
  await stage.permitEverything(invited.userId)
  const anyone = stage.client('ada', { authToken: undefined })
  const { orgId } = stage.identities.ada
  const registrationCode = await stage.lastCode(username)
  const body = { username, orgId, registrationCode }
  const challenge = await anyone.auth.createRegistrationChallenge({ body })
  assert.equal(challenge.user.name, username)
  const registrar = stage.client('ada', { authToken: challenge.temporaryAuthenticationToken })
  return registrar.auth.register({
    body: {
      firstFactorCredential: attested('Key', `key of ${username}`, key, challenge),
      recoveryCredential: attested('RecoveryKey', `paper of ${username}`, recoveryKey, challenge),
    },
  })
}

/** Both halves of a login, which the SDK has in one. */
export async function logIn(stage, username, key, credId = `key of ${username}`) {
  const authenticator = new DfnsAuthenticator({ baseUrl: stage.baseUrl, signer: keySigner(credId, key) })
  return authenticator.login({ orgId: stage.identities.ada.orgId, username })
}
