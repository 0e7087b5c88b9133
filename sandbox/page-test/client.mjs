// A client of the tests' own, which signs with Node's crypto: it shares nothing with the sandbox or the SDK.
import { createPrivateKey, sign } from 'node:crypto'

export class Client {
  #key

  constructor({ baseUrl, token, credentialId, privateKey }) {
    Object.assign(this, { baseUrl, token, credentialId })
    this.#key = createPrivateKey(privateKey)
  }

  /** A request, and the JSON of its answer. `fetch` throws when the connection is cut. */
  async send(method, path, payload, headers = {}) {
    const content = payload === undefined ? {} : { 'content-type': 'application/json' }
    const answer = await fetch(this.baseUrl + path, {
      method,
      body: payload,
      headers: { authorization: `Bearer ${this.token}`, ...content, ...headers },
    })
    const text = await answer.text()
    return { status: answer.status, text, json: text === '' ? undefined : JSON.parse(text) }
  }

  /** The first two steps: asks for a challenge and answers it, with a signature over other data if told so. */
  async userAction(method, path, payload, { wrongly = false } = {}) {
    const init = await this.send(
      'POST',
      '/auth/action/init',
      JSON.stringify({
        userActionHttpMethod: method,
        userActionHttpPath: path,
        userActionPayload: payload,
        userActionServerKind: 'Api',
      })
    )
    const { challenge, challengeIdentifier } = init.json
    const clientData = Buffer.from(JSON.stringify({ type: 'key.get', challenge }))
    const signature = sign(null, wrongly ? Buffer.from('something else') : clientData, this.#key)
    const credentialAssertion = {
      credId: this.credentialId,
      clientData: clientData.toString('base64url'),
      signature: signature.toString('base64url'),
    }
    const firstFactor = { kind: 'Key', credentialAssertion }
    return this.send('POST', '/auth/action', JSON.stringify({ challengeIdentifier, firstFactor }))
  }

  /** The whole dance; `sent` is the body that is sent in place of the one that was signed. */
  async signed(method, path, body, { sent = body, headers = {} } = {}) {
    const { json } = await this.userAction(method, path, JSON.stringify(body))
    return this.send(method, path, JSON.stringify(sent), { 'x-dfns-useraction': json.userAction, ...headers })
  }
}
