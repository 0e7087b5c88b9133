// For runtimes that start with a file: what is given stands in the environment.
import process from 'node:process'

import { program } from './program.js'

console.log((await program(JSON.parse(process.env.GIVEN))).join(', '))
