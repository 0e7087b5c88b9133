// The client over `fetch` of the Rust crate, compiled into a module: no part of the package.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'

import { Trial, initSync } from './trial/trial.js'

import { start } from './common/sandbox.mjs'

initSync({ module: readFileSync(new URL('trial/trial_bg.wasm', import.meta.url)) })

let sandbox
before(async () => {
  sandbox = await start()
})
after(() => sandbox.stop())

function trial({ fetch, signal, retries = 0 } = {}) {
  const { baseUrl, authToken, credId, privateKey } = sandbox
  const made = new Trial(baseUrl, authToken, credId, privateKey)
  made.set(fetch, signal, retries)
  return made
}

async function failed(promise) {
  const error = await promise.then(
    () => assert.fail('it did not fail'),
    (error) => error,
  )
  const [stage, happened, message] = error.split('\n')
  return { stage, happened, message }
}

/** A transport that fails at one step, and is honest at the others. */
const failingAt = (path, answer) => (url, init) =>
  new URL(url).pathname === path ? answer(url, init) : fetch(url, init)

test('a signed call is sent as it was signed, without cookies, redirects and a user agent', async () => {
  const sent = []
  const watched = (url, init) => {
    sent.push({ url, init })
    return fetch(url, init)
  }
  assert.equal(await trial({ fetch: watched }).create('café "1"'), 'café "1"')
  assert.deepEqual(
    sent.map(({ url }) => new URL(url).pathname),
    ['/auth/action/init', '/auth/action', '/wallets'],
  )
  const [init, , action] = sent.map(({ init }) => ({ ...init, body: Buffer.from(init.body).toString() }))
  assert.equal(JSON.parse(init.body).userActionPayload, action.body)
  for (const { init } of sent) {
    assert.deepEqual([init.redirect, init.credentials], ['manual', 'omit'])
    assert.equal(init.headers.get('user-agent'), null)
  }
})

test('the global fetch is used when no other is given; a parked call goes on; pages follow each other', async () => {
  assert.equal(await trial().create('x'), 'x')
  assert.equal(await trial().createParked('y'), 'y')
  await trial().create('z')
  assert.ok((await trial().count()) >= 3)
})

test('a transport that fails says at which step, and what it means', async () => {
  for (const [path, stage, happened] of [
    ['/auth/action/init', 'Init', 'Never'],
    ['/auth/action', 'Complete', 'Never'],
    ['/wallets', 'Action', 'Unknown'],
  ]) {
    for (const answer of [
      async () => {
        throw new TypeError('connection reset')
      },
      () => {
        throw 'connection reset'
      },
      () => undefined,
      async () => 'no response',
      async () => Response.error(),
    ]) {
      const error = await failed(trial({ fetch: failingAt(path, answer) }).create('x'))
      assert.deepEqual([error.stage, error.happened], [stage, happened], answer.toString())
    }
  }
})

test('an answer that breaks off is judged by its status, and a redirect not followed', async () => {
  const cut = () => new ReadableStream({ pull: (controller) => controller.error(new Error('cut')) })
  for (const [status, happened] of [
    [200, 'Certainly'],
    [403, 'Never'],
    [502, 'Unknown'],
  ]) {
    const answer = async () => new Response(cut(), { status })
    assert.equal((await failed(trial({ fetch: failingAt('/wallets', answer) }).create('x'))).happened, happened)
  }
  const redirect = async () => new Response('', { status: 307, headers: { location: 'http://elsewhere.example' } })
  assert.match(
    (await failed(trial({ fetch: failingAt('/wallets', redirect) }).create('x'))).message,
    /307.*redirect/,
  )
})

test('a huge answer is not read to its end', async () => {
  let pulled = 0
  const body = () =>
    new ReadableStream({
      pull: (controller) => {
        pulled += 1
        controller.enqueue(new Uint8Array(1 << 16))
      },
    })
  const error = await failed(trial({ fetch: failingAt('/wallets', async () => new Response(body())) }).create('x'))
  assert.match(error.message, /larger than the limit/)
  assert.ok(pulled < 25, `${pulled} pieces`)
})

test('an abort says what it means at each step', async () => {
  const before = await failed(trial({ signal: AbortSignal.abort(), fetch: () => assert.fail('sent') }).create('x'))
  assert.deepEqual([before.stage, before.happened], ['Init', 'Never'])
  const aborting = new AbortController()
  const answer = (_url, { signal }) =>
    new Promise((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason))
      queueMicrotask(() => aborting.abort(new Error('enough')))
    })
  const error = await failed(
    trial({ signal: aborting.signal, fetch: failingAt('/wallets', answer), retries: 3 }).create('x'),
  )
  assert.deepEqual([error.stage, error.happened], ['Action', 'Unknown'])
  assert.match(error.message, /enough/)
})

test('what is safe is tried again, and nothing else', async () => {
  let times = 0
  const busy = async (url, init) => {
    times += 1
    return times < 3 ? new Response('', { status: 503 }) : fetch(url, init)
  }
  assert.equal(await trial({ fetch: failingAt('/auth/action/init', busy), retries: 3 }).create('again'), 'again')
  assert.equal(times, 3)
  let sent = 0
  const lost = async () => {
    sent += 1
    throw new Error('lost')
  }
  assert.equal(
    (await failed(trial({ fetch: failingAt('/wallets', lost), retries: 3 }).create('x'))).happened,
    'Unknown',
  )
  assert.equal(sent, 1)
})
