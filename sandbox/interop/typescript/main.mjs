// Drives the official TypeScript SDK, unchanged: says which methods it has, then calls what it is told to.
//
// A line of JSON each way. Out: {methods, keys}. In: {baseUrl, credentials}. Then in: a call, out: {error}.
import { generateKeyPairSync } from 'node:crypto'
import { createInterface } from 'node:readline'

import { DfnsApiClient } from '@dfns/sdk'
import { AsymmetricKeySigner } from '@dfns/sdk-keysigner'

const KEYS = {
  Ed25519: ['ed25519'],
  'P-256': ['ec', { namedCurve: 'prime256v1' }],
  secp256k1: ['ec', { namedCurve: 'secp256k1' }],
  RSA: ['rsa', { modulusLength: 2048 }],
}

/** The domain clients are getters of the main client; what an SDK method sends stands in its source. */
function reflect() {
  const client = new DfnsApiClient({})
  return ownNames(DfnsApiClient.prototype).flatMap((domain) =>
    ownNames(Object.getPrototypeOf(client[domain])).map((name) => {
      const alias = /return this\.(\w+)\(/.exec(client[domain][name])
      const source = client[domain][alias ? alias[1] : name].toString()
      return {
        name: `${domain}.${name}`,
        method: /method: '(\w+)'/.exec(source)[1],
        path: /buildPathAndQuery\)\('([^']+)'/.exec(source)[1].replace(/:([a-zA-Z]+)/g, '{$1}'),
      }
    })
  )
}

function ownNames(prototype) {
  return Object.getOwnPropertyNames(prototype).filter((name) => name !== 'constructor')
}

function clients(keys, { baseUrl, credentials }) {
  const made = {}
  for (const [kind, { token, credentialId }] of Object.entries(credentials)) {
    const signer = new AsymmetricKeySigner({ credId: credentialId, privateKey: keys[kind].privateKey })
    made[kind] = (otherToken) => new DfnsApiClient({ baseUrl, authToken: otherToken ?? token, signer })
  }
  return made
}

async function call(clientOf, { name, key, token, path, query, body, file }) {
  const [domain, method] = name.split('.')
  const request = { ...Object.fromEntries(path), query, ...(body === null ? {} : { body }) }
  const files = file ? [{ bytes: new Uint8Array(0), name: 'upload.bin' }] : []
  await clientOf[key](token)[domain][method](request, ...files)
}

const keys = Object.fromEntries(
  Object.entries(KEYS).map(([name, [type, options]]) => [
    name,
    generateKeyPairSync(type, {
      ...options,
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    }),
  ])
)
const publicKeys = Object.fromEntries(Object.entries(keys).map(([name, { publicKey }]) => [name, publicKey]))
say({ methods: reflect(), keys: publicKeys })

let clientOf
for await (const line of createInterface({ input: process.stdin })) {
  const told = JSON.parse(line)
  if (!clientOf) {
    clientOf = clients(keys, told)
    continue
  }
  const error = await call(clientOf, told).then(
    () => null,
    // The rest of the message is the address.
    (failure) => `${failure.name}: ${failure.message.split(' at http')[0]}`
  )
  say({ error })
}

function say(value) {
  process.stdout.write(`${JSON.stringify(value)}\n`)
}
