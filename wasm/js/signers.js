import { ed25519, keys } from '#modules'
import { fromBase64Url, toBase64Url } from './base64url.js'
import { DfnsError, argument, text } from './errors.js'

const encoder = new TextEncoder()

const failed = (message, cause) =>
  new DfnsError(-1, message, undefined, {
    kind: 'signer',
    stage: 'sign',
    ...(cause === undefined ? {} : { cause }),
  })

/**
 * Signs with a private key: PEM, which is used inside a WebAssembly module and wiped there by `free()`, or a
 * `CryptoKey`, which nobody sees.
 */
export class AsymmetricKeySigner {
  #credId
  #privateKey
  #passphrase
  #key

  constructor({ credId, privateKey, passphrase } = {}) {
    if (typeof credId !== 'string' || credId === '') throw argument('`credId` has to be a string')
    const isKey = typeof CryptoKey !== 'undefined' && privateKey instanceof CryptoKey
    if (typeof privateKey !== 'string' && !isKey) throw argument('`privateKey` has to be PEM or a CryptoKey')
    if (passphrase !== undefined && typeof passphrase !== 'string')
      throw argument('`passphrase` has to be a string')
    this.#credId = credId
    this.#privateKey = privateKey
    this.#passphrase = passphrase
  }

  async sign(challenge) {
    const credId = this.#credId
    const allowed = (challenge?.allowCredentials?.key ?? []).map(({ id }) => id)
    if (allowed.length && !allowed.includes(credId)) {
      throw failed(`${credId} does not match allowed credentials: ${allowed}`)
    }
    if (typeof challenge?.challenge !== 'string') throw argument('`challenge.challenge` has to be a string')
    const [clientData, signature] = await this.#with((key) => key.sign(challenge.challenge), webSign, challenge)
    return { kind: 'Key', credentialAssertion: { credId, clientData, signature } }
  }

  /** Answers the challenge of a registration: a new credential for this key. PEM only. */
  async create(challenge) {
    if (typeof this.#privateKey !== 'string') throw argument('a new credential wants the key as PEM')
    const [clientData, attestationData] = await this.#with((key) => key.attest(challenge.challenge))
    return { credentialKind: 'Key', credentialInfo: { credId: this.#credId, clientData, attestationData } }
  }

  /** Wipes the key from the module's memory. The next signature reads it again, if it was given as PEM. */
  free() {
    const key = this.#key
    this.#key = undefined
    key?.then(
      (key) => key.free(),
      () => {},
    )
  }

  async #with(use, web, challenge) {
    if (typeof this.#privateKey !== 'string') return web(this.#privateKey, challenge.challenge)
    this.#key ??= load(this.#credId, this.#privateKey, this.#passphrase)
    try {
      const key = await this.#key
      return use(key).split('\n')
    } catch (error) {
      throw error instanceof DfnsError ? error : failed(text(error), error)
    }
  }
}

/** Ed25519 is small; the others are loaded when a key is not that. */
async function load(credId, pem, passphrase) {
  const modules = passphrase === undefined ? [ed25519, keys] : [keys]
  for (const module of modules) {
    const { Key } = await module()
    try {
      return new Key(credId, pem, passphrase)
    } catch (error) {
      if (error !== 'algorithm') throw failed(`the private key cannot be used: ${text(error)}`)
    }
  }
  throw failed('the private key is of no algorithm that is known')
}

async function webSign(key, challenge) {
  const clientData = encoder.encode(JSON.stringify({ type: 'key.get', challenge }))
  const { name } = key.algorithm
  const algorithm = name === 'ECDSA' ? { name, hash: 'SHA-256' } : { name }
  let signature
  try {
    signature = new Uint8Array(await crypto.subtle.sign(algorithm, key, clientData))
  } catch (error) {
    throw failed(`the key did not sign: ${text(error)}`, error)
  }
  return [toBase64Url(clientData), toBase64Url(name === 'ECDSA' ? der(signature) : signature)]
}

/** r‖s as ASN.1 DER: two integers, each without leading zeros and positive. */
function der(raw) {
  const integer = (half) => {
    let at = 0
    while (at < half.length - 1 && half[at] === 0) at += 1
    const bytes = [...half.subarray(at)]
    if (bytes[0] & 0x80) bytes.unshift(0)
    return [2, bytes.length, ...bytes]
  }
  const middle = raw.length / 2
  const body = [...integer(raw.subarray(0, middle)), ...integer(raw.subarray(middle))]
  return new Uint8Array([0x30, body.length, ...body])
}

/** Signs with a passkey. In browsers, where the page is of the relying party. */
export class WebAuthnSigner {
  #party
  #timeout

  constructor({ relyingParty, timeout } = {}) {
    if (!relyingParty?.id || !relyingParty?.name) {
      throw argument('Relying party ID and name must be specified in the WebauthnSigner initializer')
    }
    this.#party = relyingParty
    this.#timeout = timeout ?? 60_000
  }

  async sign(challenge) {
    const credential = await this.#ask('get', {
      challenge: encoder.encode(challenge.challenge),
      allowCredentials: (challenge.allowCredentials?.webauthn ?? []).map(known),
      rpId: this.#party.id,
      userVerification: challenge.userVerification,
    })
    const { clientDataJSON, authenticatorData, signature, userHandle } = credential.response
    return {
      kind: 'Fido2',
      credentialAssertion: {
        credId: credential.id,
        clientData: toBase64Url(clientDataJSON),
        authenticatorData: toBase64Url(authenticatorData),
        signature: toBase64Url(signature),
        userHandle: userHandle ? toBase64Url(userHandle) : undefined,
      },
    }
  }

  /** Makes a passkey that answers the challenge of a registration. */
  async create(challenge) {
    const { user } = challenge
    const credential = await this.#ask('create', {
      challenge: encoder.encode(challenge.challenge),
      pubKeyCredParams: challenge.pubKeyCredParams,
      rp: this.#party,
      user: { displayName: user.displayName, id: encoder.encode(user.id), name: user.name },
      attestation: challenge.attestation,
      excludeCredentials: (challenge.excludeCredentials ?? []).map(known),
      authenticatorSelection: challenge.authenticatorSelection,
    })
    const { attestationObject, clientDataJSON } = credential.response
    return {
      credentialKind: 'Fido2',
      credentialInfo: {
        credId: credential.id,
        attestationData: toBase64Url(attestationObject),
        clientData: toBase64Url(clientDataJSON),
      },
    }
  }

  async #ask(method, publicKey) {
    let credential
    try {
      credential = await navigator.credentials[method]({ publicKey: { ...publicKey, timeout: this.#timeout } })
    } catch (error) {
      throw failed(`the passkey was not used: ${text(error)}`, error)
    }
    if (!credential) throw failed('no passkey was chosen')
    return credential
  }
}

const known = ({ id, type }) => ({ id: fromBase64Url(id), type })
