export { fromBase64Url, toBase64Url } from './base64url.js'
export { DfnsApiClient, DfnsDelegatedApiClient, DfnsMachine } from './client.js'
export { DfnsError, PolicyPendingError } from './errors.js'
export { AsymmetricKeySigner, WebAuthnSigner } from './signers.js'
