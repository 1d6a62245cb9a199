/**
 * Listening: how a DOM event is heard, by the attribute `events` (options by event name, objectsync/dom/listening.py).
 *
 * - `fields` of the allow list, `keys` that count, `prevent_default`, `stop_propagation`; `throttle` and `debounce` in seconds.
 * - What is not understood is left out: the server has refused it with an error.
 */
import type { Dict, Value } from '@objectsync/client'
import { isEventField } from './safety.js'

export interface Listening {
  readonly fields: readonly string[] | undefined
  readonly keys: readonly string[] | undefined
  readonly preventDefault: boolean
  readonly stopPropagation: boolean
  /** Milliseconds; 0 for none. */
  readonly throttle: number
  readonly debounce: number
}

/** The options by event that the entries of the attribute `events` hold. */
export function listeningOf(entries: Iterable<readonly [string, unknown]>): ReadonlyMap<string, Listening> {
  const found = new Map<string, Listening>()
  for (const [event, options] of entries) {
    const wanted = options as Dict | null
    found.set(event, {
      fields: names(wanted?.['fields'])?.filter(isEventField),
      keys: names(wanted?.['keys']),
      preventDefault: wanted?.['prevent_default'] === true,
      stopPropagation: wanted?.['stop_propagation'] === true,
      throttle: milliseconds(wanted?.['throttle']),
      debounce: milliseconds(wanted?.['debounce']),
    })
  }
  return found
}

const names = (value: Value | undefined): readonly string[] | undefined =>
  Array.isArray(value) ? value.filter((each): each is string => typeof each === 'string') : undefined

const milliseconds = (value: Value | undefined): number =>
  typeof value === 'number' && value > 0 ? value * 1000 : 0

/** Does at once what the options say of an event. @returns whether it counts */
export function attend(event: Event, { keys, preventDefault, stopPropagation }: Listening): boolean {
  if (keys && !keys.includes((event as KeyboardEvent).key)) return false
  if (preventDefault) event.preventDefault()
  if (stopPropagation) event.stopPropagation()
  return true
}

/** The fields asked for, by the names they were asked by. */
export function fieldsOf(event: Event, fields: readonly string[]): Dict {
  const payload: Record<string, Value> = { type: event.type }
  for (const field of fields) {
    const value = read(event, field)
    if (typeof value === 'string') payload[field] = value.toWellFormed()
    else if (typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value)))
      payload[field] = value
  }
  return payload
}

function read(event: Event, field: string): unknown {
  const { clientX, clientY } = event as MouseEvent
  if (field === 'elementX' || field === 'elementY') {
    const box = (event.currentTarget as Element).getBoundingClientRect()
    return field === 'elementX' ? clientX - box.left : clientY - box.top
  }
  const [first, second] = field.split('.') as [string, string?]
  const from = (event as unknown as Record<string, unknown>)[first]
  return second === undefined ? from : (from as Record<string, unknown> | null)?.[second]
}

/** Tells one event of one element not too often. The last one is always told. */
export class Pace {
  #timer: ReturnType<typeof setTimeout> | undefined
  #waiting: (() => void) | undefined

  throttle(pause: number, tell: () => void): void {
    if (this.#timer !== undefined) {
      this.#waiting = tell
      return
    }
    tell()
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      const waiting = this.#waiting
      this.#waiting = undefined
      if (waiting) this.throttle(pause, waiting)
    }, pause)
  }

  debounce(pause: number, tell: () => void): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(tell, pause)
  }

  end(): void {
    clearTimeout(this.#timer)
    this.#waiting = undefined
  }
}
