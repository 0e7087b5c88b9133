// The keys to sign with, and the versions of what signs.
import { generateKeyPairSync } from 'node:crypto'
import { createRequire } from 'node:module'

const KINDS = {
  Ed25519: ['ed25519'],
  'P-256': ['ec', { namedCurve: 'prime256v1' }],
  secp256k1: ['ec', { namedCurve: 'secp256k1' }],
  RSA: ['rsa', { modulusLength: 2048 }],
}

/** A key of each kind, in PEM. */
export function makeKeys() {
  return Object.fromEntries(Object.keys(KINDS).map((kind) => [kind, makeKey(kind)]))
}

export function makeKey(kind) {
  const [type, options] = KINDS[kind]
  return generateKeyPairSync(type, {
    ...options,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })
}

export function publicKeys(keys) {
  return Object.fromEntries(Object.entries(keys).map(([name, { publicKey }]) => [name, publicKey]))
}

export function packages() {
  const require = createRequire(import.meta.url)
  const names = ['@dfns/sdk', '@dfns/sdk-keysigner']
  return names.map((name) => `${name} ${require(`${name}/package.json`).version}`).join(', ')
}
