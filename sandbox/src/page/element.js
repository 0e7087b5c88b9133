/**
 * An element. Text and attributes come from whoever calls the sandbox: strings become text nodes, never markup.
 *
 * `what` is the tag with its classes: `p.reason.wide`.
 */
export function element(what, attributes = {}, ...children) {
  const [tag, ...classes] = what.split('.')
  const made = document.createElement(tag)
  if (classes.length > 0) made.className = classes.join(' ')
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value)
  made.append(...children.flat().filter((child) => child !== null))
  return made
}

/** Names and values; those without a value are left out. A value is text or an element. */
export function facts(pairs) {
  const rows = pairs.filter(([, value]) => value !== undefined && value !== null && value !== '')
  if (rows.length === 0) return null
  return element(
    'dl',
    {},
    rows.map(([name, value]) => element('div', {}, element('dt', {}, name), element('dd', {}, ...[value].flat())))
  )
}

/** Text as code that may be long: it wraps, and scrolls beyond some lines. */
export function code(text) {
  return element('code.long', { tabindex: '0' }, text)
}

/** The value of JSON text, or undefined. */
export function parsed(text) {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** JSON text with line breaks; nothing in it is changed, as reading and writing would change large numbers. */
export function indented(text) {
  if (parsed(text) === undefined) return text
  let depth = 0
  const line = () => '\n' + '  '.repeat(depth)
  const tokens = text.match(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g)
  return tokens
    .map((token, at) => {
      const empty = '{['.includes(tokens[at - 1]) && '}]'.includes(token)
      if (token === '{' || token === '[') {
        depth += 1
        return '}]'.includes(tokens[at + 1]) ? token : token + line()
      }
      if (token === '}' || token === ']') {
        depth -= 1
        return empty ? token : line() + token
      }
      if (token === ',') return token + line()
      return token === ':' ? ': ' : token
    })
    .join('')
}
