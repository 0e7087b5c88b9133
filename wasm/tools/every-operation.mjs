// Writes a program that calls every operation by every name, for the compiler to check against the package's types:
// `node every-operation.mjs PACKAGE FOLDER`.

import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const [packageFolder, folder] = process.argv.slice(2)
const { table } = await import(pathToFileURL(join(packageFolder, 'operations.js')))

const calls = []
let operations = 0
for (const [domain, lines] of Object.entries(table)) {
  const type = domain[0].toUpperCase() + domain.slice(1) + 'Client'
  for (const line of lines.trim().split('\n')) {
    operations += 1
    const [names, letters] = line.split(' ')
    for (const name of names.split(',')) {
      calls.push(call('client', domain, type, name))
      const delegated = `Delegated${type}`
      if (letters[1] === 's') {
        calls.push(call('delegated', domain, delegated, `${name}Init`))
        calls.push(call('delegated', domain, delegated, `${name}Complete`))
        calls.push(`named('${domain}.${name}')`)
      } else {
        calls.push(call('delegated', domain, delegated, name))
      }
      if (letters[4] === 'p') {
        calls.push(
          `for await (const item of client.${domain}.${name}.items(${given(type, name)}[0])) { void item }`,
        )
      }
    }
  }
}

function call(client, domain, type, method) {
  return `await ${client}.${domain}.${method}(...${given(type, method)})`
}

function given(type, method) {
  return `(given as Parameters<API.${type}['${method}']>)`
}

mkdirSync(folder, { recursive: true })
writeFileSync(
  join(folder, 'every-operation.ts'),
  `import { DfnsApiClient, DfnsDelegatedApiClient } from 'dfns-wasm'
import type * as API from 'dfns-wasm'

declare const given: unknown
const client = new DfnsApiClient({ authToken: 'a.b.c' })
const delegated = new DfnsDelegatedApiClient({ authToken: 'a.b.c' })
const named = (name: API.SignedOperation) => name

${calls.join('\n')}
`,
)
const compilerOptions = {
  strict: true,
  noEmit: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  skipLibCheck: false,
  target: 'es2022',
  module: 'nodenext',
  lib: ['es2022', 'dom'],
  types: [],
}
writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }))
console.log(`  ${operations} operations, ${calls.length} calls`)
