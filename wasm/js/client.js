import { machine } from '#modules'
import { assertion, describe, drop, follow } from './call.js'
import { DfnsError, argument, fault } from './errors.js'
import { table } from './operations.js'

const BASE_URL = 'https://api.dfns.io'
const TIMEOUT = 30_000
const LIMIT = 32 << 20

/** Domain → name → operation, from the lines of the table. */
const operations = Object.fromEntries(
  Object.entries(table).map(([domain, lines]) => [domain, new Map(lines.trim().split('\n').flatMap(read))]),
)

/** By the name that a parked call holds. */
const byId = new Map(
  Object.values(operations).flatMap((domain) => [...domain.values()].map((operation) => [operation.id, operation])),
)

function read(line) {
  const [names, facts, path, flags] = line.trim().split(' ')
  const [method, auth, body, answer, paged] = facts
  const parameters = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1])
  const [id] = names.split(',')
  const operation = {
    id, method, auth, body, answer, path, parameters,
    paged: paged === 'p',
    flags: new Map(flags ? flags.split(',').map((flag) => flag.split('=')) : []),
  }
  return names.split(',').map((name) => [name, operation])
}

/** What the clients have in common: who calls, and how it is sent. */
class Client {
  #options
  #caller

  constructor(options = {}) {
    if (typeof options !== 'object' || options === null) throw argument('the options of a client have to be an object')
    for (const name of ['baseUrl', 'authToken', 'orgId', 'temporaryToken']) {
      const found = typeof options[name]
      if (found !== 'undefined' && found !== 'string') throw argument(`\`${name}\` has to be a string, found ${found}`)
    }
    for (const [name, value] of [['fetch', options.fetch], ['signer.sign', options.signer ? options.signer.sign : undefined]]) {
      const missing = value === undefined && !(name === 'signer.sign' && options.signer)
      if (!missing && typeof value !== 'function') throw argument(`\`${name}\` has to be a function, found ${typeof value}`)
    }
    for (const name of ['timeout', 'limit']) {
      const value = options[name]
      if (value !== undefined && !(Number.isInteger(value) && value >= 0 && value < 2 ** 31)) {
        throw argument(`\`${name}\` has to be a whole number below 2^31`)
      }
    }
    this.#options = options
    for (const domain of Object.keys(operations)) {
      Object.defineProperty(this, domain, {
        configurable: true,
        enumerable: true,
        get: () => {
          const value = this.domain(operations[domain])
          Object.defineProperty(this, domain, { value })
          return value
        },
      })
    }
  }

  /** The module is loaded by the first call, and what it is told of the caller checked by it. */
  async caller() {
    this.#caller ??= this.#prepare()
    return this.#caller
  }

  async #prepare() {
    const { baseUrl, authToken, temporaryToken, orgId, headers, timeout, limit, fetch } = this.#options
    const loaded = await machine()
    const settings = {
      timeout: timeout ?? TIMEOUT,
      limit: limit ?? LIMIT,
      fetch: fetch ?? ((url, init) => globalThis.fetch(url, init)),
    }
    try {
      const texts = [authToken, temporaryToken, orgId].map((text) => text ?? '')
      const context = new loaded.Context(baseUrl || BASE_URL, ...texts, settings.limit)
      for (const [name, value] of Object.entries(headers ?? {})) context.header(name, String(value))
      return { machine: loaded, context, settings }
    } catch (error) {
      throw fault(error)
    }
  }

  get signer() {
    return this.#options.signer
  }

  async call(operation, request, options = {}, file) {
    const { signal } = options
    const { signer } = this
    if (operation.auth === 's' && !signer) {
      const message = `${operation.id} is signed: a "signer" needs to be passed to the client`
      throw new DfnsError(-1, message, undefined, { operation: operation.id })
    }
    const { caller, step } = await this.start(operation, request, file)
    return follow(caller, operation, step, { signal, signer })
  }

  async start(operation, request, file) {
    const caller = await this.caller()
    const call = describe(caller.machine, operation, request, file)
    try {
      return { caller, step: call.start(caller.context) }
    } catch (error) {
      throw fault(error, { operation: operation.id })
    }
  }

  /** The methods of a domain. */
  domain(named) {
    const methods = {}
    for (const [name, operation] of named) this.methods(methods, name, operation)
    return Object.freeze(methods)
  }

  plain(methods, name, operation) {
    const method = operation.body === 'f'
      ? (request, file, options) => this.call(operation, request, options, file)
      : (request, options) => this.call(operation, request, options)
    if (operation.paged) {
      method.pages = (request, options) => pages(method, request, options)
      method.items = (request, options) => items(method, request, options)
    }
    methods[name] = method
  }
}

