// The step machine, for who sends in their own way: here, over a bare HTTP request.
import assert from 'node:assert/strict'
import { request as open } from 'node:http'
import { after, before, test } from 'node:test'

import { AsymmetricKeySigner, DfnsError, DfnsMachine, PolicyPendingError } from 'dfns-wasm'

import { start } from './common/sandbox.mjs'

const BODY = { network: 'EthereumSepolia', name: 'by hand' }

let sandbox
before(async () => {
  sandbox = await start()
})
after(() => sandbox.stop())

const machineOf = ({ baseUrl, authToken }) => new DfnsMachine({ baseUrl, authToken })

function sent({ method, url, headers, body }) {
  return new Promise((resolve, reject) => {
    const request = open(url, { method, headers }, async (answer) => {
      const chunks = []
      for await (const chunk of answer) chunks.push(chunk)
      resolve({ status: answer.statusCode, headers: answer.headers, body: new Uint8Array(Buffer.concat(chunks)) })
    })
    request.on('error', reject)
    request.end(body)
  })
}

/** To its end, with the stages that it went through. */
async function driven(call, signer) {
  const stages = []
  for (;;) {
    const { step } = call
    switch (step.kind) {
      case 'send':
        stages.push(step.stage)
        call.receive(await sent(step.request))
        break
      case 'sign':
        stages.push('sign')
        call.complete(await signer.sign(step.challenge))
        break
      case 'done':
        return { result: step.result, stages }
    }
  }
}

test('a signed call and an unsigned one', async () => {
  const machine = machineOf(sandbox)
  const created = await driven(await machine.start('wallets.createWallet', { body: BODY }), new AsymmetricKeySigner(sandbox))
  assert.deepEqual(created.stages, ['init', 'sign', 'complete', 'action'])
  assert.equal(created.result.name, BODY.name)
  const got = await driven(await machine.start('wallets.getWallet', { walletId: created.result.id }))
  assert.deepEqual([got.stages, got.result.id], [['action'], created.result.id])
})

test('a refusal and a policy end a call as they end a client’s', async (t) => {
  const call = await machineOf(sandbox).start('wallets.getWallet', { walletId: 'wa-none0-none0-none0none0none0no' })
  await assert.rejects(driven(call), (error) => {
    assert.ok(error instanceof DfnsError)
    assert.deepEqual([error.httpStatus, error.kind, error.operation], [404, 'refused', 'getWallet'])
    return true
  })
  assert.throws(() => call.receive({ status: 200, headers: {}, body: new Uint8Array() }), DfnsError)

  const held = await start('Ed25519', ['--require-approval', 'createWallet'])
  t.after(held.stop)
  const pending = await machineOf(held).start('wallets.createWallet', { body: BODY })
  await assert.rejects(driven(pending, new AsymmetricKeySigner(held)), PolicyPendingError)
})

test('what no answer means is said for each request', async () => {
  const signer = new AsymmetricKeySigner(sandbox)
  const call = await machineOf(sandbox).start('wallets.createWallet', { body: BODY })
  const happened = () => call.lost('the cable broke', new Error('x')).happened
  assert.equal(happened(), 'never')
  call.receive(await sent(call.step.request))
  call.complete(await signer.sign(call.step.challenge))
  assert.equal(happened(), 'never')
  call.receive(await sent(call.step.request))
  assert.equal(happened(), 'unknown')
  assert.equal(call.lost('cut', undefined, 200).happened, 'certainly')
  assert.equal(call.lost('cut', undefined, 403).happened, 'never')
  call.free()
})

test('a move that the step does not allow, or cannot be made of this, is refused and changes nothing', async () => {
  const machine = machineOf(sandbox)
  await assert.rejects(machine.start('wallets.makeWallet'), /no operation/)
  await assert.rejects(machine.start('createWallet', { body: BODY }), DfnsError)
  const call = await machine.start('wallets.createWallet', { body: BODY })
  assert.throws(() => call.complete({}), /send, not sign/)
  for (const answer of [
    { status: 0, headers: {}, body: new Uint8Array() },
    { status: '200', headers: {}, body: new Uint8Array() },
    { status: 200, headers: {}, body: '{}' },
    { status: 200, headers: {} },
  ]) {
    assert.throws(() => call.receive(answer), DfnsError)
  }
  call.receive(await sent(call.step.request))
  assert.throws(() => call.lost('x'), /sign, not send/)
  for (const signed of [undefined, {}, { firstFactor: { kind: 'Key' } }, 'signed']) {
    assert.throws(() => call.complete(signed), DfnsError)
  }
  assert.equal(call.step.kind, 'sign')
  call.free()
  call.free()
})
