import assert from 'node:assert/strict'

import { attested } from '../attestation.mjs'
import { makeKey } from '../keys.mjs'
import { keySigner, refused, rejection } from '../stage.mjs'

export const does = 'a user adds a second key, also from another device with a code, and deactivates one'

export async function play(stage) {
  const { auth } = stage.client('ada')
  const second = makeKey('secp256k1')
  const challenge = await auth.createCredentialChallenge({ body: { kind: 'Key' } })
  const whole = (id, key, begun) => {
    const { challengeIdentifier } = begun
    return { ...attested('Key', id, key, begun), credentialName: id, challengeIdentifier }
  }
  const added = await auth.createCredential({ body: whole('second', second, challenge) })
  assert.deepEqual([added.name, added.credentialId, added.isActive], ['second', 'second', true])
  const create = (id, key) => {
    const { wallets } = stage.client('ada', { signer: keySigner(id, key) })
    return wallets.createWallet({ body: { network: 'EthereumSepolia' } })
  }
  await create('second', second)

  const expiration = new Date(Date.now() + 60_000).toISOString()
  const { code } = await auth.createCredentialCode({ body: { expiration } })
  const device = stage.client('ada', { authToken: undefined, signer: undefined })
  const body = { code, credentialKind: 'Key' }
  const begun = await device.auth.createCredentialChallengeWithCode({ body })
  const third = makeKey('Ed25519')
  await device.auth.createCredentialWithCode({ body: whole('third', third, begun) })
  await create('third', third)
  await rejection(device.auth.createCredentialChallengeWithCode({ body }))

  const { credentialUuid } = added
  await auth.deactivateCredential({ body: { credentialUuid } })
  assert.match((await rejection(create('second', second))).message, /does not match allowed credentials/)
  await auth.activateCredential({ body: { credentialUuid } })
  await create('second', second)
  assert.equal((await auth.listCredentials()).items.length, 3)
  const again = auth.createCredential({ body: whole('fourth', makeKey('Ed25519'), challenge) })
  await refused(again, 400, 'Challenge token is not valid.')
}
