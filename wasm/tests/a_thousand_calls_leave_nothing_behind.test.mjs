// What a module holds is given back: by calls that succeed, and by those that fail at any step.
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { AsymmetricKeySigner, DfnsApiClient } from 'dfns-wasm'

import { makeKey } from './common/sandbox.mjs'

/** The modules are loaded by the first call, so that each can be seen here. */
const memories = []
const { instantiate } = WebAssembly
WebAssembly.instantiate = async (...given) => {
  const made = await instantiate(...given)
  memories.push((made.instance ?? made).exports.memory)
  return made
}
const size = () => memories.reduce((sum, memory) => sum + memory.buffer.byteLength, 0)

const CHALLENGE = {
  challenge: 'Y2g',
  challengeIdentifier: 'x',
  supportedCredentialKinds: [],
  allowCredentials: { key: [{ type: 'public-key', id: 'cr-1' }], webauthn: [] },
}

const honest = (url) => {
  if (url.endsWith('/init')) return new Response(JSON.stringify(CHALLENGE))
  return new Response(url.endsWith('/action') ? '{"userAction":"x"}' : '{"id":"wa-1"}')
}

const signer = new AsymmetricKeySigner({ credId: 'cr-1', privateKey: makeKey('Ed25519').privateKey })

async function grown(fetch, signs = signer) {
  const options = {
    baseUrl: 'https://api.example',
    authToken: 'a.b.c',
    signer: signs,
    fetch: async (url) => fetch(url),
  }
  const client = new DfnsApiClient(options)
  const call = () =>
    client.wallets.createWallet({ body: { network: 'Bitcoin', name: 'x'.repeat(2000) } }).catch(() => {})
  for (let i = 0; i < 50; i += 1) await call()
  const before = size()
  for (let i = 0; i < 1000; i += 1) await call()
  assert.ok(memories.length > 0)
  return size() - before
}

test('calls that succeed', async () => assert.equal(await grown(honest), 0))

test('calls that are refused', async () => {
  const refuse = (url) => (url.endsWith('/wallets') ? new Response('x'.repeat(2000), { status: 400 }) : honest(url))
  assert.equal(await grown(refuse), 0)
})

test('calls whose transport fails', async () => {
  const lose = (url) => {
    if (url.endsWith('/wallets')) throw new Error('lost')
    return honest(url)
  }
  assert.equal(await grown(lose), 0)
})

test('calls that nobody signs', async () => {
  assert.equal(
    await grown(honest, {
      sign: async () => {
        throw new Error('no')
      },
    }),
    0,
  )
  assert.equal(await grown(honest, { sign: async () => ({ kind: 'Key' }) }), 0)
})
