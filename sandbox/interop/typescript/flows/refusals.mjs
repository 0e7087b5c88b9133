import assert from 'node:assert/strict'

import { BaseAuthApi } from '@dfns/sdk'
import { simpleFetch } from '@dfns/sdk/utils/index.js'

import { makeKey } from '../keys.mjs'
import { keySigner, refused, rejection } from '../stage.mjs'

export const does = 'wrong credentials and keys, expired tokens, challenges and user actions used twice are refused'

const BODY = { network: 'EthereumSepolia' }

export async function play(stage) {
  const create = (otherwise) => stage.client('ada', otherwise).wallets.createWallet({ body: BODY })

  // The SDK itself refuses a credential that the challenge does not allow.
  const unknown = await rejection(create({ signer: keySigner('cr-00000-00000-0000000000000000', stage.keys.ada) }))
  assert.equal(unknown.httpStatus, -1)
  assert.match(unknown.message, /does not match allowed credentials/)
  const { credentialId, token } = stage.identities.ada
  const otherKey = create({ signer: keySigner(credentialId, makeKey('Ed25519')) })
  const details = await refused(otherKey, 403, 'user action signature is missing or invalid')
  assert.equal(details.reason, 'the signature does not verify')
  assert.match((await rejection(create({ signer: undefined }))).message, /A "signer" needs to be passed/)

  const badToken = 'user token is missing or invalid'
  await refused(create({ authToken: 'nobody' }), 401, badToken)
  await refused(create({ authToken: undefined }), 401, 'Not Authorized.')
  const { publicKey } = makeKey('Ed25519')
  const shortLived = await stage
    .client('ada')
    .auth.createPersonalAccessToken({ body: { name: 'short', publicKey, secondsValid: 60 } })
  const list = () => stage.client('ada', { authToken: shortLived.accessToken }).wallets.listWallets()
  assert.deepEqual((await list()).items, [])
  await stage.advance(61)
  assert.equal((await refused(list(), 401, badToken)).reason, 'the token has expired')

  const { wallets } = stage.delegated('ada')
  const signed = await stage.sign('ada', await wallets.createWalletInit({ body: BODY }))
  await wallets.createWalletComplete({ body: BODY }, signed)
  await refused(wallets.createWalletComplete({ body: BODY }, signed), 400, 'Challenge token is not valid.')

  const apiOptions = { baseUrl: stage.baseUrl, authToken: token }
  const next = await stage.sign('ada', await wallets.createWalletInit({ body: BODY }))
  const { userAction } = await BaseAuthApi.signUserActionChallenge(next, apiOptions)
  const headers = { 'x-dfns-useraction': userAction }
  const present = () => simpleFetch('/wallets', { method: 'POST', body: BODY, headers, apiOptions })
  assert.equal((await present()).status, 200)
  await refused(present(), 400, 'user action has already been used')

  const missing = stage.client('ada').wallets.getWallet({ walletId: 'wa-00000-00000-0000000000000000' })
  await refused(missing, 404, 'wallet not found')
  assert.equal((await stage.client('ada').wallets.listWallets()).items.length, 2)
}
