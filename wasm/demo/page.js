// The page: it has the passkey and nothing else. Tokens and calls are the backend's.
import { WebAuthnSigner } from 'dfns-wasm'

const signer = new WebAuthnSigner({ relyingParty: { id: location.hostname, name: 'A wallet demo' } })
let session

const steps = {
  async register({ email }) {
    const begun = await ask('/register/begin', { email })
    const credential = await signer.create(begun.challenge)
    const { username } = await ask('/register/finish', { session: begun.session, credential })
    return `${username} is registered`
  },

  async login({ email, orgId }) {
    const begun = await ask('/login/begin', { email, orgId })
    const firstFactor = await signer.sign(begun.challenge)
    ;({ session } = await ask('/login/finish', { session: begun.session, firstFactor }))
    return 'logged in'
  },

  async wallet() {
    const begun = await ask('/wallet/begin', { session, name: 'signed with a passkey' })
    const firstFactor = await signer.sign(begun.challenge)
    const wallet = await ask('/wallet/finish', { session: begun.session, firstFactor })
    return `${wallet.id} on ${wallet.network}`
  },
}

for (const [name, step] of Object.entries(steps)) {
  const button = document.querySelector(`#${name}`)
  button.addEventListener('click', async () => {
    const problem = document.querySelector('#problem')
    problem.textContent = ''
    button.disabled = true
    try {
      const form = new FormData(document.querySelector('#user'))
      document.querySelector(`output[for=${name}]`).textContent = await step(Object.fromEntries(form))
    } catch (error) {
      problem.textContent = error.message
    } finally {
      button.disabled = false
    }
  })
}

async function ask(path, body) {
  const answer = await fetch(path, { method: 'POST', body: JSON.stringify(body) })
  const said = await answer.json()
  if (!answer.ok) throw new Error(said.message)
  return said
}
