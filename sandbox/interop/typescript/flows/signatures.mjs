import assert from 'node:assert/strict'
import { createHash, createPublicKey, ECDH, verify } from 'node:crypto'

export const does = 'keys are made, and what they sign verifies'

export async function play(stage) {
  const { keys } = stage.client('secp256k1')
  const message = Buffer.from('what is signed')
  const bodies = [
    { kind: 'Message', message: `0x${message.toString('hex')}` },
    { kind: 'Hash', hash: `0x${createHash('sha256').update(message).digest('hex')}` },
  ]

  const ecdsa = await keys.createKey({ body: { scheme: 'ECDSA', curve: 'secp256k1', name: 'ecdsa' } })
  for (const body of bodies) {
    const { id, signature } = await sign(keys, ecdsa, body)
    const key = { key: secp256k1Key(ecdsa.publicKey), dsaEncoding: 'ieee-p1363' }
    assert.ok(verify('sha256', message, key, bytesOf(signature)), body.kind)
    assert.equal((await keys.getSignature({ keyId: ecdsa.id, signatureId: id })).signature.r, signature.r)
  }

  const eddsa = await keys.createKey({ body: { scheme: 'EdDSA', curve: 'ed25519' } })
  const { signature } = await sign(keys, eddsa, bodies[0])
  assert.ok(verify(null, message, ed25519Key(eddsa.publicKey), bytesOf(signature)))

  const { items } = await keys.listSignatures({ keyId: ecdsa.id })
  assert.deepEqual(items.map((item) => item.requestBody), bodies)
  assert.equal((await keys.getKey({ keyId: ecdsa.id })).name, 'ecdsa')
  assert.deepEqual((await keys.listKeys()).items.map(({ id }) => id), [ecdsa.id, eddsa.id])
}

async function sign(keys, key, body) {
  const signed = await keys.generateSignature({ keyId: key.id, body })
  assert.deepEqual([signed.keyId, signed.status], [key.id, 'Signed'])
  return signed
}

function bytesOf({ r, s }) {
  return Buffer.from((r + s).replaceAll('0x', ''), 'hex')
}

function secp256k1Key(compressed) {
  const point = ECDH.convertKey(compressed, 'secp256k1', 'hex', undefined, 'uncompressed')
  const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((half) => half.toString('base64url'))
  return createPublicKey({ format: 'jwk', key: { kty: 'EC', crv: 'secp256k1', x, y } })
}

function ed25519Key(hex) {
  const x = Buffer.from(hex, 'hex').toString('base64url')
  return createPublicKey({ format: 'jwk', key: { kty: 'OKP', crv: 'Ed25519', x } })
}
