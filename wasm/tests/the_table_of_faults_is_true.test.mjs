// `docs/faults.md` says what a caller of the Rust clients is told at each fault; this, what a caller of this package is, over
// `node:http` and over `fetch`. Where that differs, a table of its own says so, which is made here: `DFNS_UPDATE_DOCS=1`
// writes it anew. `DFNS_FAULTS` is the file.
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import process from 'node:process'
import { test } from 'node:test'

import { AsymmetricKeySigner, DfnsApiClient } from 'dfns-wasm'

import { start } from './common/sandbox.mjs'

const file = process.env.DFNS_FAULTS
const ROUTES = ['POST /auth/action/init', 'POST /auth/action', 'createWallet']
const WAYS = {
  'node:http': {},
  fetch: { fetch: (url, init) => globalThis.fetch(url, init) },
}
const KINDS = { refused: (error) => `refused ${error.httpStatus}`, tooLarge: () => 'too large' }

/** What the caller is told and how often it was executed. */
async function cell(fault, route, way) {
  const sandbox = await start()
  try {
    const { baseUrl, authToken, credId, privateKey } = sandbox
    const faults = JSON.stringify({ faults: [{ fault, on: route, times: 1 }] })
    const headers = { 'content-type': 'application/json' }
    const put = await fetch(`${baseUrl}/__sandbox/faults`, { method: 'PUT', body: faults, headers })
    assert.ok(put.ok, await put.text())
    const client = new DfnsApiClient({
      baseUrl,
      authToken,
      signer: new AsymmetricKeySigner({ credId, privateKey }),
      limit: 1 << 20,
      // Long enough for what is not delayed, on a busy machine.
      ...(fault.includes('delay') ? { timeout: 5000 } : {}),
      ...WAYS[way],
    })
    const told = await client.wallets.createWallet({ body: { network: 'EthereumSepolia' } }).then(
      () => 'completed',
      (error) => `${(KINDS[error.kind] ?? (() => error.kind))(error)}, ${error.happened}`,
    )
    const { executions } = await (await fetch(`${baseUrl}/__sandbox/log`)).json()
    return `${told}, ${executions.createWallet ?? 0}×`
  } finally {
    sandbox.stop()
  }
}

test('the table is what the package says and the sandbox counts', async () => {
  const found = readFileSync(file, 'utf8')
  const between = (begin, end) => found.slice(found.indexOf(begin) + begin.length, found.indexOf(end))
  const rows = between('<!-- the table -->', '<!-- its end -->').trim().split('\n').slice(2)
  assert.ok(rows.length > 20, 'there is a table')
  const different = []
  for (const row of rows) {
    const [fault, ...cells] = row.split('|').slice(1, -1).map((text) => text.trim())
    const ran = ROUTES.flatMap((route, step) =>
      Object.keys(WAYS).map(async (way) => [step, way, await cell(fault.slice(1, -1), route, way)]),
    )
    for (const [step, way, said] of await Promise.all(ran)) {
      if (said !== cells[step]) different.push(`| ${fault} | ${['first', 'second', 'third'][step]} | ${way} | ${said} |`)
    }
  }
  const [begin, end] = ['<!-- the npm package -->', '<!-- the end of the npm package -->']
  const made = `\n\n| fault | request | sent by | what it says |\n|---|---|---|---|\n${different.join('\n')}\n\n`
  if (process.env.DFNS_UPDATE_DOCS) {
    const at = found.indexOf(begin) + begin.length
    writeFileSync(file, found.slice(0, at) + made + found.slice(found.indexOf(end)))
    return
  }
  assert.equal(between(begin, end), made, 'DFNS_UPDATE_DOCS=1 writes docs/faults.md anew')
})
