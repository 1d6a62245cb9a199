/**
 * Payloads: what an event attribute emits of a DOM event. Small, plain data, under the DOM's own names.
 */
import type { Dict, Value } from '@objectsync/client'

/** What is told of events that have the first of these. */
const KINDS = [
  ['key', ['key', 'code', 'repeat']],
  ['clientX', ['clientX', 'clientY', 'button']],
  ['altKey', ['altKey', 'ctrlKey', 'metaKey', 'shiftKey']],
  ['deltaY', ['deltaX', 'deltaY']],
] as const

export function payloadOf(event: Event): Dict {
  const payload: Record<string, Value> = { type: event.type }
  for (const kind of KINDS) {
    if (!(kind[0] in event)) continue
    for (const name of kind[1]) {
      const value = (event as unknown as Record<string, unknown>)[name]
      if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'string') {
        payload[name] = value
      }
    }
  }
  const target = event.currentTarget as {
    tagName?: string
    value?: unknown
    checked?: unknown
    type?: unknown
  }
  if (['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName ?? '')) {
    // A password or a file is never sent by an event nobody asked it of.
    if (typeof target.value === 'string' && target.type !== 'file' && target.type !== 'password') {
      payload['value'] = target.value
    }
    if (target.type === 'checkbox' || target.type === 'radio') payload['checked'] = target.checked === true
  }
  return payload
}
