import { createServer } from 'node:http'

import { build } from 'esbuild'
import { chromium as playwright } from 'playwright-core'

const FLAGS =
  '--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking ' +
  // The sandbox stands for a service that lets every origin in.
  '--disable-component-update --disable-sync --disable-web-security'

/** A page that has the program in one bundle, as a bundler for browsers makes it. */
export async function chromium(entry, executablePath, given) {
  const { outputFiles } = await build({
    stdin: { contents: `import { program } from ${JSON.stringify(entry)}; globalThis.program = program`, resolveDir: '.' },
    bundle: true,
    format: 'esm',
    platform: 'browser',
    write: false,
  })
  const script = outputFiles[0].text
  const server = createServer(({ url }, response) => {
    const [type, content] =
      url === '/program.js' ? ['text/javascript', script] : ['text/html', '<script type="module" src="program.js"></script>']
    response.writeHead(200, { 'content-type': type }).end(content)
  })
  await new Promise((resolve) => server.listen(0, 'localhost', resolve))
  const browser = await playwright.launch({ executablePath, args: FLAGS.split(' ') })
  try {
    const page = await browser.newPage()
    await page.goto(`http://localhost:${server.address().port}`)
    await page.waitForFunction(() => globalThis.program)
    const done = await page.evaluate((given) => globalThis.program(given), given)
    return done.join(', ')
  } finally {
    await browser.close()
    server.close()
  }
}
