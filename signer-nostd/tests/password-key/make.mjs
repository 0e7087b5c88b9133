// Writes the vectors beside it: `node make.mjs`. Node's WebCrypto does all the work, so the tests of the crate compare
// with an implementation that is not theirs. The keys and the IVs are new each time.
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const { subtle } = globalThis.crypto
const utf8 = (text) => new TextEncoder().encode(text)
const base64 = (bytes) => Buffer.from(bytes).toString('base64')

async function vector(username, password, algorithm) {
  const salt = await subtle.digest('SHA-256', utf8(username.toLowerCase().trim()))
  const material = await subtle.importKey('raw', utf8(password), 'PBKDF2', false, ['deriveKey'])
  const wrapping = await subtle.deriveKey(
    { name: 'PBKDF2', salt, iterations: 100000, hash: 'SHA-256' },
    material,
    { name: 'AES-GCM', length: 256 },
    false,
    ['wrapKey'],
  )
  const pair = await subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const iv = crypto.getRandomValues(new Uint8Array(16))
  const key = await subtle.wrapKey('pkcs8', pair.privateKey, wrapping, { name: 'AES-GCM', iv })
  const text = Buffer.from(JSON.stringify({ key: base64(key), iv: base64(iv) })).toString('base64')
  return {
    username,
    password,
    iv: Buffer.from(iv).toString('hex'),
    encryptedPrivateKey: text,
    credentialId: Buffer.from(await subtle.digest('SHA-256', utf8(text))).toString('base64url'),
    pkcs8: base64(await subtle.exportKey('pkcs8', pair.privateKey)),
    publicKey: base64(await subtle.exportKey('spki', pair.publicKey)),
  }
}

const p256 = { name: 'ECDSA', namedCurve: 'P-256' }
for (const [name, username, password, algorithm] of [
  ['p256', 'jane@example.com', 'D1-ABCDEF-GHJKL-MNPQR-STUVW-XYZ23-456789', p256],
  ['name_in_capitals', '  Jörg.MÜLLER@Example.COM\t', 'pässword ✓', p256],
  ['ed25519', 'jane@example.com', 'D1-222222-33333-44444-55555-66666-777777', { name: 'Ed25519' }],
]) {
  const file = fileURLToPath(new URL(`${name}.json`, import.meta.url))
  writeFileSync(file, JSON.stringify(await vector(username, password, algorithm), null, 2) + '\n')
}
