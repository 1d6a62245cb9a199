/**
 * Controls: `value` and `checked` of input, textarea and select, both ways.
 *
 * - What a person types goes out as inserts and deletes (string topics), so that two who type both keep their letters. What has no caret, and
 *   so is picked (a colour, a day), is one value: half of one is none.
 * - What is chosen in a select with `multiple` is a list of values.
 * - A radio button that is chosen turns another of its group off, of which the browser tells by no event: that goes out with it.
 * - What comes in never moves the caret of the field that is being typed in, and waits while an input method composes.
 */
import type { SObject, StringTopic, Topic } from '@objectsync/client'
import { inGesture, watchHand } from './gestures.js'
import type { View } from './view.js'

interface Control extends Element {
  value: string
  checked: boolean
  readonly type: string
  readonly name: string
  readonly options?: HTMLOptionsCollection
  readonly selectedOptions: HTMLCollectionOf<HTMLOptionElement>
  selectionStart: number | null
  selectionEnd: number | null
  setSelectionRange?: (start: number, end: number) => void
}

const TAGS: ReadonlySet<string> = new Set(['input', 'textarea', 'select'])
const watched = new WeakSet<Element>()
const composing = new WeakSet<Element>()
/** The text each field was last given or said: what a person's typing is compared with. */
const lastText = new WeakMap<Element, string>()
/** Whether each box or button is on, as it was said last. */
const ticks = new WeakMap<Element, Topic>()
const started = (event: Event): void => void composing.add(event.currentTarget as Element)

/** Whether an element is a form element that holds a value. */
export const isControlTag = (tag: string): boolean => TAGS.has(tag)
export const isControl = (element: Element): element is Control => isControlTag(element.tagName.toLowerCase())

/** Listens, once, to what a person does with a form element. */
export function watchInput(element: Element, onInput: (event: Event) => void): void {
  if (!isControl(element) || watched.has(element)) return
  watched.add(element)
  watchHand(element)
  element.addEventListener('input', onInput)
  element.addEventListener('change', onInput)
  element.addEventListener('compositionstart', started)
  element.addEventListener('compositionend', onInput)
}

/** Shows the value of a topic in its form element. */
export function applyValue(element: Element, topic: Topic, name: string): void {
  if (!isControl(element)) return
  if (name === 'checked') {
    ticks.set(element, topic)
    if (element.checked !== (topic.value === true)) element.checked = topic.value === true
    return
  }
  if (composing.has(element)) return
  if (element.options && Array.isArray(topic.value)) {
    const chosen = topic.value.map(String)
    for (const option of element.options) option.selected = chosen.includes(option.value)
    return
  }
  const text = topic.value === null ? '' : String(topic.value)
  lastText.set(element, text)
  if (element.value === text || sameNumber(topic, element.value)) return
  const focused = element.ownerDocument.activeElement === element
  if (!focused || element.selectionStart === null) {
    element.value = text
    return
  }
  const start = shifted(element.selectionStart, element.value, text)
  const end = shifted(element.selectionEnd ?? element.selectionStart, element.value, text)
  element.value = text
  element.setSelectionRange?.(start, end)
}

/** A field that says `1.` while 1 is meant is not rewritten under the hands of who types. */
function sameNumber(topic: Topic, text: string): boolean {
  return typeof topic.value === 'number' && text !== '' && Number(text) === topic.value
}

/** Where a caret stands after a text became another. */
function shifted(caret: number, from: string, to: string): number {
  const start = shared(from, to, 0, 0, 1)
  if (caret <= start) return caret
  const room = Math.min(from.length, to.length) - start
  const end = Math.min(room, shared(from, to, from.length - 1, to.length - 1, -1))
  if (caret >= from.length - end) return caret + to.length - from.length
  // Inside of what was replaced: where the most of what stands around it is the same.
  let best = start
  let most = -1
  for (let place = start; place <= to.length - end; place++) {
    const around = shared(from, to, caret - 1, place - 1, -1) + shared(from, to, caret, place, 1)
    if (around > most) {
      best = place
      most = around
    }
  }
  return best
}

/** How many characters are the same from two places on, forwards or backwards. */
function shared(a: string, b: string, i: number, j: number, step: 1 | -1): number {
  let count = 0
  while (i >= 0 && j >= 0 && i < a.length && j < b.length && a[i] === b[j]) {
    i += step
    j += step
    count++
  }
  return count
}

/** Takes what a person entered over into the topics. */
export function readValue(element: Element, object: SObject, event: Event): void {
  if (!isControl(element)) return
  if (event.type === 'compositionend') composing.delete(element)
  else if (composing.has(element)) return
  if (object.has('checked') && (element.type === 'checkbox' || element.type === 'radio')) {
    if (element.type === 'radio') tellOthers(element)
    object.attribute('checked').set(element.checked)
    return
  }
  if (!object.has('value') || element.type === 'file') return
  const topic = object.attribute<Topic>('value')
  switch (topic.type) {
    case 'string':
      if (typeof element.selectionStart !== 'number') topic.set(element.value)
      else (topic as StringTopic).edit(element.value.toWellFormed(), lastText.get(element))
      // What came in while an input method composed was not shown; now it is.
      applyValue(element, topic, 'value')
      break
    case 'int':
    case 'float': {
      const number = Number(element.value)
      const fits = topic.type === 'int' ? Number.isSafeInteger(number) : Number.isFinite(number)
      if (element.value !== '' && fits) topic.set(number)
      break
    }
    case 'bool':
      topic.set(element.checked)
      break
    case 'generic': {
      if (element.type === 'select-multiple') {
        topic.set(Array.from(element.selectedOptions, ({ value }) => value))
        break
      }
      const isNumber = element.type === 'number' || element.type === 'range'
      const empty = isNumber && element.value === ''
      topic.set(empty ? null : isNumber ? Number(element.value) : element.value.toWellFormed())
      break
    }
  }
}

/** Takes over which others of its group a radio button has turned off. */
function tellOthers(radio: Control): void {
  for (const other of (radio.getRootNode() as ParentNode).querySelectorAll<HTMLInputElement>(
    '[type=radio]',
  )) {
    const tick = ticks.get(other)
    if (other.name === radio.name && !other.checked && tick?.value) tick.set(false)
  }
}

/** Binds a form element to the attribute `value` of a view's object, both ways. */
export function bindInput(view: View, element: Element): void {
  watchInput(element, (event) => {
    view.stage.guard(view.object, () => {
      inGesture(view.client, event, (gesture) => gesture.record(() => readValue(element, view.object, event)))
    })
  })
  view.bind('value', () => applyValue(element, view.object.attribute('value'), 'value'))
}
