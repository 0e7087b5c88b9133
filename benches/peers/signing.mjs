// Node's own signatures, measured as `signing` does: `node signing.mjs ALGORITHM PEM` prints microseconds of CPU.
import { createPrivateKey, sign } from 'node:crypto'
import { readFileSync } from 'node:fs'
import process from 'node:process'

const [algorithm, file] = process.argv.slice(2)
const key = createPrivateKey(readFileSync(file))
const hash = algorithm === 'Ed25519' ? null : 'sha256'
const challenge = 'MTI0NTY3ODkwMTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDEyMzQ1Njc4OTA'
const message = Buffer.from(`{"type":"key.get","challenge":"${challenge}"}`)

function micros(count) {
  const start = process.cpuUsage()
  for (let i = 0; i < count; i += 1) sign(hash, message, key)
  const { user, system } = process.cpuUsage(start)
  return (user + system) / count
}

// A turn is a twentieth of a second, for the clock of the CPU is coarse; the first ones are for the compiler.
const count = Math.max(1, Math.round(50_000 / micros(100)))
micros(count)
const turns = Array.from({ length: 15 }, () => micros(count)).sort((one, other) => one - other)
console.log(turns[7])
