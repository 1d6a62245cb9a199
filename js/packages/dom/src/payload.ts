/**
 * Payloads: what an event attribute emits of a DOM event. Small, plain data, under the DOM's own names.
 */
import type { Dict, Value } from '@objectsync/client'

const KEYBOARD = ['key', 'code', 'repeat'] as const
const MODIFIERS = ['altKey', 'ctrlKey', 'metaKey', 'shiftKey'] as const
const POINTER = ['clientX', 'clientY', 'button'] as const

export function payloadOf(event: Event): Dict {
  const payload: Record<string, Value> = { type: event.type }
  const take = (names: readonly string[]): void => {
    for (const name of names) {
      const value = (event as unknown as Record<string, unknown>)[name]
      if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'string') {
        payload[name] = value
      }
    }
  }
  if ('key' in event) take(KEYBOARD)
  if ('clientX' in event) take(POINTER)
  if ('altKey' in event) take(MODIFIERS)
  if ('deltaY' in event) take(['deltaX', 'deltaY'])
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
