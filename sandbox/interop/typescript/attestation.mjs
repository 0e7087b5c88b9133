// What a device makes of a key when its holder registers it; the official key signer has no part in that.
import { createHash, sign } from 'node:crypto'

/** A credential for the challenge, attested with the key itself (Dfns documentation, page "Credentials data"). */
export function attested(credentialKind, credId, key, { challenge }) {
  const clientData = JSON.stringify({ challenge, type: 'key.create' })
  const { publicKey } = key
  const clientDataHash = createHash('sha256').update(clientData).digest('hex')
  const fingerprint = JSON.stringify({ clientDataHash, publicKey })
  const signature = sign(undefined, Buffer.from(fingerprint), key.privateKey).toString('hex')
  return {
    credentialKind,
    credentialInfo: {
      credId,
      clientData: base64url(clientData),
      attestationData: base64url(JSON.stringify({ publicKey, signature })),
    },
    ...(credentialKind === 'Key' ? {} : { encryptedPrivateKey: `encrypted ${credId}` }),
  }
}

/** A factor that a recovery key makes: it signs the new credentials. */
export function recovery(credId, key, newCredentials) {
  const challenge = base64url(JSON.stringify(newCredentials))
  const clientData = JSON.stringify({ type: 'key.get', challenge })
  const signature = sign(undefined, Buffer.from(clientData), key.privateKey)
  const credentialAssertion = { credId, clientData: base64url(clientData), signature: signature.toString('base64url') }
  return { kind: 'RecoveryKey', credentialAssertion }
}

function base64url(text) {
  return Buffer.from(text).toString('base64url')
}
