/**
 * Changes: one primitive operation each, as the tuples that travel.
 *
 * - A change is readonly data, its kind first, named as on the wire; PROTOCOL.md's table is the list.
 * - `applyToValue` does one to the value of a topic and answers with the new value and the change that undoes it. A container is
 *   changed in place: hand in one that nobody else holds.
 * - A change that does not fit throws `ChangeError` before anything was changed.
 */
import * as c from './checks.js'
import { ChangeError, reprOf } from './errors.js'
import { applyEdit, isPosition } from './text.js'
import type { Dict, TopicType, Value } from './values.js'
import { copyValue, indexOfValue, SHAPES, toDict, toMap } from './values.js'

export type Defaults = { readonly [name: string]: readonly [TopicType, Value] }

export type TreeChange =
  | readonly ['define', type: string, frontendType: string, attributes: Defaults]
  | readonly ['create', id: string, type: string, parent: string | null, index: number, values: Dict]
  | readonly [
      'creates',
      id: string,
      shapes: readonly (readonly [type: string, names: readonly string[]])[],
      items: readonly Value[],
    ]
  | readonly [
      'rows',
      id: string,
      parent: string,
      count: number,
      shape: readonly (readonly [type: string, above: number, names: readonly string[], same: Dict])[],
      values: readonly Value[],
    ]
  | readonly ['destroy', id: string]
  | readonly ['clear', id: string]
  | readonly ['place', id: string, parent: string, index: number]
  | readonly ['attribute', id: string, name: string, topicType: TopicType, value: Value]
  | readonly ['drop_attribute', id: string, name: string]
  | readonly ['tag', id: string, tag: string]
  | readonly ['untag', id: string, tag: string]

export type TopicChange =
  | readonly ['set', id: string, name: string, value: Value]
  | readonly ['add', id: string, name: string, amount: number]
  | readonly ['insert_text', id: string, name: string, position: number, text: string]
  | readonly ['delete_text', id: string, name: string, position: number, length: number]
  | readonly ['insert', id: string, name: string, index: number, item: Value]
  | readonly ['pop', id: string, name: string, index: number]
  | readonly ['move', id: string, name: string, index: number, to: number]
  | readonly ['replace', id: string, name: string, index: number, item: Value]
  | readonly ['append', id: string, name: string, item: Value, index: number]
  | readonly ['remove', id: string, name: string, item: Value]
  | readonly ['put', id: string, name: string, key: string, value: Value]
  | readonly ['drop', id: string, name: string, key: string]

export type EventChange =
  | readonly ['emit', id: string, name: string, args: Dict]
  | readonly ['unemit', id: string, name: string, args: Dict]

export type Change = TreeChange | TopicChange | EventChange

/** How a topic holds its value: a dict as a `Map`, lists and sets as arrays of its own. */
export type Held = Value | Map<string, Value> | Value[]

/** What errors name; only they ask for its name. */
export type Named = { toString(): string }

/** The value a topic of this type starts with, where none is given. */
export function defaultOf(type: TopicType): Value {
  if (type === 'bytes') return new Uint8Array()
  if (type === 'bool') return false
  const shape = SHAPES[type]
  if (shape === 'number') return 0
  if (shape === 'string') return ''
  if (shape === 'set' || shape === 'list') return []
  return shape === 'dict' ? {} : null
}

/** What the values of each type are. */
const EXPECTED: Readonly<Record<TopicType, string>> = {
  generic: c.any,
  bool: c.boolean,
  int: c.integer,
  float: c.number,
  string: c.string,
  bytes: c.bytes,
  set: c.unique,
  list: c.array,
  dict: c.dict,
  event: c.nothing,
  obj: c.idOrNull,
  obj_list: c.ids,
  obj_set: c.uniqueIds,
  obj_dict: c.dictOfIds,
}

/**
 * A wire value as a topic of this type holds it.
 * @throws ChangeError `invalid_value` when it does not fit the type
 */
export function hold(type: TopicType, value: Value, where: Named): Held {
  if (!fits(type, value)) {
    throw new ChangeError('invalid_value', `${where} got ${reprOf(value)}; expected ${EXPECTED[type]}`)
  }
  return heldOf(type, value)
}

/** Whether a topic of this type can have this value. */
export const fits = (type: TopicType, value: Value): boolean => c.fits(EXPECTED[type], value)

/** A wire value that fits, as a topic of this type holds it. */
export function heldOf(type: TopicType, value: Value): Held {
  if (SHAPES[type] === 'dict') return toMap(value as Dict)
  return Array.isArray(value) ? value.slice() : value
}

/** The wire value of what a topic holds; a copy. */
export const wireValue = (held: Held): Value => (held instanceof Map ? toDict(held) : copyValue(held))

/** The same content in a container of its own, ready to be changed in place. */
export function fork(held: Held): Held {
  if (held instanceof Map) return new Map(held)
  return Array.isArray(held) ? held.slice() : held
}

/** What one change did: the value now, and the change that undoes it. */
export type Applied = readonly [value: Held, inverse: TopicChange]

/** Where an index of the wire points in `length` items; `-1` is the end. @throws ChangeError */
export function indexIn(index: number, length: number, where: Named): number {
  const real = index === -1 ? length : index
  if (Number.isInteger(real) && real >= 0 && real <= length) return real
  throw new ChangeError('invalid_position', `${where} got index ${index}; expected -1 or 0 to ${length}`)
}

