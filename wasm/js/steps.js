import { isBytes } from './bytes.js'
import { DfnsError, PolicyPendingError, argument, fault, kind, text } from './errors.js'

const decoder = new TextDecoder()

/** The headers that the protocol looks at. */
const HEADERS = ['content-type', 'date', 'retry-after', 'x-dfns-result-truncated', 'x-request-id']

/** One call, step by step: whoever has it sends, and signs. It ends by an error that is thrown, or as `done`. */
export class DfnsCall {
  #caller
  #operation
  #step
  #now
  #challenge

  /**
   * @param {{ machine: object, context: object, settings: object }} caller
   * @param {object} operation of the table.
   * @param {object} step of the machine, the first one.
   */
  constructor(caller, operation, step) {
    this.#caller = caller
    this.#operation = operation
    this.#move(() => step)
  }

  /** The name of the operation. */
  get operation() {
    return this.#operation.id
  }

  /** What is to be done. */
  get step() {
    return this.#now
  }

  /** Takes the answer to the request. */
  receive({ status, headers, body }) {
    const { context, settings } = this.#caller
    const { stage, request } = this.#expect('send')
    if (!isStatus(status)) throw argument('`status` has to be one of HTTP: a whole number from 100 to 999')
    if (!isBytes(body)) throw argument(`\`body\` has to be a Uint8Array, found ${kind(body)}`)
    const shown = {
      url: request.url,
      get headers() {
        return headers?.all ?? headers
      },
      get body() {
        return readable(body)
      },
    }
    // The module reads the answers of the signing flow, and refusals; what the caller asked for is read here.
    const isResult = stage === 'action' && status >= 200 && status < 300 && body.length <= settings.limit
    const read = isResult ? new Uint8Array(0) : body
    this.#move((step) => {
      const next = step.receive(context, status, told(headers), read)
      if (next.kind === 'sign') this.#challenge = listed(readable(body))
      return next
    }, { context: shown })
    if (this.#now.kind === 'accepted' || (this.#now.kind === 'done' && status === 202)) {
      throw new PolicyPendingError(readable(body), { operation: this.operation })
    }
    if (this.#now.kind === 'done') this.#now.result = result(this.#operation, { status, headers, body, shown })
  }

  /** Takes the answer to the challenge. */
  complete(signed) {
    this.#expect('sign')
    let answer
    try {
      answer = assertion(this.#caller.machine, signed)
    } catch (error) {
      const facts = { kind: 'signer', operation: this.operation, stage: 'sign', cause: error }
      throw new DfnsError(-1, `${this.operation}: ${text(error)}`, undefined, facts)
    }
    this.#move((step) => step.complete(this.#caller.context, answer), { stage: 'sign' })
  }

  /** The error that no answer came, or only its beginning, with that status; and what that means. */
  lost(message, cause, status = 0) {
    const { stage } = this.#expect('send')
    const happened = this.#step.lost(status)
    return new DfnsError(-1, `the transport failed: ${message}; ${MEANING[happened]}`, undefined, {
      kind: 'transport',
      operation: this.operation,
      stage,
      happened,
      cause,
    })
  }

  /** Forgets the call. */
  free() {
    drop(this.#step)
  }

  #expect(kind) {
    const now = this.#now
    if (now?.kind !== kind) throw argument(`${this.operation}: the step is ${now?.kind ?? 'gone'}, not ${kind}`)
    return now
  }

  #move(move, facts) {
    const before = this.#step
    this.#now = undefined
    try {
      this.#step = move(before)
    } catch (error) {
      drop(before)
      throw fault(error, { operation: this.operation, ...facts })
    }
    const step = this.#step
    const { kind } = step
    this.#now = kind === 'send' ? { kind, stage: step.stage, request: request(step) } : { kind }
    if (kind === 'sign') this.#now.challenge = this.#challenge
  }
}

const MEANING = {
  never: 'the action has not happened',
  certainly: 'the action has happened',
  unknown: 'whether the action has happened is unknown',
}

/** RFC 9110 section 15. */
export const isStatus = (status) => Number.isInteger(status) && status >= 100 && status < 1000

function request(step) {
  const [method, url, ...lines] = step.head.split('\n')
  const headers = {}
  for (const line of lines) {
    const at = line.indexOf(': ')
    // A browser would ask the service first whether this one is allowed, and it is not.
    if (!line.startsWith('user-agent:')) headers[line.slice(0, at)] = line.slice(at + 2)
  }
  const body = step.takeBody() ?? (method === 'GET' || method === 'DELETE' ? undefined : new Uint8Array(0))
  return { method, url, headers, body }
}

/** One header, of a `Headers` or of an object whose names are in small letters. */
const header = (headers, name) => (typeof headers?.get === 'function' ? headers.get(name) : headers?.[name])

function told(headers) {
  return HEADERS.map((name) => [name, header(headers, name)])
    .filter(([, value]) => typeof value === 'string' && !/[\r\n]/.test(value))
    .map(([name, value]) => `${name}: ${value}`)
    .join('\n')
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

function result(operation, { status, headers, body, shown }) {
  const { id, answer } = operation
  if (answer === 'b') return body
  const type = header(headers, 'content-type') ?? ''
  if (answer === 'c' || (answer === 'x' && /^\s*text\/csv/i.test(type))) {
    const truncated = /^\s*true\s*$/i.test(header(headers, 'x-dfns-result-truncated') ?? '')
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
    throw new DfnsError(status, message, shown, facts)
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

/** Frees what a module holds, unless it was used up. */
export function drop(held) {
  if (held?.__wbg_ptr) held.free()
}
