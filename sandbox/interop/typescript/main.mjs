// Drives the official TypeScript SDK, unchanged: says which methods it has, then calls what it is told to. With the
// argument `delegated` it is the client whose challenges are signed elsewhere.
//
// A line of JSON each way. Out: {packages, methods, keys}. In: {baseUrl, credentials}. Then in: a call, out: {error}.
import { createInterface } from 'node:readline'

import { DfnsApiClient, DfnsDelegatedApiClient } from '@dfns/sdk'
import { AsymmetricKeySigner } from '@dfns/sdk-keysigner'

import { makeKeys, packages, publicKeys } from './keys.mjs'

const isDelegated = process.argv[2] === 'delegated'
const Client = isDelegated ? DfnsDelegatedApiClient : DfnsApiClient

/** The domain clients are getters of the main client; what an SDK method sends stands in its source. */
function reflect() {
  const client = new Client({})
  return ownNames(Client.prototype).flatMap((domain) => {
    const names = ownNames(Object.getPrototypeOf(client[domain]))
    return names.flatMap((name) => {
      const base = baseOf(name, names)
      if (base !== undefined && name.endsWith('Complete')) return []
      const alias = /return this\.(\w+)\(/.exec(client[domain][name])
      const source = client[domain][alias ? alias[1] : name].toString()
      return {
        name: `${domain}.${base ?? name}`,
        method: /(?:method|userActionHttpMethod): '(\w+)'/.exec(source)[1],
        path: /buildPathAndQuery\)\('([^']+)'/.exec(source)[1].replace(/:([a-zA-Z]+)/g, '{$1}'),
      }
    })
  })
}

/** What two methods share that are the halves of one call. */
function baseOf(name, names) {
  const base = name.replace(/(Init|Complete)$/, '')
  return names.includes(`${base}Init`) && names.includes(`${base}Complete`) ? base : undefined
}

function ownNames(prototype) {
  return Object.getOwnPropertyNames(prototype).filter((name) => name !== 'constructor')
}

async function call({ baseUrl, credentials }, { name, key, token, path, query, body, file }) {
  const [domain, method] = name.split('.')
  const request = { ...Object.fromEntries(path), query, ...(body === null ? {} : { body: JSON.parse(body) }) }
  const files = file ? [{ bytes: new Uint8Array(0), name: 'upload.bin' }] : []
  const { credentialId, token: ownToken } = credentials[key]
  const signer = new AsymmetricKeySigner({ credId: credentialId, privateKey: keys[key].privateKey })
  const client = new Client({ baseUrl, authToken: token ?? ownToken, ...(isDelegated ? {} : { signer }) })[domain]
  if (client[method]) {
    await client[method](request, ...files)
    return
  }
  const challenge = await client[`${method}Init`](request, ...files)
  const firstFactor = await signer.sign(challenge)
  const { challengeIdentifier } = challenge
  await client[`${method}Complete`](request, ...files, { challengeIdentifier, firstFactor })
}

const keys = makeKeys()
say({ packages: packages(), methods: reflect(), keys: publicKeys(keys) })

let introduction
for await (const line of createInterface({ input: process.stdin })) {
  const told = JSON.parse(line)
  if (!introduction) {
    introduction = told
    continue
  }
  const error = await call(introduction, told).then(
    () => null,
    // The rest of the message is the address.
    (failure) => `${failure.name}: ${failure.message.split(' at http')[0]}`
  )
  say({ error })
}

function say(value) {
  process.stdout.write(`${JSON.stringify(value)}\n`)
}
