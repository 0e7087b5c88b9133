import assert from 'node:assert/strict'

export const does = 'wallets are made with every kind of key, renamed, tagged, and listed page by page'

export async function play(stage) {
  const made = []
  for (const kind of ['Ed25519', 'P-256', 'secp256k1', 'RSA']) {
    const { wallets } = stage.client(kind)
    const wallet = await wallets.createWallet({ body: { network: 'EthereumSepolia', name: `of ${kind} é` } })
    assert.equal(wallet.status, 'Active')
    assert.equal(wallet.name, `of ${kind} é`)
    assert.deepEqual(await wallets.getWallet({ walletId: wallet.id }), wallet)
    made.push(wallet)
  }

  const { wallets } = stage.client('Ed25519')
  const walletId = made[0].id
  const renamed = await wallets.updateWallet({ walletId, body: { name: 'renamed', externalId: 'first' } })
  assert.deepEqual([renamed.id, renamed.name, renamed.externalId], [walletId, 'renamed', 'first'])
  await wallets.tagWallet({ walletId, body: { tags: ['red', 'green'] } })
  await wallets.untagWallet({ walletId, body: { tags: ['red'] } })
  const tagged = await wallets.getWallet({ walletId })
  assert.deepEqual(tagged.tags, ['green'])
  made[0] = tagged

  const [listed, pages] = await everything((query) => wallets.listWallets({ query }))
  assert.deepEqual(listed, made)
  assert.equal(pages, 2)
}

async function everything(list) {
  const items = []
  for (let pages = 1, paginationToken; ; pages++) {
    const page = await list({ limit: 3, paginationToken })
    items.push(...page.items)
    paginationToken = page.nextPageToken
    if (!paginationToken) return [items, pages]
  }
}
