// Looks at the sandbox's page with Chromium, as a person would, while a client calls the sandbox.
//
// node main.mjs SANDBOX CHROMIUM FOLDER: the two programs, and where the pictures go.
import assert from 'node:assert/strict'
import { join } from 'node:path'

import { chromium } from 'playwright-core'

import { Client } from './client.mjs'
import { start } from './sandbox.mjs'

const [program, executablePath, folder] = process.argv.slice(2)
const PATIENCE = 20_000
const FLAGS =
  '--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking ' +
  '--disable-component-update --disable-sync'

const WALLET = { network: 'EthereumSepolia', name: 'treasury' }
const HOSTILE = { network: 'Solana', name: '<img src=x onerror="window.hit = 1">' }

const sandbox = await start(program, ['--require-approval', 'createKey'])
const client = new Client(sandbox)
const browser = await chromium.launch({ executablePath, args: FLAGS.split(' ') })
try {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 }, colorScheme: 'light' })
  page.setDefaultTimeout(PATIENCE)
  const complaints = []
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))

  for (const [name, test] of Object.entries(tests(page, complaints))) {
    await test()
    console.log(`  ${name}`)
  }
  assert.deepEqual(complaints, [])
  await pictures(page)
} finally {
  await browser.close()
  sandbox.stop()
}

/** The newest call on the page, once it says how it ended. */
async function newest(page, verdict) {
  const card = page.locator('.call').first()
  await card.locator('.verdict', { hasText: verdict }).waitFor()
  return card
}

