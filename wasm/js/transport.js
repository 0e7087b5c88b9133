import { isBytes, joined } from './bytes.js'
import { DfnsError, text } from './errors.js'
import { isStatus } from './steps.js'

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
 * @returns {Promise<{ status: number, headers: object, body: Uint8Array }>}
 */
export async function exchange(call, settings, signal) {
  const { stage, request } = call.step
  const { url, method, headers, body } = request
  const ending = new Ending(settings.timeout, signal)
  try {
    if (signal?.aborted) {
      throw new DfnsError(-1, 'aborted before it was sent', undefined, {
        kind: 'aborted',
        stage,
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
      throw call.lost(text(error), error)
    }
    const status = response?.status
    if (status === 0 || response?.redirected) {
      throw call.lost('a redirect, which is never followed; check the base URL')
    }
    if (!isStatus(status) || typeof response.headers?.get !== 'function') {
      throw call.lost('`fetch` gave something that is no Response')
    }
    let read
    try {
      read = await ending.race(whole(response, settings.limit))
    } catch (error) {
      throw call.lost(text(error), error, status)
    }
    return { status, headers: response.headers, body: read }
  } finally {
    ending.stop()
  }
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
    if (!isBytes(value)) throw new TypeError('the body of the Response gives something that is no bytes')
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
