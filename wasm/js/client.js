import { machine } from '#modules'
import { send } from '#send'
import { fromBase64Url } from './base64url.js'
import { describe, follow, freeze } from './call.js'
import { DfnsError, argument, fault } from './errors.js'
import { table } from './operations.js'
import { DfnsCall, assertion } from './steps.js'

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
    id,
    method,
    auth,
    body,
    answer,
    path,
    parameters,
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
    if (typeof options !== 'object' || options === null)
      throw argument('the options of a client have to be an object')
    for (const name of ['baseUrl', 'authToken', 'orgId', 'temporaryToken']) {
      const found = typeof options[name]
      if (found !== 'undefined' && found !== 'string')
        throw argument(`\`${name}\` has to be a string, found ${found}`)
    }
    for (const [name, value] of [
      ['fetch', options.fetch],
      ['signer.sign', options.signer ? options.signer.sign : undefined],
    ]) {
      const missing = value === undefined && !(name === 'signer.sign' && options.signer)
      if (!missing && typeof value !== 'function')
        throw argument(`\`${name}\` has to be a function, found ${typeof value}`)
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
      fetch: fetch ?? send,
    }
    try {
      if (orgId && authToken) checkOrganisation(authToken, orgId)
      const texts = [authToken, temporaryToken].map((text) => text ?? '')
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

  async call(operation, request, options, file) {
    const signal = options?.signal
    const { signer } = this
    if (operation.auth === 's' && !signer) {
      const message = `${operation.id} is signed: a "signer" needs to be passed to the client`
      throw new DfnsError(-1, message, undefined, { operation: operation.id })
    }
    return this.follow(await this.begun(operation, freeze(operation, request, file)), { signal, signer })
  }

  /** A call at its first step. */
  async begun(operation, frozen) {
    const caller = await this.caller()
    const call = describe(caller.machine, operation, frozen)
    try {
      return new DfnsCall(caller, operation, call.start(caller.context))
    } catch (error) {
      throw fault(error, { operation: operation.id })
    }
  }

  async follow(call, how) {
    const { settings } = await this.caller()
    return follow(call, settings, how)
  }

  /** The methods of a domain. */
  domain(named) {
    const methods = {}
    for (const [name, operation] of named) this.methods(methods, name, operation)
    return Object.freeze(methods)
  }

  plain(methods, name, operation) {
    const method =
      operation.body === 'f'
        ? (request, file, options) => this.call(operation, request, options, file)
        : (request, options) => this.call(operation, request, options)
    if (operation.paged) {
      method.pages = (request, options) => pages(method, request, options)
      method.items = (request, options) => items(method, request, options)
    }
    methods[name] = method
  }
}

/** Keeps the tokens of two environments apart, before anything is sent. It checks no signature. */
function checkOrganisation(token, expected) {
  let found
  try {
    const [, claims] = token.split('.')
    const { 'https://custom/app_metadata': metadata } = JSON.parse(new TextDecoder().decode(fromBase64Url(claims)))
    found = metadata?.orgId
  } catch (error) {
    throw argument(
      '`orgId` wants the organisation of `authToken` checked, which is no token that can be read',
      error,
    )
  }
  if (found !== expected)
    throw argument(
      `\`authToken\` is of the organisation ${found ?? 'that it does not name'}, \`orgId\` is ${expected}`,
    )
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
    const split = (rest) => (operation.body === 'f' ? rest : [undefined, rest[0]])
    methods[`${name}Init`] = async (request, ...rest) => {
      const [file, options] = split(rest)
      return this.#begin(operation, freeze(operation, request, file), options)
    }
    methods[`${name}Complete`] = async (request, signed, ...rest) => {
      const [file, options] = split(rest)
      return this.#finish(operation, freeze(operation, request, file), signed?.challengeIdentifier, signed, options)
    }
  }

  /**
   * Begins a signed call and parks it: the challenge for whoever signs, and a text to keep until then. The text holds
   * what is signed, byte for byte, so nobody has to build the request again; and never the token.
   */
  async begin(name, request, options) {
    const operation = named(name)
    if (operation?.auth !== 's')
      throw argument(`\`${name}\` is no signed operation, such as \`wallets.createWallet\``)
    if (operation.body === 'f') throw argument(`${operation.id}: a file is not parked; use ${operation.id}Init`)
    const { path, query, json } = freeze(operation, request)
    const challenge = await this.#begin(operation, { path, query, json }, options)
    const { id } = operation
    const parked = { version: VERSION, operation: id, path, query, json, challenge: challenge.challengeIdentifier }
    return { challenge, parked: JSON.stringify(parked) }
  }

  /** Finishes a parked call, here or in another process, with the signer's answer. */
  async finish(parked, signed, options) {
    const { operation, frozen, challenge } = parkedCall(parked)
    return this.#finish(operation, frozen, challenge, signed, options)
  }

  async #begin(operation, frozen, options) {
    return this.follow(await this.begun(operation, frozen), { signal: options?.signal, park: true })
  }

  async #finish(operation, frozen, challengeIdentifier, signed, options) {
    const { id } = operation
    if (typeof challengeIdentifier !== 'string') throw argument(`${id}: \`challengeIdentifier\` has to be a string`)
    const caller = await this.caller()
    const answer = assertion(caller.machine, signed)
    let step
    try {
      const call = describe(caller.machine, operation, frozen)
      step = call.signing(challengeIdentifier).complete(caller.context, answer)
    } catch (error) {
      throw fault(error, { operation: id, stage: 'sign' })
    }
    return this.follow(new DfnsCall(caller, operation, step), { signal: options?.signal })
  }
}

/**
 * The steps of calls, for whoever sends in their own way: over another protocol, through a queue, in a test. It sends
 * nothing and signs nothing.
 */
export class DfnsMachine extends Client {
  methods() {}

  /** Starts a call, such as `wallets.createWallet`. */
  async start(name, request, file) {
    const operation = named(name)
    if (!operation) throw argument(`\`${name}\` is no operation, such as \`wallets.createWallet\``)
    return this.begun(operation, freeze(operation, request, file))
  }
}

/** The operation of a domain. */
function named(name) {
  const [domain, method] = String(name).split('.')
  return Object.hasOwn(operations, domain) ? operations[domain].get(method) : undefined
}

/** The version of what is parked. Another one is refused. */
const VERSION = 1

function parkedCall(parked) {
  let kept
  try {
    kept = JSON.parse(parked)
  } catch (error) {
    throw argument('what was parked cannot be read', error)
  }
  if (kept?.version !== VERSION)
    throw argument(`what was parked has another version than ${VERSION}; begin the call again`)
  const { path, query, json, challenge } = kept
  const operation = byId.get(kept.operation)
  const pairs = (list) => Array.isArray(list) && list.every((pair) => pair?.length === 2 && pair.every(isText))
  const isWhole = operation?.auth === 's' && pairs(path) && pairs(query) && isText(challenge)
  const hasBody = operation && (operation.body === 'n' ? json === undefined : isText(json))
  if (!isWhole || !hasBody) throw argument('what was parked was altered or damaged; begin the call again')
  return { operation, frozen: { path, query, json }, challenge }
}

const isText = (value) => typeof value === 'string'
