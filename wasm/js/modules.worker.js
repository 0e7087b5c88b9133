// Edge workers compile no bytes at run time; their bundlers import a module as one.
import ed25519Module from './ed25519_bg.wasm'
import keysModule from './keys_bg.wasm'
import machineModule from './machine_bg.wasm'

import { once } from './once.js'

export const machine = once(
  () => import('./machine.js'),
  () => machineModule,
)
export const ed25519 = once(
  () => import('./ed25519.js'),
  () => ed25519Module,
)
export const keys = once(
  () => import('./keys.js'),
  () => keysModule,
)
