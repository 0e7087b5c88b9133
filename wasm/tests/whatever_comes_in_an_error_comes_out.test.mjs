// Wrong types, broken signers, broken transports: a DfnsError with a cause, which says what has happened.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { runInNewContext } from 'node:vm'

import { AsymmetricKeySigner, DfnsApiClient, DfnsDelegatedApiClient, DfnsError, WebAuthnSigner } from 'dfns-wasm'

import { makeKey, start } from './common/sandbox.mjs'

const BODY = { network: 'EthereumSepolia' }

let sandbox
before(async () => {
  sandbox = await start()
})
after(() => sandbox.stop())

const signerOf = ({ credId, privateKey }) => new AsymmetricKeySigner({ credId, privateKey })

function clientOf(options = {}) {
  const { baseUrl, authToken } = sandbox
  return new DfnsApiClient({ baseUrl, authToken, signer: signerOf(sandbox), ...options })
}

async function failed(call) {
  const error = await Promise.resolve()
    .then(call)
    .then(
      (result) => assert.fail(`it came to ${JSON.stringify(result)}`),
      (error) => error,
    )
  assert.ok(error instanceof DfnsError, `${error?.stack ?? error}`)
  assert.notEqual(error.kind, 'internal', error.message)
  assert.ok(error.message.length > 0)
  return error
}

/** Nothing is sent by a call that cannot be. */
const unsent = () => assert.fail('something was sent')

test('requests that are none', async () => {
  const client = clientOf({ fetch: unsent })
  const cycle = {}
  cycle.itself = cycle
  for (const call of [
    () => client.wallets.getWallet(),
    () => client.wallets.getWallet(null),
    () => client.wallets.getWallet('wa-1'),
    () => client.wallets.getWallet({ walletId: 1 }),
    () => client.wallets.getWallet({ walletId: '' }),
    () => client.wallets.getWallet({ walletId: '..' }),
    () => client.wallets.getWallet({ walletId: '.' }),
    () => client.wallets.getWallet({ walletId: { toString: () => 'wa-1' } }),
    () => client.wallets.listWallets({ query: { limit: {} } }),
    () => client.wallets.listWallets({ query: { limit: Symbol('x') } }),
    () => client.wallets.createWallet(),
    () => client.wallets.createWallet({}),
    () => client.wallets.createWallet({ body: null }),
    () => client.wallets.createWallet({ body: 'x' }),
    () => client.wallets.createWallet({ body: cycle }),
    () => client.wallets.createWallet({ body: { network: 1n } }),
    () => client.wallets.createWallet({ body: { toJSON: () => undefined } }),
    () =>
      client.wallets.createWallet({
        body: {
          toJSON() {
            throw new Error('no')
          },
        },
      }),
  ]) {
    const error = await failed(call)
    assert.deepEqual(
      [error.kind, error.stage, error.happened, error.httpStatus],
      ['argument', 'prepare', 'never', -1],
      call.toString(),
    )
  }
})

test('what an id holds stays in its segment', async () => {
  for (const [id, segment] of [
    ['a/b', 'a%2Fb'],
    ['x?y#z', 'x%3Fy%23z'],
    ['\ud800', '%EF%BF%BD'],
    ['é ', '%C3%A9%20'],
    ['a\0b\n', 'a%00b%0A'],
  ]) {
    const urls = []
    const fetch = async (url) => {
      urls.push(url)
      return new Response('{}')
    }
    await clientOf({ fetch }).wallets.getWallet({ walletId: id })
    assert.deepEqual(urls, [`${sandbox.baseUrl}/wallets/${segment}`])
  }
})

test('a query is encoded, and what is nothing is left out', async () => {
  const urls = []
  const fetch = async (url) => {
    urls.push(url)
    return new Response('{"items":[]}')
  }
  await clientOf({ fetch }).wallets.listWallets({
    query: { limit: 0, owner: 'a&b=c', ownerId: undefined, x: ['1', false] },
  })
  assert.deepEqual(urls, [`${sandbox.baseUrl}/wallets?limit=0&owner=a%26b%3Dc&x=1&x=false`])
})

