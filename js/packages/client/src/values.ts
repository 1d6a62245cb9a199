/**
 * Values: what a topic may hold, and how it is checked, copied and compared.
 *
 * - A value is JSON data or bytes (`Uint8Array`); nothing else travels.
 * - Held values are never changed in place below the first level and never handed out: readers get copies.
 * - A dict topic is held as a `Map`, so no key of a user's can reach a prototype. Plain objects inside a value may carry
 *   a key such as `__proto__`; it is data, and is written with `define` so that it stays data.
 */
import { ChangeError, reprOf } from './errors.js'

export type Value =
  | null
  | boolean
  | number
  | string
  | Uint8Array
  | readonly Value[]
  | { readonly [key: string]: Value }

export type Dict = { readonly [key: string]: Value }

export const TOPIC_TYPES = [
  'generic',
  'bool',
  'int',
  'float',
  'string',
  'bytes',
  'set',
  'list',
  'dict',
  'event',
  'obj',
  'obj_list',
  'obj_set',
  'obj_dict',
] as const
export type TopicType = (typeof TOPIC_TYPES)[number]

const MAX_DEPTH = 64
const HALF = 'half of a surrogate pair cannot be sent'

export function isDict(value: unknown): value is Dict {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array)
  )
}

/** Writes an own property whatever its name is; `o['__proto__'] = v` would set the prototype instead. */
export function define(target: object, key: string, value: unknown): void {
  if (key !== '__proto__') (target as { [key: string]: unknown })[key] = value
  else Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true })
}

/** What cannot travel, where in the value it is, and why. */
interface Fault {
  readonly value: unknown
  readonly path: string
  readonly why: string
}

/**
 * Refuses what cannot travel, saying where it is.
 * @throws ChangeError `invalid_value`
 */
export function checkValue(given: unknown): asserts given is Value {
  const fault = faultIn(given, 0)
  if (!fault) return
  const { value, path, why } = fault
  throw new ChangeError('invalid_value', `value at $${path} is ${reprOf(value)}; ${why}`)
}

/** The way to a fault is only written down when there is one: every event that is sent is checked. */
function faultIn(value: unknown, depth: number): Fault | undefined {
  const fault = (why: string): Fault => ({ value, path: '', why })
  switch (typeof value) {
    case 'boolean':
      return undefined
    case 'string':
      return value.isWellFormed() ? undefined : fault(HALF)
    case 'number':
      if (!Number.isFinite(value)) return fault('only finite numbers can be sent')
      if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
        return fault('whole numbers beyond 2^53 - 1 lose digits; send a string')
      }
      return undefined
    case 'object': {
      if (value === null || value instanceof Uint8Array) return undefined
      if (depth >= MAX_DEPTH) return fault(`values may be ${MAX_DEPTH} levels deep`)
      const isArray = Array.isArray(value)
      const prototype: unknown = Object.getPrototypeOf(value)
      if (!isArray && prototype !== Object.prototype && prototype !== null) break
      for (const [key, item] of Object.entries(value)) {
        if (!key.isWellFormed()) return fault(HALF)
        const found = faultIn(item, depth + 1)
        if (found) return { ...found, path: (isArray ? `[${key}]` : `.${key}`) + found.path }
      }
      return undefined
    }
  }
  return fault('expected JSON data or bytes')
}

/** A copy that shares nothing that can be changed. */
export function copyValue<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Uint8Array) return value.slice() as T
  if (Array.isArray(value)) return value.map(copyValue) as T
  const copy = {}
  for (const [key, item] of Object.entries(value)) define(copy, key, copyValue(item))
  return copy as T
}

/** Equality of content, whatever the order of keys. */
export function sameValue(a: unknown, b: unknown): boolean {
  if (Object.is(a, b) || a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (a instanceof Uint8Array || b instanceof Uint8Array) {
    return a instanceof Uint8Array && b instanceof Uint8Array && sameItems(a, b)
  }
  if (Array.isArray(a) || Array.isArray(b)) {
    return Array.isArray(a) && Array.isArray(b) && sameItems(a, b)
  }
  if (a instanceof Map || b instanceof Map) {
    if (!(a instanceof Map && b instanceof Map) || a.size !== b.size) return false
    for (const [key, item] of a) if (!b.has(key) || !sameValue(item, b.get(key))) return false
    return true
  }
  const keys = Object.keys(a)
  if (keys.length !== Object.keys(b).length) return false
  return keys.every((key) => Object.hasOwn(b, key) && sameValue(own(a, key), own(b, key)))
}

const own = (o: object, key: string): unknown => (o as Record<string, unknown>)[key]

function sameItems(a: ArrayLike<unknown>, b: ArrayLike<unknown>): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (!sameValue(a[i], b[i])) return false
  return true
}

/** Where `item` is among `items`, by content; -1 when it is not. */
export function indexOfValue(items: readonly Value[], item: Value): number {
  if (typeof item !== 'object' || item === null) return items.indexOf(item)
  return items.findIndex((other) => sameValue(other, item))
}

/** The entries of a plain object as a `Map`. */
export const toMap = (dict: Dict): Map<string, Value> => new Map(Object.entries(dict))

/** A copy of a `Map` as an object without a prototype: any key is just data. */
export function toDict(map: ReadonlyMap<string, Value>): Dict {
  const dict = Object.create(null) as Record<string, Value>
  for (const [key, item] of map) dict[key] = copyValue(item)
  return dict
}
