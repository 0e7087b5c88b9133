// Assembles the npm package: `node build.mjs SOURCES MODULES PACKAGE`, from the files of `wasm/js` and what
// `dfns-bindgen` made.

import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { deflateRawSync } from 'node:zlib'

import { buildSync } from 'esbuild'

const [sources, modules, target] = process.argv.slice(2)
const wasmOpt = createRequire(import.meta.url).resolve('binaryen/bin/wasm-opt')

/** What every runtime has had for years, and what the compiler uses. */
const FEATURES = ['bulk-memory', 'bulk-memory-opt', 'mutable-globals', 'nontrapping-float-to-int', 'sign-ext']

rmSync(target, { recursive: true, force: true })
mkdirSync(target, { recursive: true })
cpSync(sources, target, { recursive: true })
for (const license of ['LICENSE-APACHE', 'LICENSE-MIT'])
  cpSync(join(sources, '../..', license), join(target, license))

for (const name of ['machine', 'ed25519', 'keys']) {
  const wasm = join(target, `${name}_bg.wasm`)
  const features = FEATURES.map((feature) => `--enable-${feature}`)
  execFileSync(process.execPath, [wasmOpt, '-Oz', ...features, join(modules, `${name}_bg.wasm`), '-o', wasm])
  const bytes = readFileSync(wasm)
  checkImports(name, bytes)
  const packed = deflateRawSync(bytes, { level: 9 }).toString('base64')
  writeFileSync(join(target, `${name}.inline.js`), `export default '${packed}';\n`)
  // Its comments are those of the Rust side, and nobody reads them here.
  const glue = buildSync({
    entryPoints: [join(modules, `${name}.js`)],
    format: 'esm',
    minifySyntax: true,
    write: false,
  })
  writeFileSync(join(target, `${name}.js`), glue.outputFiles[0].text)
}

// `require` in Node.
buildSync({
  absWorkingDir: target,
  entryPoints: ['index.js'],
  outfile: 'index.cjs',
  bundle: true,
  format: 'cjs',
  platform: 'node',
  target: 'node20',
})

/** A module asks its host for nothing but what its own JavaScript side gives it. */
function checkImports(name, bytes) {
  const imports = WebAssembly.Module.imports(new WebAssembly.Module(bytes))
  const stray = imports.filter(({ module }) => module !== `./${name}_bg.js`)
  if (stray.length > 0) throw new Error(`${name} imports ${JSON.stringify(stray)}`)
}
