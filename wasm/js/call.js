import { DfnsError, PolicyPendingError, argument, fault, text } from './errors.js'
import { Ending, exchange, header } from './transport.js'

const decoder = new TextDecoder()

/**
 * A call as the plain values that it is made of, its body as the text that is signed and sent. The path's parameters
 * are checked to be strings, and no more: the machine encodes them.
 */
export function freeze(operation, request, file) {
  const { id, parameters, flags } = operation
  if (request !== undefined && (typeof request !== 'object' || request === null)) {
    throw argument(`${id}: the request has to be an object, found ${kind(request)}`)
  }
  const path = parameters.map((name) => {
    const value = request?.[name]
    if (typeof value !== 'string') throw argument(`${id}: \`${name}\` has to be a string, found ${kind(value)}`)
    return [name, value]
  })
  const query = []
  for (const [name, value] of Object.entries(request?.query ?? {})) {
    for (const one of Array.isArray(value) ? value : [value]) {
      const flag = flags.get(name)
      if (one === undefined || one === null || (one === false && flag)) continue
      if (!['string', 'number', 'boolean', 'bigint'].includes(typeof one)) {
        throw argument(`${id}: \`query.${name}\` has to be a string, a number or a boolean, found ${kind(one)}`)
      }
      query.push([name, one === true && flag ? flag : String(one)])
    }
  }
  return { path, query, ...written(operation, request?.body, file) }
}

function written({ id, body: form }, body, file) {
  if (form === 'n') return {}
  if (body === undefined) {
    if (form !== 'j') throw argument(`${id}: \`body\` is missing`)
    body = {}
  }
  if (typeof body !== 'object' || body === null)
    throw argument(`${id}: \`body\` has to be an object, found ${kind(body)}`)
  let json
  try {
    json = JSON.stringify(body)
  } catch (error) {
    throw argument(`${id}: \`body\` has no JSON form: ${text(error)}`, error)
  }
  if (typeof json !== 'string') throw argument(`${id}: \`body\` has no JSON form`)
  if (form !== 'f') return { json }
  const { bytes, name } = file ?? {}
  const content = contentOf(bytes)
  if (!content)
    throw argument(`${id}: \`file.bytes\` has to be a Uint8Array or an ArrayBuffer, found ${kind(bytes)}`)
  if (typeof name !== 'string') throw argument(`${id}: \`file.name\` has to be a string, found ${kind(name)}`)
  return { json, file: { name, content } }
}

/** The same call as the machine knows it. */
export function describe(machine, { id, method, auth, path: template }, { path, query, json, file }) {
  try {
    const call = new machine.Call(id, method, auth, template)
    for (const [name, value] of path) call.parameter(name, value)
    for (const [name, value] of query) call.query(name, value)
    if (file) call.form(json, file.name, file.content)
    else if (json !== undefined) call.json(json)
    return call
  } catch (error) {
    throw fault(error, { operation: id })
  }
}

