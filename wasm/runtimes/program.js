// What a program does in every runtime: it uses nothing but the package and what all of them have.
import { AsymmetricKeySigner, DfnsApiClient, DfnsError, PolicyPendingError } from 'dfns-wasm'

const body = { network: 'EthereumSepolia', name: 'café "1" 🐢' }

function expect(condition, what) {
  if (!condition) throw new Error(`expected ${what}`)
}

async function failed(promise) {
  const error = await promise.then(
    () => undefined,
    (error) => error,
  )
  expect(error instanceof DfnsError, `a DfnsError, found ${error}`)
  return error
}

/**
 * @param {{ accounts: Record<string, { baseUrl: string, authToken: string, credId: string, privateKey: string }>,
 *   held: { baseUrl: string, authToken: string, credId: string, privateKey: string } }} given
 * @returns {Promise<string[]>} what was done.
 */
export async function program({ accounts, held }) {
  const done = []
  const clientOf = ({ baseUrl, authToken, credId, privateKey }) =>
    new DfnsApiClient({ baseUrl, authToken, signer: new AsymmetricKeySigner({ credId, privateKey }) })

  for (const [algorithm, account] of Object.entries(accounts)) {
    const wallet = await clientOf(account).wallets.createWallet({ body })
    expect(wallet.name === body.name, `the wallet's name, found ${wallet.name}`)
    done.push(algorithm)
  }

  const [account] = Object.values(accounts)
  const client = clientOf(account)
  const refused = await failed(client.wallets.getWallet({ walletId: 'wa-none0-none0-none0none0none0no' }))
  expect(refused.httpStatus === 404 && refused.kind === 'refused', `a refusal, found ${refused}`)
  done.push('refusal')

  const pending = await failed(clientOf(held).wallets.createWallet({ body }))
  expect(pending instanceof PolicyPendingError, `a pending policy, found ${pending}`)
  done.push('202')

  const aborting = new AbortController()
  const call = failed(client.wallets.createWallet({ body }, { signal: aborting.signal }))
  aborting.abort()
  const aborted = await call
  expect(aborted.happened === 'never', `nothing to have happened, found ${aborted.happened}`)
  done.push('abort')

  let listed = 0
  for await (const wallet of client.wallets.listWallets.items({ query: { limit: 1 } })) listed += wallet.id ? 1 : 0
  expect(listed > 0, 'wallets')
  done.push('pages')
  return done
}
