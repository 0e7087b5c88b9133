/**
 * Why a call did not come to its result.
 *
 * Look at `happened` before anything is sent again: `never`, `certainly`, or `unknown`.
 */
export class DfnsError extends Error {
  /**
   * @param {number} httpStatus the status of the answer; -1 when there is none.
   * @param {string} message
   * @param {unknown} [context] of a refusal: its URL, headers and body.
   * @param {object} [facts] the `kind`, `operation`, `stage`, `happened`, `id` and `cause`.
   */
  constructor(httpStatus, message, context, facts = {}) {
    super(message, 'cause' in facts ? { cause: facts.cause } : undefined)
    this.name = 'DfnsError'
    this.httpStatus = httpStatus
    this.context = context
    this.kind = facts.kind ?? 'argument'
    this.operation = facts.operation
    this.stage = facts.stage ?? 'prepare'
    this.happened = facts.happened ?? 'never'
    this.id = facts.id
  }

  toString() {
    const { httpStatus, message, context } = this
    return JSON.stringify({ httpStatus, message, ...(typeof context === 'object' ? context : {}) }, null, 2)
  }
}

/** A signed action that a policy holds back until it is approved. Nothing has happened yet, and it may still. */
export class PolicyPendingError extends DfnsError {
  static HTTP_ACCEPTED = 202

  /** @param {unknown} context the body of the answer, such as the approval that is wanted. */
  constructor(context, facts = {}) {
    const status = PolicyPendingError.HTTP_ACCEPTED
    const message = 'Operation triggered a policy pending approval'
    super(status, message, context, { kind: 'accepted', stage: 'action', happened: 'unknown', ...facts })
    this.name = 'PolicyPendingError'
  }
}

/** What is wrong with what the caller handed in. */
export const argument = (message, cause) =>
  new DfnsError(-1, message, undefined, cause === undefined ? {} : { cause })

/**
 * What a WebAssembly module threw, as an error: its own faults are texts, `wasm/src/fault.rs` says which.
 *
 * @param {unknown} thrown
 * @param {object} facts what is known besides.
 */
export function fault(thrown, facts = {}) {
  if (thrown instanceof DfnsError) return thrown
  if (typeof thrown !== 'string') {
    return new DfnsError(-1, `the module failed: ${text(thrown)}`, undefined, {
      kind: 'internal',
      cause: thrown,
      ...facts,
    })
  }
  const [kind, operation, stage, happened, status, length, ...texts] = thrown.split('\n')
  const said = texts.join('\n')
  const { context, ...others } = facts
  // What the module says is nearer to what happened.
  const known = { ...others, kind }
  if (stage) Object.assign(known, { operation, stage, happened })
  if (length > 0) known.id = said.slice(0, length)
  return new DfnsError(Number(status || -1), said.slice(length), kind === 'refused' ? context : undefined, known)
}

/** Whatever was thrown, as a text. Asking it could throw again. */
export function text(thrown) {
  try {
    return thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown)
  } catch {
    return 'something that has no text'
  }
}

/** What kind of value something is, for a message. */
export function kind(value) {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'an array' : typeof value
}
