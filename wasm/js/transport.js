import { DfnsError, text } from './errors.js'
import { joined } from './joined.js'

/** The headers that the protocol looks at. */
const HEADERS = ['content-type', 'date', 'retry-after', 'x-dfns-result-truncated', 'x-request-id']

/** Edge workers have no cookies, and refuse to be told not to send them. */
let withoutCookies

function cookies() {
  if (withoutCookies === undefined) {
    withoutCookies = {}
    try {
      const credentials = 'omit'
      new Request('https://localhost', { credentials })
      withoutCookies = { credentials }
    } catch {
      // They are not sent, then.
    }
  }
  return withoutCookies
}

/**
 * Sends the request of a step and reads the answer, no further than the limit and one byte.
 *
 * @returns {Promise<{ status: number, headers: string, body: Uint8Array, url: string, response: Response }>}
 */
export async function exchange(step, settings, signal) {
  const [method, url, ...lines] = step.head.split('\n')
  const headers = {}
  for (const line of lines) {
    const at = line.indexOf(': ')
    // A browser would ask the service first whether this one is allowed, and it is not.
    if (!line.startsWith('user-agent:')) headers[line.slice(0, at)] = line.slice(at + 2)
  }
  const body = step.takeBody() ?? (method === 'GET' || method === 'DELETE' ? undefined : new Uint8Array(0))
  const lost = (status, message, cause) => {
    const happened = step.lost(status)
    return new DfnsError(-1, `the transport failed: ${message}; ${MEANING[happened]}`, undefined, {
      kind: 'transport',
      stage: step.stage,
      happened,
      cause,
    })
  }
  const ending = new Ending(settings.timeout, signal)
  try {
    if (signal?.aborted) {
      throw new DfnsError(-1, 'aborted before it was sent', undefined, {
        kind: 'aborted',
        stage: step.stage,
        happened: 'never',
        cause: signal.reason,
      })
    }
    // Edge workers know no `error`. What a redirect answered is a refusal like any other.
    const options = { method, headers, body, redirect: 'manual', signal: ending.signal, ...cookies() }
    let response
    try {
      // Workers refuse a `fetch` that is called as a method of something else.
      const { fetch } = settings
      response = await ending.race(fetch(url, options))
    } catch (error) {
      throw lost(0, text(error), error)
    }
    const status = response?.status
    if (!Number.isInteger(status) || !(response.header || typeof response.headers?.get === 'function')) {
      throw lost(0, '`fetch` gave something that is no Response')
    }
    if (status === 0 || response.redirected) {
      throw lost(0, 'a redirect, which is never followed; check the base URL')
    }
    let read
    try {
      read = await ending.race(whole(response, settings.limit))
    } catch (error) {
      throw lost(status, text(error), error)
    }
    return { status, headers: told(response), body: read, url, response }
  } finally {
    ending.stop()
  }
}

const MEANING = {
  never: 'the action has not happened',
  certainly: 'the action has happened',
  unknown: 'whether the action has happened is unknown',
}

/** One header of an answer. */
export const header = (response, name) => (response.header ? response.header(name) : response.headers.get(name))

function told(response) {
  const lines = HEADERS.map((name) => [name, header(response, name)])
  return lines
    .filter(([, value]) => typeof value === 'string' && !/[\r\n]/.test(value))
    .map(([name, value]) => `${name}: ${value}`)
    .join('\n')
}

async function whole(response, limit) {
  if (response.read) return response.read(limit)
  const reader = response.body?.getReader?.()
  if (!reader) {
    return response.arrayBuffer ? new Uint8Array(await response.arrayBuffer()) : new Uint8Array(0)
  }
  const chunks = []
  let length = 0
  while (length <= limit) {
    const { done, value } = await reader.read()
    if (done) return chunks.length === 1 ? chunks[0] : joined(chunks, length)
    const piece = value.subarray(0, limit + 1 - length)
    chunks.push(piece)
    length += piece.length
  }
  // The rest is not wanted; whoever sends it may stop.
  reader.cancel().catch(() => {})
  return joined(chunks, length)
}

/** When waiting ends: by the time limit, or because the caller says so. */
export class Ending {
  constructor(milliseconds, signal) {
    const controller = new AbortController()
    this.signal = controller.signal
    this.over = new Promise((_, reject) => {
      const end = (reason) => {
        reject(reason)
        controller.abort(reason)
      }
      if (milliseconds) {
        const late = () => end(new DOMException(`no answer within ${milliseconds} ms`, 'TimeoutError'))
        this.timer = setTimeout(late, milliseconds)
      }
      this.abort = () => end(signal.reason)
      if (signal?.aborted) this.abort()
      signal?.addEventListener('abort', this.abort, { once: true })
      this.unlisten = () => signal?.removeEventListener('abort', this.abort)
    })
    // Nobody has to be waiting.
    this.over.catch(() => {})
  }

  /** What `promise` comes to, unless the end comes first: not everybody listens to a signal. */
  race(promise) {
    return Promise.race([promise, this.over])
  }

  stop() {
    clearTimeout(this.timer)
    this.unlisten()
  }
}
