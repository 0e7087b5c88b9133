// `require` in Node gives the same package.
const { DfnsApiClient, AsymmetricKeySigner } = require('dfns-wasm')

const { accounts } = JSON.parse(process.env.GIVEN)

async function main() {
  const done = []
  for (const [algorithm, { baseUrl, authToken, credId, privateKey }] of Object.entries(accounts)) {
    const client = new DfnsApiClient({
      baseUrl,
      authToken,
      signer: new AsymmetricKeySigner({ credId, privateKey }),
    })
    await client.wallets.createWallet({ body: { network: 'EthereumSepolia' } })
    done.push(algorithm)
  }
  console.log(done.join(', '))
}

main().catch((error) => {
  console.error(error)
  process.exitCode = 1
})
