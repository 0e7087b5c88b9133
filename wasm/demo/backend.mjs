// The backend of a page whose users sign with passkeys. It has a service account, begins and finishes what users sign,
// and never sees their keys.
//
// `node backend.mjs` takes DFNS_BASE_URL, DFNS_AUTH_TOKEN, DFNS_CRED_ID and DFNS_PRIVATE_KEY from the environment, and
// listens on PORT of localhost.

import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { dirname, extname, join, normalize } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

import { AsymmetricKeySigner, DfnsApiClient, DfnsDelegatedApiClient, DfnsError } from 'dfns-wasm'

const { env } = process
const baseUrl = env.DFNS_BASE_URL
const signer = new AsymmetricKeySigner({ credId: env.DFNS_CRED_ID, privateKey: env.DFNS_PRIVATE_KEY })
const service = new DfnsApiClient({ baseUrl, authToken: env.DFNS_AUTH_TOKEN, signer })

/** What a browser's session stands for: the user's token, and the call that waits for a signature. */
const sessions = new Map()

const routes = {
  /** Invites a user: the challenge that the new passkey answers. */
  '/register/begin': async ({ email }) => {
    const challenge = await service.auth.createDelegatedRegistrationChallenge({ body: { email, kind: 'EndUser' } })
    const session = opened({ registering: challenge.temporaryAuthenticationToken })
    // The token stays here.
    const { temporaryAuthenticationToken, ...shown } = challenge
    return { session, challenge: shown }
  },

  /** Registers the passkey. */
  '/register/finish': async ({ session, credential }) => {
    const { registering } = known(session)
    const client = new DfnsApiClient({ baseUrl, temporaryToken: registering })
    const { user } = await client.auth.registerEndUser({ body: { firstFactorCredential: credential, wallets: [{ network: 'EthereumSepolia' }] } })
    sessions.delete(session)
    return { username: user.username }
  },

  /** Asks for the challenge of a login. */
  '/login/begin': async ({ email, orgId }) => {
    const client = new DfnsApiClient({ baseUrl })
    const challenge = await client.auth.createLoginChallenge({ body: { username: email, orgId } })
    return { session: opened({ logging: challenge.challengeIdentifier }), challenge }
  },

  /** Logs the user in: the token stays in the session. */
  '/login/finish': async ({ session, firstFactor }) => {
    const { logging } = known(session)
    const client = new DfnsApiClient({ baseUrl })
    const { token } = await client.auth.login({ body: { challengeIdentifier: logging, firstFactor } })
    sessions.delete(session)
    return { session: opened({ token }) }
  },

  /** Begins a wallet for the user, who signs it. */
  '/wallet/begin': async ({ session, name }) => {
    const kept = known(session)
    const client = new DfnsDelegatedApiClient({ baseUrl, authToken: kept.token })
    const { challenge, parked } = await client.begin('wallets.createWallet', {
      body: { network: 'EthereumSepolia', name },
    })
    kept.parked = parked
    return { challenge }
  },

  /** Finishes it with the user's signature. */
  '/wallet/finish': async ({ session, firstFactor }) => {
    const { token, parked } = known(session)
    const client = new DfnsDelegatedApiClient({ baseUrl, authToken: token })
    return client.finish(parked, { firstFactor })
  },
}

function opened(kept) {
  const session = randomUUID()
  sessions.set(session, kept)
  return session
}

function known(session) {
  const kept = sessions.get(session)
  if (!kept) throw new Error('there is no such session: begin again')
  return kept
}

const here = dirname(fileURLToPath(import.meta.url))
const packageFolder = dirname(fileURLToPath(import.meta.resolve('dfns-wasm')))
const TYPES = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css' }

/** The page's own files, and those of the package. */
async function file(path) {
  const [folder, name] = path.startsWith('/dfns-wasm/')
    ? [packageFolder, path.slice('/dfns-wasm/'.length)]
    : [here, path === '/' ? 'index.html' : path.slice(1)]
  const type = TYPES[extname(name)]
  const whole = normalize(join(folder, name))
  if (!type || !whole.startsWith(folder)) return undefined
  return { type, content: await readFile(whole) }
}

async function read(request) {
  let text = ''
  for await (const chunk of request) {
    text += chunk
    if (text.length > 1 << 16) throw new Error('the request is too large')
  }
  return JSON.parse(text)
}

const server = createServer(async (request, response) => {
  const answer = (status, type, content) => response.writeHead(status, { 'content-type': type }).end(content)
  const json = (status, value) => answer(status, 'application/json', JSON.stringify(value))
  try {
    const { pathname } = new URL(request.url, 'http://localhost')
    const route = Object.hasOwn(routes, pathname) ? routes[pathname] : undefined
    if (request.method === 'POST' && route) return json(200, await route(await read(request)))
    const found = request.method === 'GET' ? await file(pathname).catch(() => undefined) : undefined
    return found ? answer(200, found.type, found.content) : json(404, { message: 'there is no such thing here' })
  } catch (error) {
    const { httpStatus, happened } = error instanceof DfnsError ? error : {}
    return json(httpStatus >= 400 ? httpStatus : 500, { message: error.message, happened })
  }
})

server.listen(Number(env.PORT ?? 8080), 'localhost', () => {
  console.log(`http://localhost:${server.address().port}`)
})
