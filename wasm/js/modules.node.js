// Servers: Node, Deno and Bun. The modules come in the code, so that a bundle of a program is whole.
import { Buffer } from 'node:buffer'
import { inflateRawSync } from 'node:zlib'

import { once } from './once.js'

const inline = (glue, packed) =>
  once(glue, async () => inflateRawSync(Buffer.from((await packed()).default, 'base64')))

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
