/**
 * The hash of the state: the same number as the server's for the same objects (PROTOCOL.md, "State hash").
 *
 * - Nothing is computed before it is asked for; from then on only what was touched is hashed again.
 * - It finds accidents, not attacks: 32 bits of CRC.
 */

import type { Attributes } from './attributes.js'
import { defaultOf } from './changes.js'
import type { Dormant } from './dormant.js'
import type { SObject, State } from './sobject.js'
import type { Tree } from './tree.js'
import type { TopicType, Value } from './values.js'

/** A value as text that is the same for the same value, however it was written. */
export function canonical(value: Value): string {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? `${value + 0 || 0}` : double(value)
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (value instanceof Uint8Array) return `b"${hex(value)}"`
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`
  const dict = value as { readonly [key: string]: Value }
  const pairs = Object.keys(dict)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonical(dict[key] as Value)}`)
  return `{${pairs.join()}}`
}

/** The hash of a text. */
export function digest(text: string): string {
  let crc = -1
  for (const byte of encoder.encode(text)) crc = (TABLE[(crc ^ byte) & 255] as number) ^ (crc >>> 8)
  return ((crc ^ -1) >>> 0).toString(16).padStart(8, '0')
}

const encoder = new TextEncoder()
const TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n
  for (let bit = 0; bit < 8; bit++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1
  return c
})

const hex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')

function double(value: number): string {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setFloat64(0, value)
  return `f${hex(bytes)}`
}

/** The attributes of an object that say something: type and value of each, in their order. */
export function attributeTexts(attributes: Attributes): Map<string, string> {
  const texts = new Map<string, string>()
  for (const name of [...attributes.keys()].sort()) {
    const type = attributes.typeOf(name) as TopicType
    if (type === 'event') continue
    const text = canonical(attributes.read(name) as Value)
    if (text !== canonical(defaultOf(type))) texts.set(name, `["${type}",${text}]`)
  }
  return texts
}

function ownText(id: string, type: string, attributes: Attributes, tags: Iterable<string> = []): string {
  const texts = [...attributeTexts(attributes)].map(([name, text]) => `${JSON.stringify(name)}:${text}`)
  return `[${JSON.stringify(id)},${JSON.stringify(type)},${canonical([...tags].sort())},{${texts.join()}}]`
}

const withChildren = (own: string, children: readonly string[]): string =>
  children.length ? digest(`${own} ${children.join(' ')}`) : own

/** What is asleep below an object is hashed asleep. */
const sleepersOf = ({ sleepers, stirred }: State): Dormant | undefined => (stirred ? undefined : sleepers)

export class StateHash {
  readonly #tree: Tree
  readonly #own = new Map<string, string>()

  constructor(tree: Tree) {
    this.#tree = tree
    tree.onApply = (id, count) => this.#forget(id, count)
  }

  #forget(id: string, count: number): void {
    if (!this.#own.size) return
    this.#own.delete(id)
    for (let i = 1; i < count; i++) this.#own.delete(`${Number(id) + i}`)
  }

  /** Of what an object is, without its children. */
  ownOf(object: SObject, loose: ReadonlySet<string>): string {
    if (loose.has(object.id)) return '-'
    const { id, type, state } = object
    return this.#once(id, () => ownText(id, type, state.attributes, state.tags))
  }

  #once(id: string, text: () => string): string {
    let own = this.#own.get(id)
    if (own === undefined) {
      own = digest(text())
      this.#own.set(id, own)
    }
    return own
  }

  /** Of those that sleep below the one at this place. */
  #ofSleepers(dormant: Dormant, place: number, loose: ReadonlySet<string>): string[] {
    return dormant.below(place).map((each) => {
      const id = dormant.idOf(each)
      const own = loose.has(id)
        ? '-'
        : this.#once(id, () => ownText(id, dormant.kindOf(each).type, dormant.attributesOf(each)))
      return withChildren(own, this.#ofSleepers(dormant, each, loose))
    })
  }

  /** Of an object with everything below it; empty when there is none. */
  of(id: string, loose: ReadonlySet<string>): string {
    const top = this.#tree.objects.get(id)
    if (!top) return ''
    if (this.#own.size > 2 * this.#tree.objects.size + 100) this.#own.clear()
    const nodes = new Map<SObject, string>()
    const found = [top]
    for (let i = 0; i < found.length; i++) {
      const { state } = found[i] as SObject
      if (!sleepersOf(state)) found.push(...state.children)
    }
    for (const object of found.reverse()) {
      const { state } = object
      const dormant = sleepersOf(state)
      const below = dormant
        ? this.#ofSleepers(dormant, state.place, loose)
        : state.children.map((child) => nodes.get(child) as string)
      nodes.set(object, withChildren(this.ownOf(object, loose), below))
    }
    return nodes.get(top) as string
  }
}
