import assert from 'node:assert/strict'

import { attested } from '../attestation.mjs'
import { makeKey } from '../keys.mjs'
import { keySigner } from '../stage.mjs'

export const does = 'a service account registers and logs in an end user, whose own key signs'

export async function play(stage) {
  const { auth } = stage.client('RSA')
  const email = 'end@example.com'
  const challenge = await auth.createDelegatedRegistrationChallenge({ body: { email, kind: 'EndUser' } })
  const key = makeKey('Ed25519')
  const registrar = stage.client('RSA', { authToken: challenge.temporaryAuthenticationToken })
  const registered = await registrar.auth.registerEndUser({
    body: {
      firstFactorCredential: attested('Key', 'device', key, challenge),
      wallets: [{ network: 'EthereumSepolia' }],
    },
  })
  const [wallet] = registered.wallets
  assert.equal(wallet.signingKey.delegatedTo, registered.user.id)

  const { token } = await auth.delegatedLogin({ body: { username: email } })
  const end = stage.client('RSA', { authToken: token, signer: keySigner('device', key) })
  const body = { kind: 'Native', to: `0x${'b0'.repeat(20)}`, amount: '1' }
  const transfer = await end.wallets.transferAsset({ walletId: wallet.id, body })
  assert.equal(transfer.requester.userId, registered.user.id)
}
