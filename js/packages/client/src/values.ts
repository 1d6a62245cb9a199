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

/** The topic types, and the plain ones whose values theirs change like. */
export const SHAPES = {
  generic: 'generic',
  bool: 'generic',
  int: 'number',
  float: 'number',
  string: 'string',
  bytes: 'generic',
  set: 'set',
  list: 'list',
  dict: 'dict',
  event: 'event',
  obj: 'generic',
  obj_list: 'list',
  obj_set: 'set',
  obj_dict: 'dict',
} as const
export type TopicType = keyof typeof SHAPES

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
  let why = 'expected JSON data or bytes'
  switch (typeof value) {
    case 'boolean':
      return undefined
    case 'string':
      if (value.isWellFormed()) return undefined
      why = HALF
      break
    case 'number':
      if (!Number.isFinite(value)) why = 'only finite numbers can be sent'
      else if (Number.isSafeInteger(value) || !Number.isInteger(value)) return undefined
      else why = 'whole numbers beyond 2^53 - 1 lose digits; send a string'
      break
    case 'object': {
      if (value === null || value instanceof Uint8Array) return undefined
      const isArray = Array.isArray(value)
      const prototype: unknown = Object.getPrototypeOf(value)
      if (depth >= MAX_DEPTH) why = `values may be ${MAX_DEPTH} levels deep`
      else if (isArray || prototype === Object.prototype || prototype === null) {
        for (const key of Object.keys(value)) {
          if (!key.isWellFormed()) return { value, path: '', why: HALF }
          const found = faultIn(own(value, key), depth + 1)
          if (found) return { ...found, path: (isArray ? `[${key}]` : `.${key}`) + found.path }
        }
        return undefined
      }
    }
  }
  return { value, path: '', why }
}

/** A copy that shares nothing that can be changed. */
export function copyValue<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Uint8Array) return value.slice() as T
  if (Array.isArray(value)) return value.map(copyValue) as T
  const copy = {}
  for (const key of Object.keys(value)) define(copy, key, copyValue(own(value, key)))
  return copy as T
}

/** Equality of content, whatever the order of keys. */
export function sameValue(a: unknown, b: unknown): boolean {
  if (Object.is(a, b) || a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (makeOf(a) !== makeOf(b)) return false
  if (Array.isArray(a) || a instanceof Uint8Array) return sameItems(a, b as ArrayLike<unknown>)
  if (a instanceof Map) {
    const other = b as ReadonlyMap<unknown, unknown>
    return (
      a.size === other.size &&
      [...a].every(([key, item]) => other.has(key) && sameValue(item, other.get(key)))
    )
  }
  const keys = Object.keys(a)
  if (keys.length !== Object.keys(b).length) return false
  return keys.every((key) => Object.hasOwn(b, key) && sameValue(own(a, key), own(b, key)))
}

/** What values of one make have in common, whatever realm they are from. */
const makeOf = (value: object): unknown =>
  Array.isArray(value) ? Array : [Uint8Array, Map].find((make) => value instanceof make)

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
