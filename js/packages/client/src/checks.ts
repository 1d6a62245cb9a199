/**
 * Checks: a message's shape as data, and the one function that holds a message against it.
 *
 * - Every field is named; one that is missing, unknown or of the wrong type is a `ProtocolError` that says where.
 * - A name ending in `?` may be absent.
 * - One function, and not one for each check: for a single message after a pause, most of the time goes into fetching the code that looks at it.
 */
import { ProtocolError, reprOf } from './errors.js'
import { indexOfValue, isDict, SHAPES, type Value } from './values.js'

// Those without parts are what errors call them.
export const any = 'a value'
export const string = 'a string'
export const boolean = 'true or false'
export const number = 'a number'
export const integer = 'a whole number'
export const count = 'a whole number from 0'
export const positive = 'a whole number from 1'
export const index = '-1 or a place'
export const id = 'an id'
/** A name of an attribute or a type: `__proto__` and its kin are refused wherever names come in. */
export const name = 'a name of 1 to 128 characters'
export const array = 'an array'
export const dict = 'an object'
export const topicType = 'a topic type'
export const resume = '"replay" or "snapshot"'
export const bytes = 'a Uint8Array'
export const nothing = 'nothing'
export const idOrNull = 'an object id or null'
export const ids = 'an array of object ids'
export const unique = 'an array without repeats'
export const uniqueIds = 'an array of object ids without repeats'
export const dictOfIds = 'a dict of object ids'

interface Field {
  readonly own: string
  readonly optional: boolean
  readonly check: Check
}

/** An array of checks is one for an array of as many items. */
export type Check =
  | string
  | readonly Check[]
  | { readonly kind: 'null' | 'list'; readonly check: Check }
  | { readonly kind: 'dict'; readonly key: Check; readonly check: Check }
  | { readonly kind: 'change'; readonly kinds: Kinds }
  | { readonly kind: 'object'; readonly fields: readonly Field[] }

type Kinds = { readonly [kind: string]: readonly Check[] }

export const orNull = (check: Check): Check => ({ kind: 'null', check })
export const listOf = (check: Check): Check => ({ kind: 'list', check })
/** An object whose every name and value pass. */
export const dictOf = (key: Check, check: Check): Check => ({ kind: 'dict', key, check })
/** @param kinds what follows the kind */
export const change = (kinds: Kinds): Check => ({ kind: 'change', kinds })
export const object = (shape: { readonly [field: string]: Check }): Check => ({
  kind: 'object',
  fields: Object.entries(shape).map(([field, check]) => {
    const own = field.replace('?', '')
    return { own, optional: own !== field, check }
  }),
})

const ID = /^[A-Za-z0-9_.-]{1,64}$/
const wrong = (expected: string, value: unknown): string => ` is ${reprOf(value)}; expected ${expected}`

/** Whether a value is what a check without parts says. */
export function fits(check: string, v: unknown): boolean {
  switch (check) {
    case any:
      return true
    case id:
      return typeof v === 'string' && ID.test(v)
    case name:
      return (
        typeof v === 'string' &&
        v.length > 0 &&
        v.length <= 128 &&
        v !== '__proto__' &&
        v !== 'constructor' &&
        v !== 'prototype'
      )
    case string:
      return typeof v === 'string'
    case boolean:
      return typeof v === 'boolean'
    case number:
      return Number.isFinite(v)
    case integer:
      return Number.isSafeInteger(v)
    case count:
      return Number.isSafeInteger(v) && (v as number) >= 0
    case positive:
      return Number.isSafeInteger(v) && (v as number) > 0
    case index:
      return Number.isSafeInteger(v) && (v as number) >= -1
    case array:
      return Array.isArray(v)
    case dict:
      return isDict(v)
    case topicType:
      return typeof v === 'string' && Object.hasOwn(SHAPES, v)
    case resume:
      return v === 'replay' || v === 'snapshot'
    case bytes:
      return v instanceof Uint8Array
    case nothing:
      return v === null
    case idOrNull:
      return v === null || typeof v === 'string'
    case ids:
      return Array.isArray(v) && v.every((item) => typeof item === 'string')
    case unique:
      return Array.isArray(v) && isUnique(v)
    case uniqueIds:
      return fits(ids, v) && isUnique(v as Value[])
    case dictOfIds:
      return isDict(v) && fits(ids, Object.values(v))
  }
  return true
}

function isUnique(items: readonly Value[]): boolean {
  if (items.every((item) => typeof item !== 'object')) return new Set(items).size === items.length
  return items.every((item, i) => indexOfValue(items, item) === i)
}

/** @returns where below the value something is wrong, and what: written down only when there is something to tell */
function misfit(check: Check, value: unknown): string | undefined {
  if (typeof check === 'string') return fits(check, value) ? undefined : wrong(check, value)
  if (!('kind' in check)) {
    if (!Array.isArray(value) || value.length !== check.length)
      return wrong(`an array of ${check.length}`, value)
    return misfits(check, value, 0)
  }
  switch (check.kind) {
    case 'null':
      return value === null ? undefined : misfit(check.check, value)
    case 'list':
      if (!Array.isArray(value)) return wrong(array, value)
      for (let i = 0; i < value.length; i++) {
        const why = misfit(check.check, value[i])
        if (why) return `[${i}]${why}`
      }
      return undefined
    case 'change': {
      if (!Array.isArray(value)) return wrong('a change', value)
      const [kind] = value
      if (typeof kind !== 'string' || !Object.hasOwn(check.kinds, kind))
        return `[0]${wrong('a kind of change', kind)}`
      const checks = check.kinds[kind] as readonly Check[]
      if (value.length !== checks.length + 1) return wrong(`'${kind}' with ${checks.length} arguments`, value)
      return misfits(checks, value, 1)
    }
    case 'dict':
      if (!isDict(value)) return wrong(dict, value)
      for (const key of Object.keys(value)) {
        const why = misfit(check.key, key)
        if (why) return ` key${why}`
        const whyHeld = misfit(check.check, value[key])
        if (whyHeld) return `.${key}${whyHeld}`
      }
      return undefined
    case 'object': {
      if (!isDict(value)) return wrong(dict, value)
      let known = 0
      for (const { own, optional, check: inner } of check.fields) {
        if (Object.hasOwn(value, own)) {
          known++
          const why = misfit(inner, value[own])
          if (why) return `.${own}${why}`
        } else if (!optional) return ` has no '${own}'`
      }
      const keys = Object.keys(value)
      if (keys.length === known) return undefined
      return ` has an unknown field '${keys.find((key) => check.fields.every(({ own }) => own !== key))}'`
    }
  }
}

/** The items of an array from `start` on, one check each. */
function misfits(checks: readonly Check[], value: readonly unknown[], start: number): string | undefined {
  for (let i = 0; i < checks.length; i++) {
    const check = checks[i] as Check
    const item = value[start + i]
    // Most of what changes have: not worth a call more (benchmarks/dom, "update").
    if (typeof check === 'string' && fits(check, item)) continue
    const why = misfit(check, item)
    if (why) return `[${start + i}]${why}`
  }
  return undefined
}

/** @throws ProtocolError */
export function hold(check: Check, value: unknown, path: string): void {
  const why = misfit(check, value)
  if (why) throw new ProtocolError(path + why)
}