test('clients that cannot be', async () => {
  for (const options of [
    null,
    1,
    { baseUrl: 1 },
    { authToken: {} },
    { fetch: 'x' },
    { signer: {} },
    { signer: 1 },
    { timeout: -1 },
    { limit: 1.5 },
  ]) {
    assert.throws(() => new DfnsApiClient(options), DfnsError, JSON.stringify(options))
  }
  for (const options of [
    { baseUrl: 'http://api.example' },
    { baseUrl: 'no url' },
    { authToken: 'a b' },
    { authToken: 'a\nb' },
    { authToken: '' },
    { headers: { authorization: 'x' } },
    { headers: { 'x-a': 'a\r\nb: c' } },
    { orgId: 'or-another' },
    { authToken: 'no token', orgId: 'or-1' },
  ]) {
    const error = await failed(() => clientOf({ fetch: unsent, ...options }).wallets.listWallets())
    assert.equal(error.happened, 'never')
    assert.ok(!error.message.includes(sandbox.authToken))
  }
})

test('a file that is none, or was given away', async () => {
  const client = clientOf({ fetch: unsent })
  const buffer = new ArrayBuffer(8)
  structuredClone(buffer, { transfer: [buffer] })
  const request = { storeId: 'ks-1', body: { outputJson: {} } }
  for (const file of [
    undefined,
    null,
    {},
    { name: 'x' },
    { name: 'x', bytes: 'text' },
    { name: 1, bytes: new Uint8Array(1) },
  ]) {
    await failed(() => client.signers.submitCloneOutput(request, file))
  }
  // Not every runtime can tell a buffer that was given away from an empty one.
  if ('detached' in buffer)
    await failed(() => client.signers.submitCloneOutput(request, { name: 'x', bytes: buffer }))
})

test('a file is sent as the form that its checksum was signed in', async () => {
  const sent = []
  const fetch = (url, init) => {
    sent.push(init)
    return globalThis.fetch(url, init)
  }
  const bytes = new Uint8Array([0, 255, 13, 10, 45, 45])
  const request = { storeId: 'ks-1', body: { outputJson: { a: 'é' } } }
  await failed(() => clientOf({ fetch }).signers.submitCloneOutput(request, { name: 'x.bin', bytes }))
  const { userActionPayload } = JSON.parse(Buffer.from(sent[0].body))
  const digest = Buffer.from(await crypto.subtle.digest('SHA-256', bytes)).toString('hex')
  assert.deepEqual(JSON.parse(userActionPayload), { outputJson: { a: 'é' }, fileChecksum: digest })
})

