// The package against the sandbox, which looks at every byte that is signed and sent.
import assert from 'node:assert/strict'
import { createPrivateKey, createPublicKey, webcrypto } from 'node:crypto'
import { after, before, test } from 'node:test'

import {
  AsymmetricKeySigner,
  DfnsApiClient,
  DfnsDelegatedApiClient,
  DfnsError,
  PolicyPendingError,
} from 'dfns-wasm'

import { ALGORITHMS, start } from './common/sandbox.mjs'

const WALLET = { network: 'EthereumSepolia', name: 'café "1" 🐢 \u2028' }

const clientOf = (sandbox, options) => {
  const { baseUrl, authToken, credId, privateKey } = sandbox
  return new DfnsApiClient({
    baseUrl,
    authToken,
    signer: new AsymmetricKeySigner({ credId, privateKey }),
    ...options,
  })
}

let sandbox
before(async () => {
  sandbox = await start()
})
after(() => sandbox.stop())

for (const algorithm of ALGORITHMS) {
  test(`a call is signed by ${algorithm}`, async (t) => {
    const own = await start(algorithm)
    t.after(own.stop)
    const client = clientOf(own)
    const wallet = await client.wallets.createWallet({ body: WALLET })
    assert.equal(wallet.name, WALLET.name)
    assert.deepEqual((await client.wallets.getWallet({ walletId: wallet.id })).name, WALLET.name)
  })
}

test('an Ed25519 key is read in every form in which it is written', async (t) => {
  const own = await start('Ed25519')
  t.after(own.stop)
  const pem = own.privateKey
  const der = Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ''), 'base64')
  const key = createPrivateKey(pem)
  const publicKey = createPublicKey(key).export({ type: 'spki', format: 'der' }).subarray(-32)
  // RFC 8410 section 10.3: version 2, and the public key after the private one.
  const second = Buffer.concat([der, Buffer.from('812100', 'hex'), publicKey])
  second[1] += 35
  second[4] = 1
  const written = (bytes) => `-----BEGIN PRIVATE KEY-----\n${bytes.toString('base64')}\n-----END PRIVATE KEY-----\n`
  for (const privateKey of [
    pem.replaceAll('\n', '\r\n'),
    pem.trim(),
    pem.replaceAll('\n', '\\n'),
    ` \n${pem}\n\n`,
    `Bag Attributes: none\n${pem}`,
    pem.replaceAll(/(?<=\w)(?=\w{8}[^-]*\n-)/g, '\n'),
    written(second),
  ]) {
    const client = clientOf({ ...own, privateKey })
    assert.equal((await client.wallets.createWallet({ body: WALLET })).name, WALLET.name, privateKey)
  }
  const encrypted = key.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'word' })
  const signer = new AsymmetricKeySigner({ credId: own.credId, privateKey: encrypted, passphrase: 'word' })
  assert.equal((await clientOf(own, { signer }).wallets.createWallet({ body: WALLET })).name, WALLET.name)
})

test('a key that WebCrypto holds signs', async (t) => {
  const kinds = {
    Ed25519: { name: 'Ed25519' },
    'P-256': { name: 'ECDSA', namedCurve: 'P-256' },
    RSA: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
  }
  for (const [algorithm, kind] of Object.entries(kinds)) {
    const own = await start(algorithm)
    t.after(own.stop)
    const der = Buffer.from(own.privateKey.replace(/-----[^-]+-----|\s/g, ''), 'base64')
    const privateKey = await webcrypto.subtle.importKey('pkcs8', der, kind, false, ['sign'])
    const signer = new AsymmetricKeySigner({ credId: own.credId, privateKey })
    const client = clientOf(own, { signer })
    // The length of a DER signature depends on chance.
    for (let i = 0; i < (algorithm === 'P-256' ? 40 : 1); i += 1) {
      assert.equal((await client.wallets.createWallet({ body: WALLET })).name, WALLET.name)
    }
  }
})

test('what is signed is what is sent, byte for byte, and a query is not signed', async () => {
  const sent = []
  const fetch = (url, init) => {
    sent.push({ url, ...init, body: init.body && Buffer.from(init.body) })
    return globalThis.fetch(url, init)
  }
  const client = clientOf(sandbox, { fetch })
  await client.wallets.createWallet({ body: WALLET })
  const [init, complete, action] = sent
  const asked = JSON.parse(init.body)
  assert.equal(asked.userActionPayload, action.body.toString())
  assert.equal(asked.userActionPayload, JSON.stringify(WALLET))
  assert.deepEqual([asked.userActionHttpMethod, asked.userActionHttpPath], ['POST', '/wallets'])
  assert.equal(action.method, 'POST')
  const clientData = JSON.parse(
    Buffer.from(JSON.parse(complete.body).firstFactor.credentialAssertion.clientData, 'base64url'),
  )
  assert.equal(clientData.type, 'key.get')
  for (const request of sent) {
    assert.equal(request.redirect, 'manual')
    assert.equal(request.credentials, 'omit')
    assert.equal(request.headers.authorization, `Bearer ${sandbox.authToken}`)
  }
  assert.ok(action.headers['x-dfns-useraction'])
})

