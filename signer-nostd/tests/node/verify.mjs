// Reads a line of JSON for each signature, with `public`, `data` and `signature`, and prints how many verified. The first
// that does not ends it.
import { createPublicKey, verify } from 'node:crypto'
import { createInterface } from 'node:readline'

let count = 0
for await (const line of createInterface({ input: process.stdin })) {
  const { public: pem, data, signature } = JSON.parse(line)
  const key = createPublicKey(pem)
  const hash = key.asymmetricKeyType === 'ed25519' ? null : 'sha256'
  const [message, bytes] = [data, signature].map((text) => Buffer.from(text, 'base64url'))
  if (!verify(hash, message, key, bytes)) throw new Error(`signature ${count}, by ${pem}`)
  count += 1
}
console.log(count)
