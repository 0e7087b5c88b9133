// Leads the official TypeScript SDK, unchanged, through flows that assert what it returns.
//
// A line of JSON each way. Out: {flows, machines, users}, the public keys of those who take part. In, for each flow:
// {flow, baseUrl, identities}, out: {failure, defects}.
import { createInterface } from 'node:readline'

import * as approvals from './flows/approvals.mjs'
import * as auditLog from './flows/audit-log.mjs'
import * as baseUrl from './flows/base-url.mjs'
import * as changes from './flows/changes.mjs'
import * as credentials from './flows/credentials.mjs'
import * as delegated from './flows/delegated.mjs'
import * as delegatedUsers from './flows/delegated-users.mjs'
import * as people from './flows/people.mjs'
import * as recovery from './flows/recovery.mjs'
import * as refusals from './flows/refusals.mjs'
import * as registration from './flows/registration.mjs'
import * as serverErrors from './flows/server-errors.mjs'
import * as signatures from './flows/signatures.mjs'
import * as tokens from './flows/tokens.mjs'
import * as transfers from './flows/transfers.mjs'
import * as wallets from './flows/wallets.mjs'
import * as webhooks from './flows/webhooks.mjs'
import { makeKey, makeKeys, publicKeys } from './keys.mjs'
import { Stage } from './stage.mjs'

const FLOWS = {
  approvals,
  'audit-log': auditLog,
  'base-url': baseUrl,
  changes,
  credentials,
  delegated,
  'delegated-users': delegatedUsers,
  people,
  recovery,
  refusals,
  registration,
  'server-errors': serverErrors,
  signatures,
  tokens,
  transfers,
  wallets,
  webhooks,
}

const machines = makeKeys()
const users = { ada: makeKey('Ed25519'), bob: makeKey('P-256') }
const keys = { ...machines, ...users }

say({
  flows: Object.entries(FLOWS).map(([name, { does }]) => ({ name, does })),
  machines: publicKeys(machines),
  users: publicKeys(users),
})
for await (const line of createInterface({ input: process.stdin })) {
  const { flow, ...told } = JSON.parse(line)
  const stage = new Stage(keys, told)
  const failure = await FLOWS[flow].play(stage).then(
    () => null,
    (error) => error.stack
  )
  say({ failure, defects: stage.defects })
}

function say(value) {
  process.stdout.write(`${JSON.stringify(value)}\n`)
}
