export { DfnsApiClient, DfnsDelegatedApiClient } from './client.js'
export { DfnsError, PolicyPendingError } from './errors.js'
export { AsymmetricKeySigner, WebAuthnSigner, fromBase64Url, toBase64Url } from './signers.js'
