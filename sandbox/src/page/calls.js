import { parsed } from './element.js'

/** So many calls are kept, and so many requests of each. */
const MOST = 300
const MOST_REQUESTS = 12

/** The requests seen, put together: the three of a signed call are one. */
export class Calls {
  #calls = new Map()

  /** The call that a request belongs to, with the request in it. */
  add(seen) {
    const key = seen.signedCall === null ? `request-${seen.number}` : `signed-${seen.signedCall}`
    const call = this.#calls.get(key) ?? new Call(key, seen)
    this.#calls.set(key, call)
    call.add(seen)
    return call
  }

  /** Takes out what is too old to be kept. */
  forget() {
    const old = [...this.#calls.values()].slice(0, Math.max(0, this.#calls.size - MOST))
    for (const call of old) this.#calls.delete(call.key)
    return old
  }

  clear() {
    this.#calls.clear()
  }
}

const INIT = 'createUserActionChallenge'
const COMPLETE = 'createUserActionSignature'

class Call {
  init
  completes = []
  requests = []

  constructor(key, { number, date }) {
    Object.assign(this, { key, number, date })
  }

  add(seen) {
    if (seen.operation === INIT) this.init = seen
    else {
      const those = seen.operation === COMPLETE ? this.completes : this.requests
      those.push(seen)
      if (those.length > MOST_REQUESTS) those.shift()
    }
  }

  /** Whether it has the four steps, or is a request that nobody has to sign. */
  get signed() {
    return this.init !== undefined || this.completes.length > 0 || this.requests[0]?.signedCall !== null
  }

  /** The request that says how far it came. */
  get latest() {
    return this.requests.at(-1) ?? this.completes.at(-1) ?? this.init
  }

  get all() {
    return [this.init, ...this.completes, ...this.requests].filter((seen) => seen !== undefined)
  }

  get caller() {
    return this.latest.caller ?? this.all.find((seen) => seen.caller !== null)?.caller ?? null
  }

  /** What is called: of a call not sent yet, what was asked to be signed. */
  get target() {
    const request = this.requests.at(-1)
    if (request) return { method: request.method, path: request.path, operation: request.operation }
    const asked = this.init && parsed(this.init.body)
    if (typeof asked?.userActionHttpPath === 'string') {
      return { method: String(asked.userActionHttpMethod), path: asked.userActionHttpPath, operation: null }
    }
    const { method, path, operation } = this.latest
    return { method, path, operation }
  }

  get failed() {
    return this.all.some(({ status }) => status === 0 || status >= 400)
  }

  /** How it stands: a class for the eye, and a sentence. */
  get verdict() {
    const { latest } = this
    const faults = latest.faults.join(', ')
    if (latest.checks.some(({ outcome }) => outcome === 'failed')) {
      const error = parsed(latest.answer)?.error
      return ['refused', `Refused: ${error?.details?.reason ?? error?.message ?? latest.reason}`]
    }
    if (latest.executed && latest.status === 0) return ['fault', `Executed, and the answer lost: ${faults}`]
    if (latest.executed && latest.status >= 300) return ['fault', `Executed, and answered otherwise: ${faults}`]
    if (!latest.executed && latest.checks.length === 0) return ['fault', `Not executed: ${latest.reason ?? faults}`]
    if (this.signed && this.requests.length === 0) return ['open', this.completes.length > 0 ? 'Signed, not sent' : 'Not signed yet']
    if (latest.status === 202) return ['waits', 'Waits for an approval']
    return latest.executed ? ['done', 'Executed'] : ['fault', `Not executed: ${faults}`]
  }

  /** Whether it is one that the filter looks for: every word occurs somewhere. */
  matches(words, onlyFailed) {
    const { method, path } = this.target
    const { caller } = this
    const text = [
      method,
      path,
      caller?.name,
      caller?.userId,
      ...this.all.flatMap((seen) => [seen.operation, String(seen.status), seen.reason, ...seen.faults]),
    ]
      .join(' ')
      .toLowerCase()
    return (!onlyFailed || this.failed) && words.every((word) => text.includes(word))
  }
}
