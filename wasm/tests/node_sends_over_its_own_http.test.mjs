// What Node sends by when the caller hands in no `fetch`: the same care, over real sockets.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { test } from 'node:test'
import { promisify } from 'node:util'

import { DfnsApiClient, DfnsError } from 'dfns-wasm'

import { start } from './common/sandbox.mjs'

const WALLET = JSON.stringify({ id: 'wa-1', name: 'é' })

/** A server that does with each request what it is told: `answer` is given the socket and the request's text. */
async function serving(t, answer) {
  const connections = []
  const server = createServer((socket) => {
    connections.push(socket)
    socket.on('error', () => {})
    let text = ''
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1')
      const end = text.indexOf('\r\n\r\n')
      if (end < 0) return
      const request = text
      text = ''
      answer(socket, request, connections.length)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    for (const socket of connections) socket.destroy()
    server.close()
  })
  const client = (options) =>
    new DfnsApiClient({ baseUrl: `http://127.0.0.1:${server.address().port}`, authToken: 'token', ...options })
  return { client, connections }
}

const head = (length, status = '200 OK') =>
  `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\n\r\n`

const whole = (body = WALLET) => head(Buffer.byteLength(body)) + body

const get = (client, options) => client.wallets.getWallet({ walletId: 'wa-1' }, options)

async function failed(promise) {
  const error = await promise.then(
    () => assert.fail('it came to something'),
    (error) => error,
  )
  assert.ok(error instanceof DfnsError, error.stack)
  return error
}

test('the path goes as it was signed, with no more headers than there have to be', async (t) => {
  const requests = []
  const { client } = await serving(t, (socket, request) => {
    requests.push(request)
    socket.write(whole())
  })
  await client().wallets.getWallet({ walletId: 'a/../b ?é' })
  const [line, ...headers] = requests[0].trim().split('\r\n')
  assert.equal(line, 'GET /wallets/a%2F..%2Fb%20%3F%C3%A9 HTTP/1.1')
  const names = headers.map((header) => header.split(':')[0].toLowerCase())
  assert.deepEqual(names.sort(), ['authorization', 'connection', 'host'])
})

test('a connection is used again, and a new one is made when it was closed meanwhile', async (t) => {
  const { client, connections } = await serving(t, (socket) => socket.write(whole()))
  const one = client()
  for (let i = 0; i < 5; i += 1) assert.equal((await get(one)).name, 'é')
  assert.equal(connections.length, 1)
  connections[0].end()
  await once(connections[0], 'close')
  assert.equal((await get(one)).name, 'é')
  assert.equal(connections.length, 2)
})

test('an answer in pieces is put together', async (t) => {
  const { client } = await serving(t, (socket) => {
    const bytes = Buffer.from(`HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n`)
    socket.write(bytes)
    for (const byte of Buffer.from(WALLET)) socket.write(Buffer.from(`1\r\n${String.fromCharCode(byte)}\r\n`, 'latin1'))
    socket.write('0\r\n\r\n')
  })
  assert.equal((await get(client())).name, 'é')
})

test('what breaks off, is closed or is no HTTP is a transport that failed', async (t) => {
  for (const answer of [
    (socket) => socket.destroy(),
    (socket) => socket.end(),
    (socket) => socket.end('what is this\r\n\r\n'),
    (socket) => socket.end(head(100)),
    (socket) => socket.end(head(100) + WALLET),
    (socket) => socket.end('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nff\r\n{'),
    (socket) => socket.end('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n'),
    (socket) => socket.end(`HTTP/1.1 200 OK\r\nx: ${'y'.repeat(100_000)}\r\n\r\n`),
  ]) {
    const { client } = await serving(t, answer)
    const error = await failed(get(client()))
    assert.deepEqual([error.kind, error.happened], ['transport', 'never'], error.message)
  }
})

test('nobody there is said by its name', async () => {
  const client = new DfnsApiClient({ baseUrl: 'http://localhost:9', authToken: 'token' })
  assert.match((await failed(get(client))).message, /ECONNREFUSED/)
})

test('a redirect is not followed', async (t) => {
  let requests = 0
  const { client } = await serving(t, (socket) => {
    requests += 1
    socket.write('HTTP/1.1 307 x\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n')
  })
  const error = await failed(get(client()))
  assert.deepEqual([error.kind, error.httpStatus, requests], ['refused', 307, 1])
})

test('a huge answer is not read to its end', async (t) => {
  const { client, connections } = await serving(t, (socket) => {
    socket.write('HTTP/1.1 200 OK\r\n\r\n')
    const more = () => socket.destroyed || (socket.write(Buffer.alloc(1 << 16)), setImmediate(more))
    more()
  })
  const error = await failed(get(client({ limit: 1 << 20 })))
  assert.equal(error.kind, 'tooLarge')
  if (!connections[0].destroyed) await once(connections[0], 'close')
})

test('an abort and a time limit close the connection, before the answer and inside it', async (t) => {
  for (const begun of ['', head(100)]) {
    let came
    const asked = new Promise((resolve) => (came = resolve))
    const { client, connections } = await serving(t, (socket) => {
      if (begun) socket.write(begun)
      came()
    })
    const controller = new AbortController()
    const call = failed(get(client(), { signal: controller.signal }))
    await asked
    controller.abort(new Error('no more'))
    const aborted = await call
    assert.equal(aborted.kind, 'transport')
    assert.match(aborted.message, /no more/)
    assert.match((await failed(get(client({ timeout: 50 })))).message, /50 ms/)
    for (const socket of connections) if (!socket.destroyed) await once(socket, 'close')
  }
})

test('a program ends after its last call, though connections are kept', async (t) => {
  const sandbox = await start()
  t.after(sandbox.stop)
  const { baseUrl, authToken } = sandbox
  const code = `import { DfnsApiClient } from 'dfns-wasm'
    const client = new DfnsApiClient(${JSON.stringify({ baseUrl, authToken })})
    console.log((await client.wallets.listWallets()).items.length)`
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', code])
  assert.equal(stdout, '0\n')
})