test('signers that do not sign', async () => {
  const cases = [
    [
      () => {
        throw new Error('the vault is closed')
      },
      /the vault is closed/,
    ],
    [
      async () => {
        throw 'a text'
      },
      /a text/,
    ],
    [
      async () => {
        throw null
      },
      /null/,
    ],
    [
      async () => {
        throw {
          toString() {
            throw new Error('no text')
          },
        }
      },
      /no text/,
    ],
    [async () => undefined, /undefined/],
    [async () => null, /null/],
    [async () => 'signature', /string/],
    [async () => ({}), /kind/],
    [async () => ({ kind: 'Magic' }), /kind/],
    [async () => ({ kind: 'Key' }), /credId/],
    [async () => ({ kind: 'Key', credentialAssertion: { credId: 1, clientData: 'x', signature: 'y' } }), /credId/],
    [
      async () => ({
        kind: 'Key',
        credentialAssertion: { credId: 'cr-1', clientData: 'x', signature: new Uint8Array(64) },
      }),
      /signature/,
    ],
    [
      async () => ({
        kind: 'Key',
        credentialAssertion: { credId: 'cr-of-nobody', clientData: 'x', signature: 'y' },
      }),
      /cr-of-nobody/,
    ],
    [async () => ({ firstFactor: { kind: 'Totp', otpCode: '1' } }), /first factor/],
    [async () => ({ firstFactor: null }), /first factor/],
  ]
  for (const [sign, expected] of cases) {
    const error = await failed(() => clientOf({ signer: { sign } }).wallets.createWallet({ body: BODY }))
    assert.match(error.message, expected)
    assert.deepEqual(
      [error.stage, error.happened, error.operation],
      ['sign', 'never', 'createWallet'],
      sign.toString(),
    )
  }
  const cause = new Error('the vault is closed')
  const error = await failed(() =>
    clientOf({
      signer: {
        sign: async () => {
          throw cause
        },
      },
    }).wallets.createWallet({ body: BODY }),
  )
  assert.equal(error.cause, cause)
  const none = await failed(() =>
    clientOf({ signer: undefined, fetch: unsent }).wallets.createWallet({ body: BODY }),
  )
  assert.equal(none.stage, 'prepare')
})

test('a signer that never comes to an end is left when the call is aborted', async () => {
  const aborting = new AbortController()
  const reason = new Error('the user left')
  const signer = {
    sign: () => {
      queueMicrotask(() => aborting.abort(reason))
      return new Promise(() => {})
    },
  }
  const error = await failed(() =>
    clientOf({ signer }).wallets.createWallet({ body: BODY }, { signal: aborting.signal }),
  )
  assert.deepEqual([error.stage, error.happened, error.cause], ['sign', 'never', reason])
})

test('keys that cannot be used', async () => {
  for (const options of [
    undefined,
    {},
    { credId: 'cr-1' },
    { credId: '', privateKey: 'x' },
    { credId: 'cr-1', privateKey: 1 },
  ]) {
    assert.throws(() => new AsymmetricKeySigner(options), DfnsError)
  }
  assert.throws(() => new WebAuthnSigner({ relyingParty: {} }), DfnsError)
  const { privateKey, publicKey } = makeKey('Ed25519')
  for (const pem of ['', 'no key', publicKey, privateKey.slice(0, 60), privateKey + privateKey]) {
    const signer = new AsymmetricKeySigner({ credId: sandbox.credId, privateKey: pem })
    const error = await failed(() => clientOf({ signer }).wallets.createWallet({ body: BODY }))
    assert.deepEqual([error.kind, error.happened], ['signer', 'never'])
    assert.ok(!pem || !error.message.includes(pem))
  }
  const other = new AsymmetricKeySigner({ credId: 'cr-of-nobody', privateKey })
  assert.match(
    (await failed(() => clientOf({ signer: other }).wallets.createWallet({ body: BODY }))).message,
    /allowed/,
  )
})

test('a key that was freed is read again, and freeing twice harms nothing', async () => {
  const signer = signerOf(sandbox)
  const client = clientOf({ signer })
  for (let i = 0; i < 3; i += 1) {
    await client.wallets.createWallet({ body: BODY })
    signer.free()
    signer.free()
  }
})

/** A transport that fails at one step, and is honest at the others. */
const failingAt = (path, answer) => (url, init) =>
  new URL(url).pathname === path ? answer(url, init) : globalThis.fetch(url, init)

