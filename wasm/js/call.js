import { DfnsError, PolicyPendingError, argument, fault, text } from './errors.js'
import { Ending, exchange } from './transport.js'

const decoder = new TextDecoder()

/** The machine's description of a call: what is signed and sent is frozen here. */
export function describe(machine, operation, request, file) {
  const { id, method, auth, path, parameters, flags } = operation
  if (request !== undefined && (typeof request !== 'object' || request === null)) {
    throw argument(`${id}: the request has to be an object, found ${kind(request)}`)
  }
  const call = new machine.Call(id, method, auth, path)
  try {
    for (const name of parameters) {
      const value = request?.[name]
      if (typeof value !== 'string') throw argument(`${id}: \`${name}\` has to be a string, found ${kind(value)}`)
      call.parameter(name, value)
    }
    for (const [name, value] of Object.entries(request?.query ?? {})) {
      for (const one of Array.isArray(value) ? value : [value]) {
        const flag = flags.get(name)
        if (one === undefined || one === null || (one === false && flag)) continue
        if (typeof one === 'object' || typeof one === 'function' || typeof one === 'symbol') {
          throw argument(`${id}: \`query.${name}\` has to be a string, a number or a boolean, found ${kind(one)}`)
        }
        call.query(name, one === true && flag ? flag : String(one))
      }
    }
    write(call, operation, request?.body, file)
    return call
  } catch (error) {
    drop(call)
    throw fault(error, { operation: id })
  }
}

function write(call, { id, body: form }, body, file) {
  if (form === 'n') return
  if (body === undefined) {
    if (form !== 'j') throw argument(`${id}: \`body\` is missing`)
    body = {}
  }
  if (typeof body !== 'object' || body === null) throw argument(`${id}: \`body\` has to be an object, found ${kind(body)}`)
  let json
  try {
    json = JSON.stringify(body)
  } catch (error) {
    throw argument(`${id}: \`body\` has no JSON form: ${text(error)}`, error)
  }
  if (typeof json !== 'string') throw argument(`${id}: \`body\` has no JSON form`)
  if (form !== 'f') return call.json(json)
  const { bytes, name } = file ?? {}
  const content = content_of(bytes)
  if (!content) throw argument(`${id}: \`file.bytes\` has to be a Uint8Array or an ArrayBuffer, found ${kind(bytes)}`)
  if (typeof name !== 'string') throw argument(`${id}: \`file.name\` has to be a string, found ${kind(name)}`)
  call.form(json, name, content)
}

/** The bytes of a buffer, unless it was given away to another thread. */
function content_of(bytes) {
  const detached = (buffer) => buffer.detached === true
  if (bytes instanceof ArrayBuffer) return detached(bytes) ? undefined : new Uint8Array(bytes)
  if (!ArrayBuffer.isView(bytes) || detached(bytes.buffer)) return undefined
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/**
 * Follows the steps of a call to its end, or to its signature when `park` is given.
 *
 * @param {{ machine: object, context: object, settings: object }} caller
 * @param {object} operation of the table.
 * @param {object} step the first one; it is used up.
 */
export async function follow(caller, operation, step, { signal, signer, park }) {
  const { machine, context, settings } = caller
  const facts = { operation: operation.id }
  try {
    for (;;) {
      if (step.kind === 'sign') {
        if (park) return park(step)
        const assertion = await sign(signer, step.challenge, operation, signal)
        step = moved(step, () => step.complete(context, assertion), facts)
        continue
      }
      const { stage } = step
      const answer = await exchange(step, settings, signal)
      const { status, headers, body, url, response } = answer
      // The module reads the answers of the signing flow, and refusals; what the caller asked for is read here.
      const isResult = stage === 'action' && status >= 200 && status < 300 && body.length <= settings.limit
      const shown = { url, headers: response.headers, get body() { return readable(body); } }
      const receive = () => step.receive(context, status, headers, isResult ? new Uint8Array(0) : body)
      step = moved(step, receive, { ...facts, context: shown })
      if (step.kind === 'accepted' || (step.kind === 'done' && status === 202)) {
        throw new PolicyPendingError(readable(body), facts)
      }
      if (step.kind === 'done') return result(machine, operation, answer)
    }
  } catch (error) {
    throw named(error, operation.id)
  } finally {
    drop(step)
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
async function sign(signer, challenge, { id }, signal) {
  const failed = (message, cause) =>
    new DfnsError(-1, `${id}: ${message}`, undefined, { kind: 'signer', operation: id, stage: 'sign', cause })
  if (signal?.aborted) throw failed('aborted before it was signed', signal.reason)
  const ending = new Ending(0, signal)
  let answer
  try {
    answer = await ending.race(signer.sign(JSON.parse(challenge)))
  } catch (error) {
    if (error instanceof DfnsError && error.kind !== 'argument') throw error
    throw failed(`the signer did not sign: ${text(error)}`, error)
  } finally {
    ending.stop()
  }
  try {
    return assertion(answer)
  } catch (error) {
    throw failed(text(error), error)
  }
}

/** The JSON that the machine takes, of one factor or of what a frontend sends. */
export function assertion(answer) {
  if (typeof answer !== 'object' || answer === null) {
    throw argument(`the signer gave ${kind(answer)} instead of an assertion`)
  }
  const { firstFactor, secondFactor } = answer
  return JSON.stringify(firstFactor === undefined ? { firstFactor: answer } : { firstFactor, secondFactor })
}

function result(_machine, operation, { status, body, response, url }) {
  const { id, answer } = operation
  if (answer === 'b') return body
  const type = response.headers.get('content-type') ?? ''
  if (answer === 'c' || (answer === 'x' && /^\s*text\/csv/i.test(type))) {
    const truncated = /^\s*true\s*$/i.test(response.headers.get('x-dfns-result-truncated') ?? '')
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
