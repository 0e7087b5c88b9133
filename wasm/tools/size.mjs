// What the package adds to a page, beside the official one: `node size.mjs PACKAGE`. Bundled by esbuild, minified,
// gzip, WebAssembly included.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'

import { buildSync } from 'esbuild'

const [packageFolder] = process.argv.slice(2)
const folder = mkdtempSync(join(tmpdir(), 'dfns-size-'))
const bundled = (entry, resolveDir) =>
  buildSync({
    stdin: { contents: entry, resolveDir },
    outdir: folder,
    entryNames: `${basename(resolveDir)}`,
    bundle: true,
    format: 'esm',
    platform: 'browser',
    splitting: true,
    minify: true,
    metafile: true,
    define: { global: 'globalThis' },
    absWorkingDir: folder,
  }).metafile.outputs

const zipped = (file) => gzipSync(readFileSync(join(folder, file)), { level: 9 }).length

/** The files that are loaded when no key of these modules is used. */
function loaded(outputs, without) {
  const files = Object.entries(outputs).filter(([, { inputs }]) =>
    Object.keys(inputs).every((input) => !without.some((name) => basename(input).startsWith(`${name}.`))),
  )
  return files.reduce((sum, [file]) => sum + zipped(file), 0)
}

const ours = bundled("export * from './index.js'", packageFolder)
const official = bundled("export * from '@dfns/sdk'", dirname(fileURLToPath(import.meta.url)))

const kilobytes = (bytes) => `${(bytes / 1000).toFixed(1).padStart(6)} kB`
const sizes = {
  'keys by WebCrypto or a passkey': loaded(ours, ['ed25519', 'keys']),
  'Ed25519 keys from PEM': loaded(ours, ['keys']),
  'keys of every algorithm': loaded(ours, ['ed25519']),
  'the official package (188 operations)': loaded(official, []),
}
for (const [what, size] of Object.entries(sizes)) console.log(`  ${kilobytes(size)}  ${what}`)
rmSync(folder, { recursive: true })

/** They are not to grow unnoticed. */
const MOST = { 'keys by WebCrypto or a passkey': 56_000, 'Ed25519 keys from PEM': 80_000 }
for (const [what, most] of Object.entries(MOST)) {
  if (sizes[what] > most) throw new Error(`${what}: ${sizes[what]} bytes are more than ${most}`)
}
