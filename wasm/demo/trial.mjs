// The demo in Chromium with its virtual authenticator, against the sandbox: `node trial.mjs CHROMIUM BACKEND PICTURES`. The
// backend is the program of the example `passkey_backend`. A picture of each step is kept.

import { spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

import { chromium } from 'playwright-core'

import { start } from './common/sandbox.mjs'

const FLAGS =
  '--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking ' +
  '--disable-component-update --disable-sync'
const AUTHENTICATOR = {
  protocol: 'ctap2',
  transport: 'internal',
  hasResidentKey: true,
  hasUserVerification: true,
  isUserVerified: true,
}

const [executablePath, program, pictures] = process.argv.slice(2)
mkdirSync(pictures, { recursive: true })
// A free port is known only when somebody listens on it, and the sandbox has to know the origin before.
const port = await freePort()
const origin = `http://localhost:${port}`
const options = ['--relying-party', 'localhost', '--origin', origin, '--ignore-permissions']
const sandbox = await start('Ed25519', options)
const here = dirname(fileURLToPath(import.meta.url))
const backend = spawn(program, [here, dirname(fileURLToPath(import.meta.resolve('dfns-wasm')))], {
  env: {
    ...process.env,
    PORT: String(port),
    DFNS_BASE_URL: sandbox.baseUrl,
    DFNS_AUTH_TOKEN: sandbox.authToken,
    DFNS_CRED_ID: sandbox.credId,
    DFNS_PRIVATE_KEY: sandbox.privateKey,
  },
  stdio: ['ignore', 'pipe', 'inherit'],
})
await new Promise((resolve, reject) => {
  backend.stdout.once('data', resolve)
  backend.once('exit', (code) => reject(new Error(`the backend ended with ${code}`)))
})

const browser = await chromium.launch({ executablePath, args: FLAGS.split(' ') })
try {
  const page = await browser.newPage({ viewport: { width: 900, height: 640 } })
  page.on('pageerror', (error) => console.error(`  the page: ${error}`))
  const devtools = await page.context().newCDPSession(page)
  await devtools.send('WebAuthn.enable')
  await devtools.send('WebAuthn.addVirtualAuthenticator', { options: AUTHENTICATOR })
  await page.goto(origin)
  await page.fill('input[name=orgId]', organisation(sandbox.authToken))
  await step(page, 'register', /eve@example\.com is registered/)
  await step(page, 'login', /^logged in$/)
  await step(page, 'wallet', /^wa-\S+ on EthereumSepolia$/)
} finally {
  await browser.close()
  backend.kill()
  sandbox.stop()
}

/** Does a step, and keeps a picture of what the page says then. */
async function step(page, name, expected) {
  await page.click(`#${name}`)
  const said = page.locator(`output[for=${name}]`)
  const problem = page.locator('#problem')
  await page.waitForFunction(
    (name) =>
      document.querySelector(`output[for=${name}]`).textContent || document.querySelector('#problem').textContent,
    name,
  )
  await page.screenshot({ path: join(pictures, `${name}.png`) })
  const text = await said.textContent()
  if (!expected.test(text)) throw new Error(`${name}: ${text || (await problem.textContent())}`)
  console.log(`  ${name}: ${text}`)
}

function organisation(token) {
  const claims = JSON.parse(Buffer.from(token.split('.')[1], 'base64url'))
  return claims['https://custom/app_metadata'].orgId
}

async function freePort() {
  const { createServer } = await import('node:net')
  const server = createServer()
  await new Promise((resolve) => server.listen(0, 'localhost', resolve))
  const { port } = server.address()
  await new Promise((resolve) => server.close(resolve))
  return port
}
