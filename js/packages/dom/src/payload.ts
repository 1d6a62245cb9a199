/**
 * Payloads: what an event attribute emits of a DOM event. Small, plain data, under the DOM's own names.
 */
import type { Dict, Value } from '@objectsync/client'

/** What of it is there says what kind of event it is. */
type Told = Event & Partial<KeyboardEvent & WheelEvent>

/** (Each name stands here as itself: to look one up by a variable is slow in code that has not run for a while, as on a click.) */
export function payloadOf(event: Event): Dict {
  const payload: Record<string, Value> = { type: event.type }
  const { key, clientX, altKey, deltaY } = event as Told
  if (typeof key === 'string') {
    const { code, repeat } = event as KeyboardEvent
    payload['key'] = key.toWellFormed()
    payload['code'] = code
    payload['repeat'] = repeat
  }
  if (typeof clientX === 'number') {
    const { clientY, button } = event as MouseEvent
    payload['clientX'] = clientX
    payload['clientY'] = clientY
    payload['button'] = button
  }
  if (typeof altKey === 'boolean') {
    const { ctrlKey, metaKey, shiftKey } = event as MouseEvent
    payload['altKey'] = altKey
    payload['ctrlKey'] = ctrlKey
    payload['metaKey'] = metaKey
    payload['shiftKey'] = shiftKey
  }
  if (typeof deltaY === 'number') {
    const { deltaX } = event as WheelEvent
    payload['deltaX'] = deltaX
    payload['deltaY'] = deltaY
  }
  addValue(payload, event.currentTarget as Partial<HTMLInputElement>)
  return payload
}

const FIELDS: ReadonlySet<string | undefined> = new Set(['INPUT', 'TEXTAREA', 'SELECT'])

function addValue(payload: Record<string, Value>, target: Partial<HTMLInputElement>): void {
  if (!FIELDS.has(target.tagName)) return
  const { type, value } = target
  // A password or a file is never sent by an event nobody asked it of.
  if (typeof value === 'string' && type !== 'file' && type !== 'password')
    payload['value'] = value.toWellFormed()
  if (type === 'checkbox' || type === 'radio') payload['checked'] = target.checked === true
}
