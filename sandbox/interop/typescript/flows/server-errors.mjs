import assert from 'node:assert/strict'

import { refused, rejection } from '../stage.mjs'

export const does = 'a server that fails answers with the envelope, with a page, and not at all'

export async function play(stage) {
  const { wallets } = stage.client('ada')
  const body = { network: 'EthereumSepolia' }
  const on = 'createWallet'

  await stage.inject({ fault: 'before 429 3', on, times: 1 })
  const busy = await rejection(wallets.createWallet({ body }))
  assert.deepEqual([busy.httpStatus, busy.context.headers.get('retry-after')], [429, '3'])

  await stage.inject({ fault: 'before 503 envelope', on, times: 1 })
  assert.equal((await rejection(wallets.createWallet({ body }))).httpStatus, 503)

  await stage.inject({ fault: 'before 503 html', on, times: 1 })
  const page = await rejection(wallets.createWallet({ body }))
  assert.deepEqual([page.name, page.httpStatus], ['FetchError', undefined])
  stage.defect('of an error that is no JSON the status is lost')

  await stage.inject({ fault: 'after cut', on, times: 1 })
  assert.equal((await rejection(wallets.createWallet({ body }))).name, 'FetchError')
  // Only the last one was executed.
  assert.equal((await wallets.listWallets()).items.length, 1)
  await refused(wallets.getWallet({ walletId: 'wa-1' }), 404, 'wallet not found')
}
