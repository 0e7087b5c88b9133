// Makes keys: `node make.mjs ALGORITHM COUNT` prints a line of JSON for each, with the private key in every encoding that
// it has and the public key.
import { generateKeyPairSync } from 'node:crypto'

const [algorithm, count] = process.argv.slice(2)
const [type, options, more] = {
  Ed25519: ['ed25519', {}, []],
  P256: ['ec', { namedCurve: 'prime256v1' }, ['sec1']],
  Secp256k1: ['ec', { namedCurve: 'secp256k1' }, ['sec1']],
  Rsa: ['rsa', { modulusLength: 2048 }, ['pkcs1']],
}[algorithm]

for (let i = 0; i < Number(count); i += 1) {
  const { publicKey, privateKey } = generateKeyPairSync(type, options)
  const written = (type, options) => privateKey.export({ type, format: 'pem', ...options })
  const encrypted = written('pkcs8', { cipher: 'aes-256-cbc', passphrase: 'correct horse' })
  console.log(
    JSON.stringify({
      plain: ['pkcs8', ...more].map((type) => written(type)),
      encrypted,
      public: publicKey.export({ type: 'spki', format: 'pem' }),
    }),
  )
}