async function* pages(method, request, options) {
  for (;;) {
    const page = await method(request, options)
    yield page
    const paginationToken = page?.nextPageToken
    if (!paginationToken) return
    request = { ...request, query: { ...request?.query, paginationToken } }
  }
}

async function* items(method, request, options) {
  for await (const page of pages(method, request, options)) yield* page?.items ?? []
}

/** Every operation of the API, signed by the client's signer where it has to be. */
export class DfnsApiClient extends Client {
  methods(methods, name, operation) {
    this.plain(methods, name, operation)
  }
}

/** Every operation of the API; what is signed comes in two halves, and somebody else signs in between. */
export class DfnsDelegatedApiClient extends Client {
  methods(methods, name, operation) {
    if (operation.auth !== 's') return this.plain(methods, name, operation)
    const upload = operation.body === 'f'
    methods[`${name}Init`] = async (request, ...rest) => {
      const [file, options] = upload ? rest : [undefined, rest[0]]
      return JSON.parse((await this.#begin(operation, request, options, file)).challenge)
    }
    methods[`${name}Complete`] = async (request, signed, ...rest) => {
      const [file, { signal } = {}] = upload ? rest : [undefined, rest[0]]
      const id = signed?.challengeIdentifier
      if (typeof id !== 'string') throw argument(`${operation.id}: \`challengeIdentifier\` has to be a string`)
      const caller = await this.caller()
      const call = describe(caller.machine, operation, request, file)
      const challenge = JSON.stringify({ challenge: '', challengeIdentifier: id })
      return this.#complete(caller, operation, () => call.signing(challenge), signed, signal)
    }
  }

  /**
   * Begins a signed call and parks it: the challenge for whoever signs, and a text to keep until then. The text holds the
   * bytes that are signed, so nobody has to build the request again, and never the token.
   */
  async begin(name, request, options, file) {
    const [domain, method] = String(name).split('.')
    const operation = operations[domain]?.get(method)
    if (operation?.auth !== 's') throw argument(`\`${name}\` is no signed operation, such as \`wallets.createWallet\``)
    const { challenge, parked } = await this.#begin(operation, request, options, file, true)
    return { challenge: JSON.parse(challenge), parked }
  }

  /** Finishes a parked call, here or in another process, with the signer's answer. */
  async finish(parked, signed, { signal } = {}) {
    if (typeof parked !== 'string') throw argument('what was parked has to be a string')
    const caller = await this.caller()
    const { machine: loaded } = caller
    let operation
    try {
      operation = byId.get(loaded.parkedOperation(parked))
    } catch (error) {
      throw fault(error)
    }
    if (!operation) throw argument('what was parked is no operation of this version')
    return this.#complete(caller, operation, () => loaded.resume(operation.id, operation.method, parked), signed, signal)
  }

  async #begin(operation, request, { signal } = {}, file, keep) {
    const { caller, step } = await this.start(operation, request, file)
    const park = (unsigned) => {
      const { challenge } = unsigned
      return { challenge, parked: keep ? unsigned.park() : undefined }
    }
    return follow(caller, operation, step, { signal, park })
  }

  async #complete(caller, operation, take, signed, signal) {
    const answer = assertion(signed)
    let step
    let next
    try {
      step = take()
      next = step.complete(caller.context, answer)
    } catch (error) {
      throw fault(error, { operation: operation.id, stage: 'sign' })
    } finally {
      drop(step)
    }
    return follow(caller, operation, next, { signal })
  }
}
