// Signed calls in Node, beside the official package: `node speed.mjs PACKAGE`, with the sandbox that `DFNS_SANDBOX` names
// as the server, in a process of its own. Both clients take turns; of each the median round counts, and of all the ratio.

import { spawnSync } from 'node:child_process'
import { createPrivateKey } from 'node:crypto'
import { pathToFileURL } from 'node:url'
import { performance } from 'node:perf_hooks'
import process from 'node:process'

import { ALGORITHMS, start } from './common/sandbox.mjs'

const ROUNDS = 5
const CALLS = 100
const body = { network: 'EthereumSepolia', name: 'bench' }

const [folder] = process.argv.slice(2)
const ours = await import(pathToFileURL(`${folder}/index.js`).href)
const official = await import('@dfns/sdk')
const { AsymmetricKeySigner } = await import('@dfns/sdk-keysigner')

/** What WebCrypto signs with. */
const WEB = {
  Ed25519: { name: 'Ed25519' },
  'P-256': { name: 'ECDSA', namedCurve: 'P-256' },
  RSA: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
}

const CLIENTS = {
  ours: ({ baseUrl, authToken, credId, privateKey }) =>
    new ours.DfnsApiClient({ baseUrl, authToken, signer: new ours.AsymmetricKeySigner({ credId, privateKey }) }),
  'ours, a CryptoKey': async ({ baseUrl, authToken, credId, privateKey }, algorithm) => {
    if (!WEB[algorithm]) return undefined
    const der = createPrivateKey(privateKey).export({ type: 'pkcs8', format: 'der' })
    const key = await crypto.subtle.importKey('pkcs8', der, WEB[algorithm], false, ['sign'])
    const signer = new ours.AsymmetricKeySigner({ credId, privateKey: key })
    return new ours.DfnsApiClient({ baseUrl, authToken, signer })
  },
  'ours, over fetch': ({ baseUrl, authToken, credId, privateKey }) => {
    const signer = new ours.AsymmetricKeySigner({ credId, privateKey })
    return new ours.DfnsApiClient({ baseUrl, authToken, signer, fetch: (url, init) => globalThis.fetch(url, init) })
  },
  official: ({ baseUrl, authToken, credId, privateKey }) =>
    new official.DfnsApiClient({ baseUrl, authToken, signer: new AsymmetricKeySigner({ credId, privateKey }) }),
}

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1]

/** Milliseconds of CPU and of the clock, per call. */
async function round(client) {
  const [cpu, clock] = [process.cpuUsage(), performance.now()]
  for (let i = 0; i < CALLS; i += 1) await client.wallets.createWallet({ body })
  const { user, system } = process.cpuUsage(cpu)
  return { cpu: (user + system) / 1000 / CALLS, wall: (performance.now() - clock) / CALLS }
}

console.log(`  ms per signed call         ${Object.keys(CLIENTS).map((name) => name.padStart(20)).join('')}`)
for (const algorithm of ALGORITHMS) {
  const sandbox = await start(algorithm)
  const clients = []
  for (const make of Object.values(CLIENTS)) clients.push({ client: await make(sandbox, algorithm), rounds: [] })
  for (let i = 0; i <= ROUNDS; i += 1) {
    // The first is for the compilers.
    for (const { client, rounds } of clients) if (client) rounds[i] = await round(client)
  }
  sandbox.stop()
  for (const what of ['cpu', 'wall']) {
    const medians = clients.map(({ rounds }) => median(rounds.slice(1).map((it) => it[what])))
    const told = (ms) => (ms === undefined ? '' : `${ms.toFixed(2)} (${(ms / medians.at(-1)).toFixed(2)})`)
    const shown = medians.map((ms) => told(ms).padStart(20))
    console.log(`  ${`${algorithm}, ${what}`.padEnd(27)}${shown.join('')}`)
  }
}

// From the import to the first request, in a process of its own that is also the server.
const program = (name) => `
  import { createServer } from 'node:http'
  const server = createServer(() => { console.log(performance.now() - start); process.exit() })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  const baseUrl = 'http://127.0.0.1:' + server.address().port
  const start = performance.now()
  const { DfnsApiClient } = await import(${JSON.stringify(name)})
  const client = new DfnsApiClient({ baseUrl, authToken: 'token', signer: { sign() {} } })
  await client.wallets.createWallet({ body: ${JSON.stringify(body)} })`
const first = (name) => {
  const words = ['--input-type=module', '-e', program(name)]
  const times = Array.from({ length: 2 * ROUNDS + 1 }, () => {
    const { stdout, stderr, status } = spawnSync(process.execPath, words, { cwd: import.meta.dirname, encoding: 'utf8' })
    if (status !== 0) throw new Error(stderr)
    return Number(stdout)
  })
  return `${median(times).toFixed(0)} ms`
}
const ourEntry = pathToFileURL(`${folder}/index.js`).href
console.log(`  from the import to the first request: ours ${first(ourEntry)}, official ${first('@dfns/sdk')}`)
