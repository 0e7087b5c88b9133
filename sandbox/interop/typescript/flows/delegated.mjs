import assert from 'node:assert/strict'

import { refused } from '../stage.mjs'

export const does = 'a client without a key calls, and a key elsewhere signs'

export async function play(stage) {
  const { auth, wallets, keys } = stage.delegated('bob')
  const whole = async (init, complete, request) =>
    complete(request, await stage.sign('bob', await init(request)))

  const body = { network: 'EthereumSepolia', name: 'délégué' }
  const wallet = await whole(
    (request) => wallets.createWalletInit(request),
    (...all) => wallets.createWalletComplete(...all),
    { body }
  )
  assert.equal(wallet.name, 'délégué')
  assert.deepEqual(await wallets.getWallet({ walletId: wallet.id }), wallet)
  assert.equal((await wallets.listWallets()).items.length, 1)
  const deleted = await whole(
    (request) => keys.deleteKeyInit(request),
    (...all) => keys.deleteKeyComplete(...all),
    { keyId: wallet.signingKey.id }
  )
  assert.equal(deleted.status, 'Archived')

  // What was signed and what is sent have to be the same.
  const signed = await stage.sign('bob', await wallets.createWalletInit({ body }))
  const other = wallets.createWalletComplete({ body: { ...body, name: 'another' } }, signed)
  const { reason } = await refused(other, 403, 'user action signature is missing or invalid')
  assert.equal(reason, 'payload differs')

  const archive = { serviceAccountId: stage.identities.RSA.userId, query: { force: true } }
  await refused(auth.archiveServiceAccountInit(archive), 400, 'userActionHttpPath is not valid')
  stage.defect('the delegated client asks to sign the query too')
}
