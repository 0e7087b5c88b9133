import assert from 'node:assert/strict'

import { makeKey } from '../keys.mjs'
import { keySigner, refused } from '../stage.mjs'

export const does = 'personal access tokens and service accounts are made, sign by themselves once they may, and are taken back'

export async function play(stage) {
  const { auth } = stage.client('ada')
  const useOf = (key, { accessToken, credId }) => {
    const signer = keySigner(credId, key)
    const { wallets } = stage.client('ada', { authToken: accessToken, signer })
    return () => wallets.createWallet({ body: { network: 'EthereumSepolia' } })
  }

  const patKey = makeKey('P-256')
  const body = { name: 'laptop', publicKey: patKey.publicKey, daysValid: 1 }
  const pat = await auth.createPersonalAccessToken({ body })
  const { tokenId } = pat
  const usePat = useOf(patKey, pat)
  await usePat()
  const renamed = await auth.updatePersonalAccessToken({ tokenId, body: { name: 'desktop' } })
  assert.deepEqual([renamed.tokenId, renamed.name, renamed.accessToken], [tokenId, 'desktop', undefined])
  await auth.deactivatePersonalAccessToken({ tokenId })
  await refused(usePat(), 401, 'user token is missing or invalid')
  await auth.activatePersonalAccessToken({ tokenId })
  await usePat()
  await auth.archivePersonalAccessToken({ tokenId })
  await refused(usePat(), 401, 'user token is missing or invalid')
  assert.deepEqual((await auth.listPersonalAccessTokens()).items, [])

  const botKey = makeKey('RSA')
  const bot = await auth.createServiceAccount({ body: { name: 'bot', publicKey: botKey.publicKey } })
  const serviceAccountId = bot.userInfo.userId
  assert.equal(bot.userInfo.isServiceAccount, true)
  const useBot = useOf(botKey, bot.accessTokens[0])
  const { missing, identityId } = await refused(useBot(), 403, 'Forbidden')
  assert.deepEqual([missing, identityId], ['Wallets:Create', serviceAccountId])
  await stage.permitEverything(serviceAccountId)
  await useBot()
  const read = await auth.getServiceAccount({ serviceAccountId })
  assert.deepEqual([read.userInfo.name, read.accessTokens[0].accessToken], ['bot', undefined])
  await auth.deactivateServiceAccount({ serviceAccountId, body: {} })
  await refused(useBot(), 400, 'User account has been deactivated.')
  await auth.activateServiceAccount({ serviceAccountId })
  await useBot()
  await auth.archiveServiceAccount({ serviceAccountId, query: { force: true } })
  await refused(useBot(), 401, 'user token is missing or invalid')
  assert.equal((await stage.client('ada').wallets.listWallets()).items.length, 4)
}
