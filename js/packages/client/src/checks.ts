/**
 * Checks: a message's shape as a table, and the one function that holds data against it.
 *
 * - Every field is named; one that is missing, unknown or of the wrong type is a `ProtocolError` that says where.
 * - A name ending in `?` may be absent.
 */
import { ProtocolError, reprOf } from './errors.js'
import { isDict, TOPIC_TYPES } from './values.js'

/** What is wrong, and where below the checked value. */
export class Misfit {
  readonly says: string
  path = ''
  constructor(says: string) {
    this.says = says
  }
  static of(expected: string, value: unknown): Misfit {
    return new Misfit(`is ${reprOf(value)}; expected ${expected}`)
  }
  /** The same, seen from further out. The way is only written down when there is something to tell. */
  below(step: string): this {
    this.path = step + this.path
    return this
  }
}

export type Check = (value: unknown) => true | Misfit
export type Shape = { readonly [field: string]: Check }

const test =
  (expected: string, fits: (value: unknown) => boolean): Check =>
  (value) =>
    fits(value) || Misfit.of(expected, value)

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
export const array = test('an array', Array.isArray)
export const dict = test('an object', isDict)
export const topicType = test('a topic type', (v) => (TOPIC_TYPES as readonly unknown[]).includes(v))
export const oneOf = (...values: readonly unknown[]): Check =>
  test(values.map((v) => JSON.stringify(v)).join(' or '), (v) => values.includes(v))

/** An object whose every name and value pass. */
export const dictOf =
  (key: Check, check: Check): Check =>
  (value) => {
    if (!isDict(value)) return Misfit.of('an object', value)
    for (const name of Object.keys(value)) {
      const named = key(name)
      if (named !== true) return named.below(' key')
      const held = check(value[name])
      if (held !== true) return held.below(`.${name}`)
    }
    return true
  }

export const orNull =
  (check: Check): Check =>
  (value) =>
    value === null || check(value)

export const listOf =
  (check: Check): Check =>
  (value) => {
    if (!Array.isArray(value)) return Misfit.of('an array', value)
    for (let i = 0; i < value.length; i++) {
      const item = check(value[i])
      if (item !== true) return item.below(`[${i}]`)
    }
    return true
  }

/** The items of an array from `start` on, one check each. */
export function items(checks: readonly Check[], value: readonly unknown[], start: number): true | Misfit {
  for (let i = 0; i < checks.length; i++) {
    const item = (checks[i] as Check)(value[start + i])
    if (item !== true) return item.below(`[${start + i}]`)
  }
  return true
}

export const tuple =
  (...checks: readonly Check[]): Check =>
  (value) => {
    if (!Array.isArray(value) || value.length !== checks.length) {
      return Misfit.of(`an array of ${checks.length}`, value)
    }
    return items(checks, value, 0)
  }

export const object = (shape: Shape): Check => {
  const fields = Object.entries(shape).map(([field, check]) => {
    const optional = field.endsWith('?')
    return { own: optional ? field.slice(0, -1) : field, optional, check }
  })
  const known = new Set(fields.map(({ own }) => own))
  return (value) => {
    if (!isDict(value)) return Misfit.of('an object', value)
    for (const { own, optional, check } of fields) {
      if (Object.hasOwn(value, own)) {
        const field = check(value[own])
        if (field !== true) return field.below(`.${own}`)
      } else if (!optional) return new Misfit(`has no '${own}'`)
    }
    const unknown = Object.keys(value).find((field) => !known.has(field))
    return unknown === undefined || new Misfit(`has an unknown field '${unknown}'`)
  }
}

/** @throws ProtocolError */
export function hold(check: Check, value: unknown, path: string): void {
  const result = check(value)
  if (result === true) return
  throw new ProtocolError(`${path}${result.path} ${result.says}`)
}
