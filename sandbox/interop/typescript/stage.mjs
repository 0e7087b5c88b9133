import assert from 'node:assert/strict'

import { DfnsApiClient, DfnsDelegatedApiClient } from '@dfns/sdk'
import { AsymmetricKeySigner } from '@dfns/sdk-keysigner'

/** What a flow plays on: people and machines, their clients, and the controls of the sandbox. */
export class Stage {
  defects = []

  constructor(keys, { baseUrl, identities }) {
    this.keys = keys
    this.baseUrl = baseUrl
    this.identities = identities
  }

  /** A client of someone who is there from the start. */
  client(who, otherwise = {}) {
    const { token } = this.identities[who]
    return new DfnsApiClient({ baseUrl: this.baseUrl, authToken: token, signer: this.signer(who), ...otherwise })
  }

  /** A client that has no key: its challenges are signed with `sign`. */
  delegated(who, otherwise = {}) {
    const { token } = this.identities[who]
    return new DfnsDelegatedApiClient({ baseUrl: this.baseUrl, authToken: token, ...otherwise })
  }

  signer(who) {
    return keySigner(this.identities[who].credentialId, this.keys[who])
  }

  /** A challenge, answered with someone's key. */
  async sign(who, challenge) {
    const firstFactor = await this.signer(who).sign(challenge)
    return { challengeIdentifier: challenge.challengeIdentifier, firstFactor }
  }

  /** Moves the sandbox's clock forward. */
  async advance(seconds) {
    await this.#control('POST', '/clock', { advanceSeconds: seconds })
  }

  /** From now on requests meet these faults, and no others. */
  async inject(...faults) {
    await this.#control('PUT', '/faults', { faults })
  }

  /** The code that somebody was mailed last. */
  async lastCode(username) {
    const { mail } = await (await fetch(`${this.baseUrl}/__sandbox/mail`)).json()
    return mail.findLast(({ to }) => to === username).code
  }

  /** Lets someone whom the SDK made do everything, as those may who are there from the start. */
  async permitEverything(identityId) {
    const { permissions } = this.client('ada')
    const { items } = await permissions.listPermissions()
    const { id: permissionId } = items.find(({ name }) => name === 'ManagedFullAdminAccess')
    await permissions.createAssignment({ permissionId, body: { identityId } })
  }

  /** Notes what the SDK itself does wrong, after the flow has seen it do so. */
  defect(name) {
    this.defects.push(name)
  }

  async #control(method, path, body) {
    const headers = { 'content-type': 'application/json' }
    const request = { method, headers, body: JSON.stringify(body) }
    const response = await fetch(`${this.baseUrl}/__sandbox${path}`, request)
    assert.equal(response.status, 200)
  }
}

export function keySigner(credId, { privateKey }) {
  return new AsymmetricKeySigner({ credId, privateKey })
}

/** The error that a call ends with. */
export async function rejection(call) {
  return call.then(
    () => assert.fail('the call was to be refused'),
    (error) => error
  )
}

/** Asserts that the SDK shows the service's refusal, and returns its details. */
export async function refused(call, httpStatus, message) {
  const error = await rejection(call)
  assert.deepEqual([error.name, error.httpStatus, error.message], ['DfnsError', httpStatus, message])
  assert.equal(error.context.body.error.status, httpStatus)
  return error.context.body.error.details
}
