// Node's own HTTP client: its `fetch` takes more than the rest of a call. Redirects, cookies and proxies are nothing that
// this client knows of.
import http from 'node:http'
import https from 'node:https'
import { urlToHttpOptions } from 'node:url'

import { joined } from './bytes.js'

// An idle connection keeps no process alive.
const keep = { keepAlive: true }
const CLIENTS = {
  'http:': { request: http.request, agent: new http.Agent(keep) },
  'https:': { request: https.request, agent: new https.Agent(keep) },
}

/** Sends a request; comes to the answer when it begins. */
export function send(url, { method, headers, body, signal }) {
  const { protocol, hostname, port } = urlToHttpOptions(new URL(url))
  const { request: open, agent } = CLIENTS[protocol]
  // The path as it was signed.
  const path = url.slice(url.indexOf('/', protocol.length + 2))
  const length = body === undefined ? {} : { 'content-length': body.length }
  return new Promise((resolve, reject) => {
    const request = open({ protocol, hostname, port, path, agent, method, headers: { ...headers, ...length } })
    const abort = () => request.destroy(signal.reason)
    signal.addEventListener('abort', abort, { once: true })
    request.on('response', (incoming) => resolve(new Answer(incoming)))
    request.on('error', (error) => reject(error?.message === '' ? new Error(error.code, { cause: error }) : error))
    request.on('close', () => {
      signal.removeEventListener('abort', abort)
      reject(new Error('the connection was closed'))
    })
    request.end(body)
  })
}

/** What there is to a `Response` here. */
class Answer {
  #incoming

  constructor(incoming) {
    this.#incoming = incoming
    this.status = incoming.statusCode
    this.headers = new Lines(incoming)
  }

  /** The body, or its beginning when it is longer than `limit`: enough to see that. */
  read(limit) {
    const incoming = this.#incoming
    const chunks = []
    let length = 0
    return new Promise((resolve, reject) => {
      incoming.on('data', (chunk) => {
        chunks.push(chunk)
        length += chunk.length
        if (length > limit) {
          resolve(joined(chunks, length))
          // The rest is not wanted; whoever sends it may stop.
          incoming.destroy()
        }
      })
      incoming.on('end', () => resolve(joined(chunks, length)))
      incoming.on('error', reject)
      incoming.on('close', () => reject(new Error('the connection was closed inside the answer')))
    })
  }
}

/** Headers, of which one is looked at without the others being looked at. */
class Lines {
  #incoming

  constructor(incoming) {
    this.#incoming = incoming
  }

  get(name) {
    return this.#incoming.headers[name]
  }

  get all() {
    const { rawHeaders } = this.#incoming
    return new Headers(rawHeaders.flatMap((name, at) => (at % 2 ? [] : [[name, rawHeaders[at + 1]]])))
  }
}
