// Signed calls in Node, beside the official package: `node speed.mjs PACKAGE`, with the sandbox that `DFNS_SANDBOX` names
// as the server, in a process of its own. Both clients take turns; of each the median round counts, and of all the ratio.

import { spawnSync } from 'node:child_process'
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

const CLIENTS = {
  ours: ({ baseUrl, authToken, credId, privateKey }) =>
    new ours.DfnsApiClient({ baseUrl, authToken, signer: new ours.AsymmetricKeySigner({ credId, privateKey }) }),
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

console.log(`  ms per signed call         ${Object.keys(CLIENTS).map((name) => name.padStart(22)).join('')}`)
for (const algorithm of ALGORITHMS) {
  const sandbox = await start(algorithm)
  const clients = Object.entries(CLIENTS).map(([name, make]) => ({ name, client: make(sandbox), rounds: [] }))
  for (let i = 0; i <= ROUNDS; i += 1) {
    // The first is for the compilers.
    for (const { client, rounds } of clients) rounds[i] = await round(client)
  }
  sandbox.stop()
  for (const what of ['cpu', 'wall']) {
    const medians = clients.map(({ rounds }) => median(rounds.slice(1).map((it) => it[what])))
    const shown = medians.map((ms) => `${ms.toFixed(2)} (${(ms / medians.at(-1)).toFixed(2)})`.padStart(22))
    console.log(`  ${`${algorithm}, ${what}`.padEnd(27)}${shown.join('')}`)
  }
}

// What it takes until the first step of the first call, in a process of its own.
const first = (code) => {
  const times = []
  for (let i = 0; i < ROUNDS; i += 1) {
    const { stdout, stderr, status } = spawnSync(process.execPath, ['--input-type=module', '-e', code], { encoding: 'utf8' })
    if (status !== 0) throw new Error(stderr)
    times.push(Number(stdout))
  }
  return median(times)
}
const program = (name) => `
  const start = performance.now()
  const { DfnsApiClient } = await import(${JSON.stringify(name)})
  const fetch = () => { console.log(performance.now() - start); process.exit() }
  globalThis.fetch = fetch
  const client = new DfnsApiClient({ baseUrl: 'http://localhost:1', authToken: 'token', signer: { sign() {} }, fetch })
  await client.wallets.createWallet({ body: ${JSON.stringify(body)} })`
console.log(`  from the import to the first request: ours ${first(program(pathToFileURL(`${folder}/index.js`).href)).toFixed(1)} ms`)
