import { Calls } from './calls.js'
import { Card } from './card.js'
import { element } from './element.js'

const byId = (id) => document.getElementById(id)
const [list, stateLine, nothing, skippedLine] = ['calls', 'state', 'nothing', 'skipped'].map(byId)
const [words, onlyRefused, pause] = ['words', 'refused', 'pause'].map(byId)

const calls = new Calls()
const cards = new Map()
let source
let last = 0
let run
let skipped = 0

/** Takes the log up where this page left it; the browser does so itself when the connection breaks. */
function listen() {
  source = new EventSource(`events?since=${last}`)
  const on = (name, act) => source.addEventListener(name, ({ data }) => act(JSON.parse(data)))
  source.addEventListener('open', () => say('live'))
  source.addEventListener('error', () => {
    if (source.readyState !== EventSource.CLOSED) return say('connecting')
    // Refused, and not tried again by the browser: all places were taken.
    say('waiting')
    setTimeout(() => pause.ariaPressed === 'true' || listen(), 3000)
  })
  on('hello', greet)
  on('seen', show)
  on('skipped', ({ requests }) => skip(requests))
  on('executions', count)
}

/** Another sandbox than before counts from the beginning. */
function greet(hello) {
  if (run !== undefined && run !== hello.run) {
    source.close()
    calls.clear()
    cards.clear()
    list.replaceChildren()
    last = skipped = 0
    skip(0)
    count({ signed: 0, operations: {} })
    listen()
  }
  run = hello.run
}

function show(seen) {
  if (seen.number <= last) return
  last = seen.number
  const call = calls.add(seen)
  const card = cards.get(call.key)
  if (card) card.update()
  else {
    cards.set(call.key, new Card(call))
    list.prepend(cards.get(call.key).element)
  }
  for (const old of calls.forget()) {
    cards.get(old.key)?.element.remove()
    cards.delete(old.key)
  }
  filter([cards.get(call.key)])
}

function skip(requests) {
  skipped += requests
  skippedLine.hidden = skipped === 0
  skippedLine.textContent = `${skipped} requests are not shown: they were too many, or too long ago.`
}

function count({ signed, operations }) {
  byId('executed').textContent = String(signed)
  const rows = Object.entries(operations).map(([operation, times]) =>
    element('tr', {}, element('th', { scope: 'row' }, operation), element('td', {}, String(times)))
  )
  byId('operations').replaceChildren(
    rows.length > 0 ? element('table', {}, element('caption', {}, 'Executions since the start'), element('tbody', {}, rows)) : 'Nothing was executed yet.'
  )
}

function filter(some = cards.values()) {
  const wanted = words.value.toLowerCase().split(/\s+/).filter((word) => word !== '')
  for (const card of some) card.element.hidden = !card.call.matches(wanted, onlyRefused.checked)
  const any = [...cards.values()].some((card) => !card.element.hidden)
  nothing.hidden = any
  nothing.textContent = cards.size > 0 ? 'No call fits the filter.' : `No calls yet. A client finds the sandbox at ${location.origin}.`
}

function say(state) {
  stateLine.textContent = state
  stateLine.dataset.state = state
}

pause.addEventListener('click', () => {
  const paused = pause.ariaPressed !== 'true'
  pause.ariaPressed = String(paused)
  pause.textContent = paused ? 'Resume' : 'Pause'
  source.close()
  if (paused) say('paused')
  else listen()
})
words.addEventListener('input', () => filter())
onlyRefused.addEventListener('change', () => filter())
byId('filter').addEventListener('submit', (event) => event.preventDefault())

filter()
listen()
