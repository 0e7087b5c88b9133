import { spawn } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** The server that these tests run against: the program that the environment names. */
const PROGRAM = process.env.DFNS_SANDBOX

const KINDS = {
  Ed25519: ['ed25519'],
  'P-256': ['ec', { namedCurve: 'prime256v1' }],
  secp256k1: ['ec', { namedCurve: 'secp256k1' }],
  RSA: ['rsa', { modulusLength: 2048 }],
}

export const ALGORITHMS = Object.keys(KINDS)

/** A key of an algorithm, in PEM. */
export function makeKey(algorithm) {
  const [type, options] = KINDS[algorithm]
  return generateKeyPairSync(type, {
    ...options,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })
}

/** Starts a sandbox with a service account that signs by a key of this algorithm. */
export async function start(algorithm = 'Ed25519', options = []) {
  const { publicKey, privateKey } = makeKey(algorithm)
  const folder = mkdtempSync(join(tmpdir(), 'dfns-'))
  const file = join(folder, 'key.pem')
  writeFileSync(file, publicKey)
  const child = spawn(PROGRAM, ['--port', '0', '--public-key', file, ...options], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const printed = await untilPrinted(child, /^export DFNS_CRED_ID=.+$/m)
  rmSync(folder, { recursive: true })
  const variable = (name) => new RegExp(`^export ${name}=(.+)$`, 'm').exec(printed)[1]
  return {
    baseUrl: variable('DFNS_BASE_URL'),
    authToken: variable('DFNS_AUTH_TOKEN'),
    credId: variable('DFNS_CRED_ID'),
    privateKey,
    stop: () => child.kill(),
  }
}

/** What a program prints until it says that. What it prints later is read too, or it would stop at a full pipe. */
function untilPrinted(child, end) {
  return new Promise((resolve, reject) => {
    let printed = ''
    child.on('error', reject)
    child.on('exit', (code) => reject(new Error(`the sandbox ended with ${code}`)))
    child.stdout.on('data', (chunk) => {
      if (end.test(printed)) return
      printed += chunk
      if (end.test(printed)) resolve(printed)
    })
  })
}
