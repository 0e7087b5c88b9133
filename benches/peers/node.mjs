// A client in Node, measured as `ours` is: `node node.mjs npm|typescript KIND BASE_URL CALLS PEM`, beside the packages.
import { readFileSync } from 'node:fs'
import { performance } from 'node:perf_hooks'
import process from 'node:process'

const [client, kind, baseUrl, calls, key] = process.argv.slice(2)
const { DFNS_AUTH_TOKEN = 'a-token-of-the-usual-kind', DFNS_CRED_ID = 'cr-1' } = process.env
const [sdk, signers] =
  client === 'npm'
    ? [await import('dfns-wasm'), await import('dfns-wasm')]
    : [await import('@dfns/sdk'), await import('@dfns/sdk-keysigner')]
const signer = new signers.AsymmetricKeySigner({ credId: DFNS_CRED_ID, privateKey: readFileSync(key, 'utf8') })
const { wallets } = new sdk.DfnsApiClient({ baseUrl, authToken: DFNS_AUTH_TOKEN, signer })

const call = async () => {
  if (kind !== 'list') await wallets.createWallet({ body: { network: 'EthereumSepolia', name: 'treasury' } })
  else if ((await wallets.listWallets()).items.length !== 100) throw new Error('another page')
}
let left = Number(calls)
const worker = async () => {
  while (left > 0) {
    left -= 1
    await call()
  }
}
const used = () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage()
  return `${(userCPUTime + systemCPUTime) / 1000} ${performance.now()} ${maxRSS}`
}
await call()
const ofOne = used()
await Promise.all(Array.from({ length: kind === 'together' ? 8 : 1 }, worker))
console.log(`${ofOne}\n${used()}`)