/** The bytes of a buffer, unless it was given away to another thread. */
function contentOf(bytes) {
  const detached = (buffer) => buffer.detached === true
  if (bytes instanceof ArrayBuffer) return detached(bytes) ? undefined : new Uint8Array(bytes)
  if (!ArrayBuffer.isView(bytes) || detached(bytes.buffer)) return undefined
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/**
 * Follows the steps of a call to its end; or to its signature, and gives the challenge, when `park` is set.
 *
 * @param {{ machine: object, context: object, settings: object }} caller
 * @param {object} operation of the table.
 * @param {object} step the first one; it is used up.
 */
export async function follow(caller, operation, step, { signal, signer, park }) {
  const { machine, context, settings } = caller
  const facts = { operation: operation.id }
  // As the service gave it: the module has seen that it is one, and keeps what the answer has to fit.
  let challenge
  try {
    for (;;) {
      if (step.kind === 'sign') {
        if (park) return challenge
        const answer = await sign(machine, signer, challenge, operation, signal)
        step = moved(step, () => step.complete(context, answer), { ...facts, stage: 'sign' })
        continue
      }
      const { stage } = step
      const answer = await exchange(step, settings, signal)
      const { status, headers, body, url, response } = answer
      // The module reads the answers of the signing flow, and refusals; what the caller asked for is read here.
      const isResult = stage === 'action' && status >= 200 && status < 300 && body.length <= settings.limit
      const shown = {
        url,
        get headers() {
          return response.headers
        },
        get body() {
          return readable(body)
        },
      }
      const receive = () => step.receive(context, status, headers, isResult ? new Uint8Array(0) : body)
      step = moved(step, receive, { ...facts, context: shown })
      if (step.kind === 'sign') challenge = listed(readable(body))
      if (step.kind === 'accepted' || (step.kind === 'done' && status === 202)) {
        throw new PolicyPendingError(readable(body), facts)
      }
      if (step.kind === 'done') return result(operation, answer)
    }
  } catch (error) {
    throw named(error, operation.id)
  } finally {
    drop(step)
  }
}

/** The service leaves lists out, or sends null, where there is nothing to list. */
function listed(challenge) {
  const { supportedCredentialKinds, allowCredentials } = challenge
  const { key, webauthn } = allowCredentials ?? {}
  return {
    ...challenge,
    supportedCredentialKinds: supportedCredentialKinds ?? [],
    allowCredentials: { ...allowCredentials, key: key ?? [], webauthn: webauthn ?? [] },
  }
}

function moved(step, move, facts) {
  try {
    return move()
  } catch (error) {
    throw fault(error, facts)
  }
}

/** The name of the operation is known here alone. */
function named(error, id) {
  if (error instanceof DfnsError) error.operation ??= id
  return error
}

/** Has a challenge answered: by the client's signer, which may be anybody's code. */
async function sign(machine, signer, challenge, { id }, signal) {
  const failed = (message, cause) =>
    new DfnsError(-1, `${id}: ${message}`, undefined, { kind: 'signer', operation: id, stage: 'sign', cause })
  if (signal?.aborted) throw failed('aborted before it was signed', signal.reason)
  const ending = new Ending(0, signal)
  let answer
  try {
    answer = await ending.race(signer.sign(challenge))
  } catch (error) {
    if (error instanceof DfnsError && error.kind !== 'argument') throw error
    throw failed(`the signer did not sign: ${text(error)}`, error)
  } finally {
    ending.stop()
  }
  try {
    return assertion(machine, answer)
  } catch (error) {
    throw failed(text(error), error)
  }
}

/** What the machine takes, of one factor or of what a frontend sends: two at most, by their parts. */
export function assertion(machine, answer) {
  if (typeof answer !== 'object' || answer === null) {
    throw argument(`the signer gave ${kind(answer)} instead of an assertion`)
  }
  const { firstFactor, secondFactor } = answer.firstFactor === undefined ? { firstFactor: answer } : answer
  const given = new machine.Answer()
  try {
    factor(given, firstFactor, 'the first factor')
    if (secondFactor !== undefined && secondFactor !== null) factor(given, secondFactor, 'the second factor')
    return given
  } catch (error) {
    drop(given)
    throw error
  }
}

function factor(given, it, which) {
  const { credentialAssertion = {} } = it ?? {}
  const text = (from, name, optional) => {
    const value = from?.[name]
    if (optional && (value === undefined || value === null)) return undefined
    if (typeof value !== 'string') throw argument(`${which}: \`${name}\` has to be a string, found ${kind(value)}`)
    return value
  }
  const signed = (name, optional) => text(credentialAssertion, name, optional)
  switch (it?.kind) {
    case 'Key':
    case 'PasswordProtectedKey':
      return given.key(
        it.kind !== 'Key',
        signed('credId'),
        signed('clientData'),
        signed('signature'),
        signed('algorithm', true),
      )
    case 'Fido2':
      return given.fido2(
        signed('credId'),
        signed('clientData'),
        signed('authenticatorData'),
        signed('signature'),
        signed('userHandle', true),
        signed('algorithm', true),
      )
    case 'Password':
      return given.password(text(it, 'password'))
    case 'Totp':
      return given.totp(text(it, 'otpCode'))
    default:
      throw argument(
        `${which}: \`kind\` has to be Key, PasswordProtectedKey, Fido2, Password or Totp, found ${kind(it?.kind)}`,
      )
  }
}

function result(operation, { status, body, response, url }) {
  const { id, answer } = operation
  if (answer === 'b') return body
  const type = header(response, 'content-type') ?? ''
  if (answer === 'c' || (answer === 'x' && /^\s*text\/csv/i.test(type))) {
    const truncated = /^\s*true\s*$/i.test(header(response, 'x-dfns-result-truncated') ?? '')
    return { text: decoder.decode(body), truncated }
  }
  const json = decoder.decode(body)
  if (answer === 'n' && json.trim() === '') return undefined
  try {
    return JSON.parse(json)
  } catch (error) {
    if (answer === 'n') return undefined
    const message = `${id}: the answer (status ${status}) is no JSON: ${text(error)}`
    const happened = operation.method === 'G' ? 'never' : 'certainly'
    const facts = { kind: 'undecodable', operation: id, stage: 'action', happened, cause: error }
    throw new DfnsError(status, message, { url, headers: response.headers, body: json }, facts)
  }
}

/** The body of an answer that is no result: JSON where it is some. */
function readable(body) {
  const said = decoder.decode(body)
  try {
    return JSON.parse(said)
  } catch {
    return said
  }
}

function kind(value) {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'an array' : typeof value
}

/** Frees what a module holds, unless it was used up. */
export function drop(held) {
  if (held?.__wbg_ptr) held.free()
}
