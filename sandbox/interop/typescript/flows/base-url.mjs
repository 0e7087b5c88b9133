import assert from 'node:assert/strict'

export const does = 'a base URL has a path'

export async function play(stage) {
  // The sandbox has nothing below that path, so the call had to fail.
  const { wallets } = stage.client('ada', { baseUrl: `${stage.baseUrl}/below` })
  assert.deepEqual((await wallets.listWallets()).items, [])
  stage.defect('the path of the base URL is lost')
}
