// A client in Node, measured as `ours` is: `node node.mjs npm|typescript KIND BASE_URL CALLS PEM`, beside the packages.
import { readFileSync } from 'node:fs'
import process from 'node:process'

const [client, kind, baseUrl, calls, key] = process.argv.slice(2)
const [sdk, signers] =
  client === 'npm'
    ? [await import('dfns-wasm'), await import('dfns-wasm')]
    : [await import('@dfns/sdk'), await import('@dfns/sdk-keysigner')]
const signer = new signers.AsymmetricKeySigner({ credId: 'cr-1', privateKey: readFileSync(key, 'utf8') })
const { wallets } = new sdk.DfnsApiClient({ baseUrl, authToken: 'a-token-of-the-usual-kind', signer })
for (let i = 0; i < Number(calls); i += 1) {
  if (kind === 'create') await wallets.createWallet({ body: { network: 'EthereumSepolia', name: 'treasury' } })
  else if ((await wallets.listWallets()).items.length !== 100) throw new Error('another page')
}
const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage()
console.log(`${(userCPUTime + systemCPUTime) / 1000} ${maxRSS}`)