/** In order: each goes on where the one before it ended. */
function tests(page, complaints) {
  return {
    'a visitor of the sandbox finds the page, and nothing on it yet': async () => {
      await page.goto(sandbox.baseUrl)
      assert.equal(page.url(), `${sandbox.baseUrl}/__sandbox/`)
      await page.getByText(`No calls yet. A client finds the sandbox at ${sandbox.baseUrl}.`).waitFor()
      // Whoever loaded it again would find it gone.
      await page.evaluate(() => (window.stillHere = true))
    },

    'a signed call is shown in its four steps': async () => {
      const { json } = await client.signed('POST', '/wallets', WALLET)
      const card = await newest(page, /^Executed$/)
      const head = await read(card.locator('> header'))
      for (const part of ['200', 'POST', '/wallets', 'createWallet', 'sandbox', 'ServiceAccount']) {
        assert.ok(head.includes(part), `${part}: ${head}`)
      }
      const steps = card.locator('.step')
      const expected = [
        ['1', 'To be signed', 'POST', '/wallets', JSON.stringify(WALLET), 'passed: bearer token', 'passed: path to sign'],
        ['2', 'Challenge', '200', sandbox.credentialId, 'passed: credentials'],
        ['3', 'Signature', 'Key', sandbox.credentialId, '{"type":"key.get","challenge":"', 'passed: signature Ed25519'],
        ['4', 'Request', 'passed: payload as signed', '200', 'executed', json.address],
      ]
      assert.equal(await steps.count(), expected.length)
      for (const [at, parts] of expected.entries()) {
        const step = await read(steps.nth(at))
        for (const part of parts) assert.ok(step.includes(part), `${part}: ${step}`)
      }
    },

    'a wrong signature is refused at the third step': async () => {
      await client.userAction('POST', '/wallets', JSON.stringify(WALLET), { wrongly: true })
      const card = await newest(page, 'Refused: the signature does not verify')
      const steps = card.locator('.step')
      assert.match(await read(steps.nth(2)), /failed: signature Ed25519[^]*user action signature is missing or invalid/)
      assert.match(await read(steps.nth(3)), /not yet/)
      assert.match(await read(card.locator('.status')), /403/)
    },

    'an altered body is refused at the fourth, with what differs': async () => {
      await client.signed('POST', '/wallets', WALLET, { sent: { ...WALLET, network: 'Ethereum' } })
      const card = await newest(page, 'Refused: payload differs')
      const last = await read(card.locator('.step').nth(3))
      for (const part of ['passed: path as signed', 'failed: payload as signed', 'not reached: schema', 'not executed']) {
        assert.ok(last.includes(part), `${part}: ${last}`)
      }
      assert.match(last, /firstDifference\s+20/)
    },

    'what waits for an approval says so': async () => {
      await client.signed('POST', '/keys', { scheme: 'EdDSA', curve: 'ed25519' })
      const card = await newest(page, 'Waits for an approval')
      assert.match(await read(card), /202/)
    },

    'a fault is named, and whether the action was executed': async () => {
      const headers = { 'x-sandbox-fault': 'after cut' }
      await assert.rejects(client.signed('POST', '/wallets', WALLET, { headers }))
      const card = await newest(page, 'Executed, and the answer lost: after cut')
      assert.match(await read(card.locator('.status')), /cut/)
    },

    'what nobody signs is one step': async () => {
      await client.send('GET', '/wallets?limit=1', undefined, { authorization: 'Bearer nobody' })
      const card = await newest(page, 'Refused: unknown token')
      assert.equal(await card.locator('.step').count(), 1)
      assert.match(await read(card), /caller unknown[^]*GET \/wallets\?limit=1[^]*failed: bearer token/)
    },

    'what a client sends is shown as text and nothing else': async () => {
      await client.signed('POST', '/wallets', HOSTILE)
      const card = await newest(page, /^Executed$/)
      assert.ok((await read(card)).includes('<img src=x onerror='))
      for (const summary of await card.locator('.json summary').all()) await summary.click()
      assert.equal(await page.locator('main img, main script, main iframe').count(), 0)
      const ran = await page.evaluate(() => {
        const script = document.createElement('script')
        script.textContent = 'window.hit = 2'
        document.body.append(script)
        script.remove()
        return window.hit
      })
      assert.equal(ran, undefined)
      // That the browser refused the script is what it should complain about.
      await until(() => complaints.length === 1)
      assert.match(complaints.pop(), /Content Security Policy/)
    },

    'the JSON is a click away, or a key, and holds no token': async () => {
      const card = page.locator('.call').first()
      const [, , request] = await card.locator('.json details').all()
      const text = await read(request)
      assert.match(text, /authorization: \[redacted\][^]*x-dfns-useraction: \[redacted\]/)
      assert.match(text, /"network": "Solana", "name"/)
      assert.match(await read(card.locator('.json details').nth(1)), /"userAction": "\[redacted …\w/)
      assert.ok(!(await page.content()).includes(sandbox.token))

      const other = page.locator('.call').nth(1).locator('summary')
      await other.focus()
      await page.keyboard.press('Enter')
      await page.locator('.call').nth(1).getByText('Answer, ').waitFor()
      await page.keyboard.press('Enter')
      for (const summary of await card.locator('.json summary').all()) await summary.click()
    },

    'the filter leaves what fits': async () => {
      const shown = () => page.locator('.call:visible').count()
      assert.equal(await shown(), 7)
      await page.getByLabel('Only refused').check()
      assert.equal(await shown(), 4)
      await page.getByLabel('Filter calls').fill('createwallet 403')
      assert.equal(await shown(), 1)
      await page.getByLabel('Filter calls').fill('nothing of the kind')
      await page.getByText('No call fits the filter.').waitFor()
      await page.getByLabel('Filter calls').fill('')
      await page.getByLabel('Only refused').uncheck()
      assert.equal(await shown(), 7)
    },

    'pausing holds the page still, and nothing is lost': async () => {
      await page.getByRole('button', { name: 'Pause' }).click()
      await page.getByRole('status').getByText('paused').waitFor()
      await client.signed('POST', '/wallets', { network: 'Polygon', name: 'savings' })
      assert.equal(await page.locator('.call').count(), 7)
      await page.getByRole('button', { name: 'Resume' }).click()
      await page.locator('.call').nth(7).waitFor()
      assert.match(await read(page.locator('.call').first()), /Polygon/)
    },

    'executions are counted, and all of that without loading the page again': async () => {
      await page.locator('#executed', { hasText: /^4$/ }).waitFor()
      await page.getByText('signed actions executed').click()
      assert.match(await read(page.locator('#operations')), /createWallet\s+4/)
      await page.getByText('signed actions executed').click()
      assert.equal(await page.evaluate(() => window.stillHere), true)
    },
  }

  async function until(condition) {
    while (!condition()) await page.evaluate(() => new Promise(requestAnimationFrame))
  }
}

/** What a person reads there, in one line. */
async function read(part) {
  return (await part.innerText()).replace(/\s+/g, ' ')
}

/** To be looked at: desktop, dark with JSON open, telephone. */
async function pictures(page) {
  const picture = (name) => page.screenshot({ path: join(folder, `${name}.png`) })
  await page.setViewportSize({ width: 1280, height: 1100 })
  await picture('desktop')
  await page.emulateMedia({ colorScheme: 'dark' })
  await page.locator('.call').first().locator('.json summary').last().click()
  await picture('dark')
  await page.setViewportSize({ width: 390, height: 1400 })
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
  assert.ok(overflow <= 0, `the page is ${overflow} pixels too wide for a telephone`)
  await picture('phone')
}
