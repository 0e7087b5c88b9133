import { element, indented } from './element.js'
import { STEPS, request, state, target } from './steps.js'

/** One call on the page. Only what changes is made anew, so that what was opened stays open. */
export class Card {
  #shown = new Map()
  #head = element('header')
  #body = element('div.steps')
  #json = element('div.json')

  constructor(call) {
    this.call = call
    this.element = element('article.call', { id: call.key }, this.#head, this.#body, this.#json)
    this.update()
  }

  update() {
    const { call } = this
    const [kind] = call.verdict
    this.element.dataset.verdict = kind
    this.#head.replaceChildren(...head(call))
    this.#head.id = `${call.key}-head`
    this.element.setAttribute('aria-labelledby', this.#head.id)
    this.#body.classList.toggle('single', !call.signed)
    if (call.signed) STEPS.forEach((step, at) => this.#step(step, at))
    else this.#slot('request', call.requests.length, () => element('section.step', {}, request(call.latest)))
    for (const seen of call.all) {
      if (this.#shown.has(seen.number)) continue
      this.#shown.set(seen.number, true)
      this.#json.append(exchange(seen))
    }
  }

  #step(step, at) {
    const { call } = this
    const parts = step.of(call)
    this.#slot(step.title, parts.at(-1)?.number, () => {
      const attempts = parts.map((seen, nth) =>
        element('div.attempt', {}, nth > 0 ? element('p.again', {}, 'once more') : null, step.show(seen))
      )
      const title = element('h3', {}, element('span.number', {}, String(at + 1)), step.title)
      const open = parts.length === 0 ? element('p.open', {}, 'not yet') : null
      return element(`section.step.${state(step, call)}`, {}, title, open, attempts)
    })
  }

  /** Puts something where it stands, unless it stands there already in that version. */
  #slot(name, version, make) {
    const before = this.#shown.get(name)
    if (before && before.version === version) return
    const made = make()
    if (before) before.made.replaceWith(made)
    else this.#body.append(made)
    this.#shown.set(name, { version, made })
  }
}

function head(call) {
  const { method, path, operation } = call.target
  const [, sentence] = call.verdict
  const { caller, latest } = call
  const who = caller ? [element('b', {}, caller.name || 'nobody yet'), ` ${caller.tokenKind} `, element('code', {}, caller.userId)] : ['caller unknown']
  return [
    element('h2', {}, element('span.status', {}, latest.status === 0 ? 'cut' : String(latest.status)), element('span.method', {}, method), ' ', element('span.path', {}, path)),
    operation ? element('span.operation', {}, operation) : null,
    element('p.verdict', {}, sentence),
    element('p.who', {}, who),
    element('time', { datetime: call.date, title: call.date }, call.date.slice(11, 23)),
  ].filter((part) => part !== null)
}

/** A request and its answer as they were, made when opened. */
function exchange(seen) {
  const summary = element('summary', {}, 'JSON ', element('code', {}, `${seen.method} ${seen.path}`))
  const made = element('details', {}, summary)
  made.addEventListener(
    'toggle',
    () => {
      const asked = [...seen.headers.map(([name, value]) => `${name}: ${value}`), '', indented(seen.body)].join('\n')
      const answer = [seen.status === 0 ? 'nothing came back' : String(seen.status), '', indented(seen.answer)].join('\n')
      made.append(
        element(
          'div.exchange',
          {},
          side(`Request, ${seen.bodyBytes} bytes`, `${seen.method} ${target(seen)}\n${asked}`),
          side(`Answer, ${seen.answerBytes} bytes`, answer)
        )
      )
    },
    { once: true }
  )
  return made
}

function side(title, text) {
  return element('section', {}, element('h4', {}, title), element('pre', { tabindex: '0' }, text))
}