test('a transport that fails says at which step, and what it means', async () => {
  for (const [path, stage, happened] of [
    ['/auth/action/init', 'init', 'never'],
    ['/auth/action', 'complete', 'never'],
    ['/wallets', 'action', 'unknown'],
  ]) {
    const cause = new TypeError('connection reset')
    for (const answer of [
      async () => {
        throw cause
      },
      () => {
        throw cause
      },
      async () => undefined,
      async () => 'no response',
      async () => ({ status: 'x' }),
      async () => ({ status: 7, headers: new Headers() }),
      async () => ({ status: 1000, headers: new Headers() }),
      async () => Response.error(),
    ]) {
      const error = await failed(() =>
        clientOf({ fetch: failingAt(path, answer) }).wallets.createWallet({ body: BODY }),
      )
      assert.deepEqual([error.kind, error.stage, error.happened], ['transport', stage, happened], answer.toString())
    }
    const error = await failed(() =>
      clientOf({
        fetch: failingAt(path, async () => {
          throw cause
        }),
      }).wallets.createWallet({ body: BODY }),
    )
    assert.equal(error.cause, cause)
  }
})

test('an answer that breaks off is judged by its status', async () => {
  for (const [status, happened] of [
    [200, 'certainly'],
    // A signed 400 may be the echo of a request that was sent twice on the way.
    [400, 'unknown'],
    [403, 'never'],
    [502, 'unknown'],
  ]) {
    const body = () => new ReadableStream({ pull: (controller) => controller.error(new Error('cut')) })
    const fetch = failingAt('/wallets', async () => new Response(body(), { status }))
    const error = await failed(() => clientOf({ fetch }).wallets.createWallet({ body: BODY }))
    assert.deepEqual([error.kind, error.happened], ['transport', happened])
  }
})

test('a body that gives no bytes is judged by its status, and bytes of another realm are bytes', async () => {
  const answering = (chunk) => async () => ({
    status: 200,
    headers: new Headers(),
    body: new ReadableStream({
      start(controller) {
        controller.enqueue(chunk)
        controller.close()
      },
    }),
  })
  for (const chunk of ['text', new Uint16Array(2), [1], null]) {
    const fetch = failingAt('/wallets', answering(chunk))
    const error = await failed(() => clientOf({ fetch }).wallets.createWallet({ body: BODY }))
    assert.deepEqual([error.kind, error.happened], ['transport', 'certainly'], String(chunk))
  }
  const foreign = runInNewContext('Uint8Array.from([123, 125])')
  assert.ok(!(foreign instanceof Uint8Array))
  const fetch = failingAt('/wallets', answering(foreign))
  assert.deepEqual(await clientOf({ fetch }).wallets.createWallet({ body: BODY }), {})
})

test('answers that are no JSON keep their status', async () => {
  for (const [status, body, message] of [
    [502, '<html>Bad Gateway</html>', /502/],
    [500, '', /500/],
    [403, '{"error":{"message":"no"}}', /^no$/],
    [429, '{"message":["a","b"]}', /a; b/],
    [307, '', /redirect/],
    [400, '\ud800{{', /400/],
  ]) {
    const fetch = failingAt('/wallets', async () => new Response(body, { status }))
    const error = await failed(() => clientOf({ fetch }).wallets.createWallet({ body: BODY }))
    assert.deepEqual([error.kind, error.httpStatus, error.stage], ['refused', status, 'action'])
    assert.match(error.message, message)
    assert.equal(error.happened, status > 400 && status < 500 ? 'never' : 'unknown')
    assert.ok('body' in error.context)
  }
  const html = failingAt('/wallets', async () => new Response('<html>', { status: 200 }))
  const error = await failed(() => clientOf({ fetch: html }).wallets.createWallet({ body: BODY }))
  assert.deepEqual([error.kind, error.happened, error.httpStatus], ['undecodable', 'certainly', 200])
})

test('the answers of the signing flow are looked at', async () => {
  for (const [path, stage] of [
    ['/auth/action/init', 'init'],
    ['/auth/action', 'complete'],
  ]) {
    for (const body of [
      '',
      'null',
      '[]',
      '{}',
      '<html>',
      '{"challenge":1}',
      '{"userAction":"a\\r\\nb"}',
      '{"userAction":""}',
      '['.repeat(100_000),
    ]) {
      const fetch = failingAt(path, async () => new Response(body))
      const error = await failed(() => clientOf({ fetch }).wallets.createWallet({ body: BODY }))
      assert.deepEqual(
        [error.kind, error.stage, error.happened],
        ['undecodable', stage, 'never'],
        body.slice(0, 40),
      )
    }
  }
})

