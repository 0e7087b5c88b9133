import { spawn } from 'node:child_process'

/** Starts the sandbox on a free port, and reads from what it prints how to call it. */
export async function start(program, options = []) {
  const child = spawn(program, ['--port', '0', ...options], { stdio: ['ignore', 'pipe', 'inherit'] })
  const printed = await untilPrinted(child, '-----END PRIVATE KEY-----')
  const variable = (name) => new RegExp(`^export ${name}=(.+)$`, 'm').exec(printed)[1]
  return {
    baseUrl: variable('DFNS_BASE_URL'),
    token: variable('DFNS_AUTH_TOKEN'),
    credentialId: variable('DFNS_CRED_ID'),
    privateKey: /-----BEGIN[^']+/.exec(printed)[0],
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
      if (printed.includes(end)) return
      printed += chunk
      if (printed.includes(end)) resolve(printed)
    })
  })
}
