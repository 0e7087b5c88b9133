import { DfnsError, argument, fault, kind, text } from './errors.js'
import { Ending, exchange } from './transport.js'

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
 * @param {DfnsCall} call
 */
export async function follow(call, settings, { signal, signer, park }) {
  try {
    for (;;) {
      const { step } = call
      if (step.kind === 'done') return step.result
      if (step.kind === 'sign') {
        if (park) return step.challenge
        call.complete(await sign(signer, step.challenge, call.operation, signal))
      } else {
        call.receive(await exchange(call, settings, signal))
      }
    }
  } catch (error) {
    throw named(error, call.operation)
  } finally {
    call.free()
  }
}

/** The name of the operation is known here alone. */
function named(error, id) {
  if (error instanceof DfnsError) error.operation ??= id
  return error
}

/** Has a challenge answered: by the client's signer, which may be anybody's code. */
async function sign(signer, challenge, id, signal) {
  const failed = (message, cause) =>
    new DfnsError(-1, `${id}: ${message}`, undefined, { kind: 'signer', operation: id, stage: 'sign', cause })
  if (signal?.aborted) throw failed('aborted before it was signed', signal.reason)
  const ending = new Ending(0, signal)
  try {
    return await ending.race(signer.sign(challenge))
  } catch (error) {
    if (error instanceof DfnsError && error.kind !== 'argument') throw error
    throw failed(`the signer did not sign: ${text(error)}`, error)
  } finally {
    ending.stop()
  }
}