test('a list comes page by page', async () => {
  const client = clientOf(sandbox)
  for (let i = 0; i < 3; i += 1) await client.wallets.createWallet({ body: WALLET })
  const ids = []
  for await (const wallet of client.wallets.listWallets.items({ query: { limit: 1 } })) ids.push(wallet.id)
  const all = await client.wallets.listWallets()
  assert.ok(ids.length >= 3)
  assert.deepEqual(new Set(ids), new Set(all.items.map(({ id }) => id)))
  const pages = []
  for await (const page of client.wallets.listWallets.pages({ query: { limit: 2 } })) pages.push(page.items.length)
  assert.equal(pages[0], 2)
})

test('a user signs elsewhere: by the challenge, as in the official package', async () => {
  const { baseUrl, authToken, credId, privateKey } = sandbox
  const signer = new AsymmetricKeySigner({ credId, privateKey })
  const client = new DfnsDelegatedApiClient({ baseUrl, authToken })
  const request = { body: WALLET }
  const challenge = await client.wallets.createWalletInit(request)
  const firstFactor = await signer.sign(challenge)
  const { challengeIdentifier } = challenge
  const wallet = await client.wallets.createWalletComplete(request, { challengeIdentifier, firstFactor })
  assert.equal(wallet.name, WALLET.name)
  // A challenge is answered once.
  const again = client.wallets.createWalletComplete(request, { challengeIdentifier, firstFactor })
  await assert.rejects(again, (error) => error instanceof DfnsError && error.happened === 'never')
})

test('a user signs elsewhere: the call is parked, and another client goes on with it', async () => {
  const { baseUrl, authToken, credId, privateKey } = sandbox
  const delegated = () => new DfnsDelegatedApiClient({ baseUrl, authToken })
  const { challenge, parked } = await delegated().begin('wallets.createWallet', { body: WALLET })
  assert.ok(!parked.includes(authToken))
  const signed = await new AsymmetricKeySigner({ credId, privateKey }).sign(challenge)
  assert.equal((await delegated().finish(parked, { firstFactor: signed })).name, WALLET.name)
  const altered = parked.replace('"createWallet"', '"deleteWallet"')
  await assert.rejects(delegated().finish(altered, signed), /altered|damaged/)
})

test('what a policy holds back is neither done nor failed', async (t) => {
  const own = await start('Ed25519', ['--require-approval', 'createWallet'])
  t.after(own.stop)
  const error = await clientOf(own)
    .wallets.createWallet({ body: WALLET })
    .catch((error) => error)
  assert.ok(error instanceof PolicyPendingError && error instanceof DfnsError)
  assert.equal(error.httpStatus, 202)
  assert.equal(error.happened, 'unknown')
  assert.equal(typeof error.context, 'object')
})

test('a refusal says what the service said', async () => {
  const client = clientOf(sandbox)
  const error = await client.wallets
    .getWallet({ walletId: 'wa-none0-none0-none0none0none0no' })
    .catch((error) => error)
  assert.ok(error instanceof DfnsError)
  assert.equal(error.httpStatus, 404)
  assert.equal(error.operation, 'getWallet')
  assert.equal(error.kind, 'refused')
  assert.equal(error.message, error.context.body.error.message)
  const refused = await client.wallets.createWallet({ body: { network: 'Nowhere' } }).catch((error) => error)
  assert.equal(refused.happened, 'never')
  assert.ok(refused.httpStatus >= 400 && refused.httpStatus < 500)
})

test('a challenge may leave its lists out, and a signer still finds them', async () => {
  let seen
  const signer = {
    sign: async (challenge) => {
      seen = challenge
      throw new Error('enough')
    },
  }
  const answer = { challenge: 'Y2g', challengeIdentifier: 'x', allowCredentials: { key: null }, ofTomorrow: 1 }
  const client = clientOf(sandbox, { signer, fetch: async () => Response.json(answer) })
  await assert.rejects(client.wallets.createWallet({ body: WALLET }), /enough/)
  assert.deepEqual(seen, { ...answer, supportedCredentialKinds: [], allowCredentials: { key: [], webauthn: [] } })
})

test('older names of operations work', async () => {
  const client = clientOf(sandbox)
  assert.equal(client.networks.getFees.length, client.networks.estimateFees.length)
  assert.equal(typeof client.wallets.broadcastTransaction, 'function')
  assert.equal(typeof client.policies.archivePolicy, 'function')
})
