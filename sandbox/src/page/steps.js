import { code, element, facts, parsed } from './element.js'

/** The four steps of a signed call, each with the requests that it is made of. */
export const STEPS = [
  { title: 'To be signed', of: inits, show: asked },
  { title: 'Challenge', of: inits, show: challenge },
  { title: 'Signature', of: (call) => call.completes, show: signature },
  { title: 'Request', of: (call) => call.requests, show: request },
]

/** The checks that are about the first step, of the one request that makes the first two. */
const ASKED = ['request', 'bearer token', 'schema', 'path to sign']

function inits(call) {
  return call.init ? [call.init] : []
}

/** Whether a step went well: 'passed', 'failed', or 'open' when it did not come to that. */
export function state(step, call) {
  const seen = step.of(call).at(-1)
  if (!seen) return 'open'
  if (step.show === asked) {
    const passed = ({ check, outcome }) => outcome === 'passed' || !ASKED.includes(check)
    return seen.checks.length > 0 && seen.checks.every(passed) ? 'passed' : 'open'
  }
  return isGood(seen) ? 'passed' : 'failed'
}

function isGood({ status }) {
  return status >= 200 && status < 300
}

function asked(seen) {
  const body = parsed(seen.body) ?? {}
  return [
    facts([
      ['method', text(body.userActionHttpMethod)],
      ['path', text(body.userActionHttpPath)],
      ['payload', body.userActionPayload === '' ? 'empty' : long(body.userActionPayload)],
      ['body', parsed(seen.body) === undefined ? long(seen.body) : null],
    ]),
    checks(seen, ASKED.includes.bind(ASKED)),
  ]
}

function challenge(seen) {
  const answer = parsed(seen.answer) ?? {}
  const allowed = Object.values(answer.allowCredentials ?? {}).flat()
  return [
    facts([
      ['answer', status(seen)],
      ['challenge', isGood(seen) ? long(answer.challenge) : null],
      ['may sign', allowed.length > 0 ? long(allowed.map((credential) => credential?.id).join('\n')) : null],
    ]),
    checks(seen, (check) => !ASKED.includes(check)),
    faults(seen),
    refusal(seen),
  ]
}

function signature(seen) {
  const factor = parsed(seen.body)?.firstFactor ?? {}
  const assertion = factor.credentialAssertion ?? {}
  const algorithm = seen.algorithm ?? parsed(seen.answer)?.error?.details?.algorithm
  return [
    facts([
      ['kind', text(factor.kind)],
      ['credential', text(assertion.credId)],
      ['client data', long(decoded(assertion.clientData))],
      ['signature', long(assertion.signature)],
      ['answer', status(seen)],
    ]),
    checks(seen, () => true, algorithm),
    faults(seen),
    refusal(seen),
  ]
}

/** The request itself; of a call that nobody signs, all there is. */
export function request(seen) {
  return [
    facts([
      ['sent', `${seen.method} ${target(seen)}`],
      ['body', seen.body === '' ? null : long(seen.body)],
      ['answer', [status(seen), seen.executed ? ' executed' : ' not executed']],
      ['', isGood(seen) && seen.answer !== '' ? long(seen.answer) : null],
    ]),
    checks(seen),
    faults(seen),
    refusal(seen),
  ]
}

/** Path and query as on the wire. */
export function target({ path, query }) {
  return query === null ? path : `${path}?${query}`
}

/** What was checked, as far as it belongs to a step. */
function checks(seen, belongs = () => true, algorithm = undefined) {
  const made = seen.checks.filter(({ check }) => belongs(check))
  const items = made.map(({ check, outcome }) => {
    const name = check === 'signature' && algorithm ? `signature ${algorithm}` : check
    return element(`li.${outcome.replace(' ', '-')}`, {}, element('span.spoken', {}, `${outcome}: `), name)
  })
  return items.length > 0 ? element('ul.checks', { 'aria-label': 'Checks' }, items) : null
}

function faults({ faults }) {
  return faults.length > 0 ? element('p.fault', {}, `Fault played: ${faults.join(', ')}`) : null
}

/** Why a request was refused: the service's message, and what the sandbox adds. */
function refusal(seen) {
  if (isGood(seen)) return null
  const error = parsed(seen.answer)?.error
  const { reason, ...details } = error?.details ?? {}
  const message = error ? text(error.message) : seen.reason
  if (!message) return null
  const rows = Object.entries(details).map(([name, value]) => [name, detail(value)])
  const why = facts([['reason', text(reason)], ...rows])
  return element('div.refusal', {}, element('p', {}, message), why)
}

function detail(value) {
  if (typeof value === 'string') return value
  const { excerpt, length } = value ?? {}
  return typeof excerpt === 'string' ? [code(excerpt), `of ${length} bytes`] : code(JSON.stringify(value))
}

function status(seen) {
  const number = seen.status === 0 ? 'nothing' : String(seen.status)
  const kind = seen.status === 202 ? 'waits' : isGood(seen) ? 'done' : 'refused'
  return element(`b.${kind}`, {}, number)
}

function text(value) {
  return typeof value === 'string' ? value : null
}

function long(value) {
  return typeof value === 'string' && value !== '' ? code(value) : null
}

/** Base64url as text; what is not stays as it is. */
function decoded(value) {
  if (typeof value !== 'string') return null
  try {
    const bytes = atob(value.replaceAll('-', '+').replaceAll('_', '/'))
    return new TextDecoder().decode(Uint8Array.from(bytes, (byte) => byte.charCodeAt(0)))
  } catch {
    return value
  }
}
