/**
 * Checks: a message's shape as a table, and the one function that holds data against it.
 *
 * - Every field is named; one that is missing, unknown or of the wrong type is a `ProtocolError` that says where.
 * - A name ending in `?` may be absent.
 */
import { ProtocolError, reprOf } from './errors.js'
import { isDict, TOPIC_TYPES } from './values.js'

/** True, or what was expected. */
export type Check = (value: unknown, path: string) => true | string
export type Shape = { readonly [field: string]: Check }

const test =
  (expected: string, fits: (value: unknown) => boolean): Check =>
  (value) =>
    fits(value) || expected

const ID = /^[A-Za-z0-9_.-]{1,64}$/

export const any: Check = () => true
export const string = test('a string', (v) => typeof v === 'string')
export const boolean = test('true or false', (v) => typeof v === 'boolean')
export const number = test('a number', (v) => Number.isFinite(v))
export const integer = test('a whole number', (v) => Number.isSafeInteger(v))
export const count = test('a whole number from 0', (v) => Number.isSafeInteger(v) && (v as number) >= 0)
export const positive = test('a whole number from 1', (v) => Number.isSafeInteger(v) && (v as number) > 0)
export const index = test('-1 or a place', (v) => Number.isSafeInteger(v) && (v as number) >= -1)
export const id = test('an id', (v) => typeof v === 'string' && ID.test(v))
export const idOrNull = test('an id or null', (v) => v === null || (typeof v === 'string' && ID.test(v)))
/** A name of an attribute or a type: `__proto__` and its kin are refused wherever names come in. */
export const name = test('a name of 1 to 128 characters', (v) =>
  typeof v === 'string' &&
  v.length > 0 &&
  v.length <= 128 &&
  v !== '__proto__' &&
  v !== 'constructor' &&
  v !== 'prototype')
export const dict = test('an object', isDict)
export const topicType = test('a topic type', (v) => (TOPIC_TYPES as readonly unknown[]).includes(v))
export const oneOf = (...values: readonly unknown[]): Check =>
  test(values.map((v) => JSON.stringify(v)).join(' or '), (v) => values.includes(v))

/** An object whose every name and value pass. */
export const dictOf =
  (key: Check, check: Check): Check =>
  (value, path) => {
    if (!isDict(value)) return 'an object'
    for (const [k, item] of Object.entries(value)) {
      hold(key, k, `${path} key`)
      hold(check, item, `${path}.${k}`)
    }
    return true
  }

export const listOf =
  (check: Check): Check =>
  (value, path) => {
    if (!Array.isArray(value)) return 'an array'
    for (let i = 0; i < value.length; i++) hold(check, value[i], `${path}[${i}]`)
    return true
  }

export const tuple =
  (...checks: readonly Check[]): Check =>
  (value, path) => {
    if (!Array.isArray(value) || value.length !== checks.length) {
      return `an array of ${checks.length}`
    }
    for (let i = 0; i < checks.length; i++) hold(checks[i] as Check, value[i], `${path}[${i}]`)
    return true
  }

export const object =
  (shape: Shape): Check =>
  (value, path) => {
    if (!isDict(value)) return 'an object'
    let seen = 0
    for (const field in shape) {
      const optional = field.endsWith('?')
      const own = optional ? field.slice(0, -1) : field
      if (Object.hasOwn(value, own)) {
        seen++
        hold(shape[field] as Check, value[own], `${path}.${own}`)
      } else if (!optional) {
        throw new ProtocolError(`${path} has no '${own}'`)
      }
    }
    const fields = Object.keys(value)
    if (seen === fields.length) return true
    const unknown = fields.find((f) => !(f in shape) && !(`${f}?` in shape))
    throw new ProtocolError(`${path} has an unknown field '${unknown}'`)
  }

/** @throws ProtocolError */
export function hold(check: Check, value: unknown, path: string): void {
  const result = check(value, path)
  if (result !== true) throw new ProtocolError(`${path} is ${reprOf(value)}; expected ${result}`)
}
