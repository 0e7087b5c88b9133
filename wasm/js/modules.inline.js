// Browsers and bundlers that know nothing of WebAssembly: the modules come in the code, compressed.
import { once } from './once.js'

const inflated = async (packed) => {
  const bytes = Uint8Array.from(atob(packed), (character) => character.charCodeAt(0))
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'))
  return new Uint8Array(await new Response(stream).arrayBuffer())
}

const inline = (glue, packed) => once(glue, async () => inflated((await packed()).default))

export const machine = inline(
  () => import('./machine.js'),
  () => import('./machine.inline.js'),
)
export const ed25519 = inline(
  () => import('./ed25519.js'),
  () => import('./ed25519.inline.js'),
)
export const keys = inline(
  () => import('./keys.js'),
  () => import('./keys.inline.js'),
)
