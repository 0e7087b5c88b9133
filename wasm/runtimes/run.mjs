// Runs one program in every runtime, against the sandbox: `node run.mjs CHROMIUM`. The package is installed in a folder
// above.

import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { build } from 'esbuild'
import { Miniflare } from 'miniflare'

import { chromium } from './chromium.mjs'
import { ALGORITHMS, start } from './common/sandbox.mjs'
import { edgeRuntime } from './edge-runtime.mjs'

const [browser] = process.argv.slice(2)
const here = dirname(fileURLToPath(import.meta.url))

const sandboxes = []
const started = async (...given) => {
  const { stop, ...account } = await start(...given)
  sandboxes.push(stop)
  return account
}

const RUNTIMES = {
  node: (given) => ran(process.execPath, ['main.js'], given),
  'node, by require': (given) => ran(process.execPath, ['required.cjs'], given),
  deno: (given) => ran(binary('deno'), ['run', '--allow-net', '--allow-env', '--allow-read', 'main.js'], given),
  bun: (given) => ran(binary('bun'), ['main.js'], given),
  workerd,
  'edge-runtime': (given) => edgeRuntime(join(here, 'program.js'), given),
  chromium: (given) => chromium(join(here, 'program.js'), browser, given),
}

try {
  const accounts = {}
  for (const algorithm of ALGORITHMS) accounts[algorithm] = await started(algorithm)
  const given = { accounts, held: await started('Ed25519', ['--require-approval', 'createWallet']) }
  for (const [name, run] of Object.entries(RUNTIMES)) console.log(`  ${name}: ${await run(given)}`)
} finally {
  for (const stop of sandboxes) stop()
}

function ran(program, words, given) {
  const env = { ...process.env, GIVEN: JSON.stringify(given), DENO_NO_UPDATE_CHECK: '1', DO_NOT_TRACK: '1' }
  return execFileSync(program, words, { cwd: here, env, encoding: 'utf8' }).trim()
}

function binary(name) {
  return join(here, '../node_modules/.bin', name)
}

/** The edge worker runtime takes modules that a bundler has resolved for it; WebAssembly stays beside the code. */
async function workerd(given) {
  const bundle = join(here, 'worker')
  const { metafile } = await build({
    entryPoints: [join(here, 'worker.js')],
    outdir: bundle,
    bundle: true,
    splitting: true,
    format: 'esm',
    conditions: ['workerd', 'worker'],
    loader: { '.wasm': 'copy' },
    metafile: true,
  })
  const files = Object.keys(metafile.outputs).map((file) => join(process.cwd(), file))
  const type = (file) => (file.endsWith('.wasm') ? 'CompiledWasm' : 'ESModule')
  const entry = join(bundle, 'worker.js')
  const miniflare = new Miniflare({
    modulesRoot: bundle,
    modules: [entry, ...files.filter((file) => file !== entry)].map((path) => ({
      type: type(path),
      path,
      contents: readFileSync(path),
    })),
    compatibilityDate: '2026-04-01',
  })
  try {
    const answer = await miniflare.dispatchFetch('http://worker.example', {
      method: 'POST',
      body: JSON.stringify(given),
    })
    const said = await answer.text()
    if (!answer.ok) throw new Error(said)
    return JSON.parse(said).join(', ')
  } finally {
    await miniflare.dispose()
  }
}
