import { readFileSync } from 'node:fs'
import { basename } from 'node:path'

import { EdgeRuntime } from 'edge-runtime'
import { build } from 'esbuild'

/** Platforms on this runtime compile WebAssembly when they deploy, and hand the modules in; so does this. */
export async function edgeRuntime(entry, given) {
  const modules = {}
  const handedIn = {
    name: 'modules that are handed in',
    setup({ onLoad }) {
      onLoad({ filter: /\.wasm$/ }, ({ path }) => {
        const name = basename(path)
        modules[name] = new WebAssembly.Module(readFileSync(path))
        return { contents: `export default globalThis.modules[${JSON.stringify(name)}]` }
      })
    },
  }
  const { outputFiles } = await build({
    stdin: { contents: `import { program } from ${JSON.stringify(entry)}; globalThis.program = program`, resolveDir: '.' },
    bundle: true,
    format: 'iife',
    conditions: ['edge-light'],
    plugins: [handedIn],
    write: false,
  })
  const runtime = new EdgeRuntime({ extend: (context) => Object.assign(context, { modules }) })
  runtime.evaluate(outputFiles[0].text)
  const done = await runtime.evaluate(`program(${JSON.stringify(given)})`)
  return done.join(', ')
}
