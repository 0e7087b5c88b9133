// What a program may say, and what the compiler has to refuse.
import {
  AsymmetricKeySigner,
  DfnsApiClient,
  DfnsDelegatedApiClient,
  DfnsError,
  DfnsMachine,
  PolicyPendingError,
} from 'dfns-wasm'
import type { CredentialSigner, types } from 'dfns-wasm'

const signer = new AsymmetricKeySigner({ credId: 'cr-1', privateKey: 'PEM' })
const client = new DfnsApiClient({ baseUrl: 'https://api.dfns.io', authToken: 'a.b.c', orgId: 'or-1', signer })

// Literal unions help, and stay open.
const wallet: types.Wallet = await client.wallets.createWallet({ body: { network: 'Ethereum' } })
await client.wallets.createWallet({ body: { network: 'ANetworkOfTomorrow' } })
const id: string = wallet.id
await client.wallets.getWallet({ walletId: id })
await client.wallets.listWallets()
await client.wallets.listWallets({ query: { limit: 5 } }, { signal: AbortSignal.timeout(1000) })
for await (const one of client.wallets.listWallets.items({ query: { limit: 5 } })) one.id.toUpperCase()

// @ts-expect-error a path parameter is missing
await client.wallets.getWallet({})
// @ts-expect-error the body is missing
await client.wallets.createWallet({})
// @ts-expect-error a network is a string
await client.wallets.createWallet({ body: { network: 1 } })
// @ts-expect-error there is no such member
await client.wallets.createWallet({ body: { network: 'Ethereum', nam: 'x' } })
// @ts-expect-error there is no such operation
await client.wallets.makeWallet({})
// @ts-expect-error a signer signs
new DfnsApiClient({ signer: {} })

// A union is told apart by its tag.
declare const transfer: types.TransferAssetRequest
if (transfer.kind === 'Native') transfer.amount.toUpperCase()
if (transfer.kind === 'Erc20') transfer.contract.toUpperCase()
// @ts-expect-error a native transfer has no contract
if (transfer.kind === 'Native') transfer.contract.toUpperCase()

const delegated = new DfnsDelegatedApiClient({ authToken: 'a.b.c' })
const challenge = await delegated.wallets.createWalletInit({ body: { network: 'Ethereum' } })
const firstFactor = await signer.sign(challenge)
const { challengeIdentifier } = challenge
const made: types.Wallet = await delegated.wallets.createWalletComplete(
  { body: { network: 'Ethereum' } },
  { challengeIdentifier, firstFactor },
)
void made
await delegated.begin('wallets.createWallet', { body: {} })
// @ts-expect-error it is not signed
await delegated.begin('wallets.listWallets')

const two: CredentialSigner = {
  sign: async () => ({ firstFactor, secondFactor: { kind: 'Totp', otpCode: '123456' } }),
}
void two

try {
  await client.wallets.listWallets()
} catch (error) {
  if (error instanceof PolicyPendingError) void error.context
  if (error instanceof DfnsError && error.happened === 'never') error.httpStatus.toFixed()
}

// A call by hand: each kind of step has its own members.
const call = await new DfnsMachine({ authToken: 'a.b.c' }).start('wallets.createWallet', { body: { network: 'Ethereum' } })
const { step } = call
if (step.kind === 'send') {
  const { method, url, headers, body } = step.request
  const answer = await fetch(url, { method, headers, ...(body ? { body: body as Uint8Array<ArrayBuffer> } : {}) })
  call.receive({ status: answer.status, headers: answer.headers, body: new Uint8Array(await answer.arrayBuffer()) })
} else if (step.kind === 'sign') {
  call.complete(await signer.sign(step.challenge))
}
// @ts-expect-error a machine sends nothing
new DfnsMachine({ fetch })