/**
 * Does `change` to the value of a topic.
 * @param where names the topic in errors, as `'count' of Counter(1)`
 * @throws ChangeError when the change does not fit; the value is then as before
 */
export function applyToValue(type: TopicType, held: Held, change: TopicChange, where: Named): Applied {
  const [, id, name] = change
  if (change[0] === 'set' && type !== 'event') {
    return [hold(type, change[3], where), ['set', id, name, wireValue(held)]]
  }
  const shape = SHAPES[type]
  if (shape === 'number' && change[0] === 'add') {
    const sum = hold(type, (held as number) + change[3], where)
    // (0.1 + 0.2) - 0.2 is not 0.1: what a float was is only restored by setting it.
    return [sum, type === 'int' ? ['add', id, name, -change[3]] : ['set', id, name, held as number]]
  }
  if (shape === 'string') {
    const applied = applyToText(held as string, change, where)
    if (applied) return applied
  } else if (Array.isArray(held)) {
    const items = held as Value[]
    const applied =
      shape === 'list' ? applyToList(type, items, change, where) : applyToSet(type, items, change, where)
    if (applied) return applied
  } else if (held instanceof Map) {
    const applied = applyToDict(type, held, change, where)
    if (applied) return applied
  }
  throw new ChangeError('invalid_change', `${where} is a ${type} topic; it has no '${change[0]}'`)
}

function applyToText(text: string, change: TopicChange, where: Named): Applied | undefined {
  if (change[0] !== 'insert_text' && change[0] !== 'delete_text') return undefined
  const [kind, id, name, position] = change
  const end = kind === 'delete_text' ? position + change[4] : position
  if (!isPosition(text, position) || !isPosition(text, end) || end < position) {
    throw new ChangeError(
      'invalid_position',
      `${where} got '${kind}' from ${position} to ${end}; the text has ${text.length} UTF-16 units`,
    )
  }
  if (kind === 'insert_text') {
    const value = applyEdit(text, { kind: 'insert', position, text: change[4] })
    return [value, ['delete_text', id, name, position, change[4].length]]
  }
  const value = applyEdit(text, { kind: 'delete', position, length: change[4] })
  return [value, ['insert_text', id, name, position, text.slice(position, end)]]
}

function checkItem(type: TopicType, item: Value, where: Named): void {
  if (type.startsWith('obj_') && typeof item !== 'string') {
    throw new ChangeError('invalid_value', `${where} got ${reprOf(item)}; expected an object id`)
  }
}

function applyToList(
  type: TopicType,
  items: Value[],
  change: TopicChange,
  where: Named,
): Applied | undefined {
  const [kind, id, name] = change
  if (kind === 'insert') {
    const at = indexIn(change[3], items.length, where)
    checkItem(type, change[4], where)
    items.splice(at, 0, change[4])
    return [items, ['pop', id, name, at]]
  }
  if (kind !== 'pop' && kind !== 'move' && kind !== 'replace') return undefined
  const last = items.length - 1
  const at = change[3] === -1 ? last : indexIn(change[3], Math.max(0, last), where)
  const old = items[at]
  if (old === undefined) {
    throw new ChangeError('invalid_position', `${where} got '${kind}'; the list is empty`)
  }
  if (kind === 'pop') {
    items.splice(at, 1)
    return [items, ['insert', id, name, at, old]]
  }
  if (kind === 'replace') {
    checkItem(type, change[4], where)
    items[at] = change[4]
    return [items, ['replace', id, name, at, old]]
  }
  const to = indexIn(change[4], last, where)
  items.splice(at, 1)
  items.splice(to, 0, old)
  return [items, ['move', id, name, to, at]]
}

function applyToSet(type: TopicType, items: Value[], change: TopicChange, where: Named): Applied | undefined {
  const [kind, id, name, item] = change
  if (kind === 'append') {
    checkItem(type, item, where)
    if (indexOfValue(items, item) !== -1) {
      throw new ChangeError('already_exists', `${where} already has ${reprOf(item)}`)
    }
    items.splice(indexIn(change[4], items.length, where), 0, item)
    return [items, ['remove', id, name, item]]
  }
  if (kind !== 'remove') return undefined
  const at = indexOfValue(items, item)
  if (at === -1) throw new ChangeError('invalid_value', `${where} has no ${reprOf(item)}`)
  items.splice(at, 1)
  return [items, ['append', id, name, item, at]]
}

function applyToDict(
  type: TopicType,
  map: Map<string, Value>,
  change: TopicChange,
  where: Named,
): Applied | undefined {
  const [kind, id, name, key] = change
  if (kind !== 'put' && kind !== 'drop') return undefined
  const old = map.get(key)
  if (kind === 'put') {
    checkItem(type, change[4], where)
    map.set(key, change[4])
    return [map, old === undefined ? ['drop', id, name, key] : ['put', id, name, key, old]]
  }
  if (old === undefined) throw new ChangeError('invalid_value', `${where} has no key ${reprOf(key)}`)
  map.delete(key)
  return [map, ['put', id, name, key, old]]
}
