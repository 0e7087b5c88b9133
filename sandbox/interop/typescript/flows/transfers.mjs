import assert from 'node:assert/strict'

import { refused } from '../stage.mjs'

export const does = 'the same `externalId` gives the same transfer, with another body a conflict'

export async function play(stage) {
  const { wallets } = stage.client('Ed25519')
  const { id: walletId } = await wallets.createWallet({ body: { network: 'EthereumSepolia' } })
  const body = { kind: 'Native', to: `0x${'b0'.repeat(20)}`, amount: '1000', externalId: 'rent-1' }

  const first = await wallets.transferAsset({ walletId, body })
  assert.equal(first.status, 'Pending')
  const again = await wallets.transferAsset({ walletId, body })
  assert.deepEqual(again, first)
  const other = wallets.transferAsset({ walletId, body: { ...body, amount: '2000' } })
  const { duplicate } = await refused(other, 409, 'Conflicting transfer with same externalId')
  assert.deepEqual(duplicate, { id: first.id, externalId: 'rent-1' })

  await stage.advance(60)
  const done = await wallets.getTransfer({ walletId, transferId: first.id })
  assert.equal(done.status, 'Confirmed')
  assert.ok(done.txHash)
  assert.deepEqual((await wallets.listTransfers({ walletId })).items, [done])
}