test('a huge answer is not read to its end', async () => {
  let pulled = 0
  const body = new ReadableStream({
    pull: (controller) => {
      pulled += 1
      controller.enqueue(new Uint8Array(1 << 16))
    },
  })
  const fetch = failingAt('/wallets', async () => new Response(body))
  const error = await failed(() => clientOf({ fetch, limit: 1 << 20 }).wallets.listWallets())
  assert.deepEqual([error.kind, error.httpStatus], ['tooLarge', 200])
  assert.ok(pulled < 25, `${pulled} pieces`)
})

test('an abort says what it means at each step', async () => {
  const aborted = await failed(() =>
    clientOf({ fetch: unsent }).wallets.listWallets({}, { signal: AbortSignal.abort() }),
  )
  assert.deepEqual([aborted.kind, aborted.happened], ['aborted', 'never'])
  for (const [path, happened] of [
    ['/auth/action/init', 'never'],
    ['/wallets', 'unknown'],
  ]) {
    const aborting = new AbortController()
    let seen
    const fetch = failingAt(path, (_url, { signal }) => {
      seen = signal
      queueMicrotask(() => aborting.abort(new Error('enough')))
      return new Promise(() => {})
    })
    const error = await failed(() =>
      clientOf({ fetch }).wallets.createWallet({ body: BODY }, { signal: aborting.signal }),
    )
    assert.deepEqual([error.kind, error.happened], ['transport', happened])
    assert.match(error.message, /enough/)
    assert.ok(seen.aborted, 'the request is given up, too')
  }
})

test('an answer that does not come ends in a timeout', async () => {
  const error = await failed(() =>
    clientOf({ timeout: 1, fetch: () => new Promise(() => {}) }).wallets.listWallets(),
  )
  assert.equal(error.cause.name, 'TimeoutError')
})

test('what was parked is taken up as what it was, or not at all', async () => {
  const { baseUrl, authToken } = sandbox
  const client = new DfnsDelegatedApiClient({ baseUrl, authToken })
  const { parked, challenge } = await client.begin('wallets.createWallet', { body: BODY })
  const signed = await signerOf(sandbox).sign(challenge)
  const kept = JSON.parse(parked)
  for (const wrong of [
    undefined,
    1,
    '',
    '[]',
    'null',
    '{}',
    '{"version":1}',
    JSON.stringify({ ...kept, version: 2 }),
    JSON.stringify({ ...kept, operation: 'listWallets' }),
    JSON.stringify({ ...kept, operation: '__proto__' }),
    JSON.stringify({ ...kept, path: [[1, 2]] }),
    JSON.stringify({ ...kept, json: {} }),
  ]) {
    await failed(() => client.finish(wrong, signed))
  }
  for (const wrong of [undefined, null, 'x', {}, { firstFactor: {} }])
    await failed(() => client.finish(parked, wrong))
  for (const name of [undefined, 'x', 'wallets', 'wallets.listWallets', '__proto__.x', 'wallets.__proto__']) {
    await failed(() => client.begin(name, {}))
  }
  // Other bytes than those that were signed the service refuses.
  const other = JSON.stringify({ ...kept, json: '{"network":"Bitcoin"}' })
  const error = await failed(() => client.finish(other, signed))
  assert.deepEqual([error.kind, error.happened], ['refused', 'never'])
})

test('an error shows no token and no key', async () => {
  const error = await failed(() => clientOf().wallets.getWallet({ walletId: 'wa-1' }))
  const shown = [error.toString(), JSON.stringify(error), error.stack].join()
  assert.ok(!shown.includes(sandbox.authToken))
  assert.ok(!shown.includes('PRIVATE'))
})
