/**
 * The hash of the state: the same number as the server's for the same objects (PROTOCOL.md, "State hash").
 *
 * - Nothing is computed before it is asked for; from then on only what was touched is hashed again.
 * - It finds accidents, not attacks: 32 bits of CRC.
 */
import { defaultOf } from './changes.js'
import type { SObject } from './sobject.js'
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
export function attributeTexts(object: SObject): Map<string, string> {
  const texts = new Map<string, string>()
  for (const name of [...object.attributeNames].sort()) {
    const type = object.typeOf(name) as TopicType
    if (type === 'event') continue
    const text = canonical(object.read(name) as Value)
    if (text !== canonical(defaultOf(type))) texts.set(name, `["${type}",${text}]`)
  }
  return texts
}

function ownText(object: SObject): string {
  const attributes = [...attributeTexts(object)].map(([name, text]) => `${JSON.stringify(name)}:${text}`)
  const tags = canonical([...object.tags].sort())
  return `[${JSON.stringify(object.id)},${JSON.stringify(object.type)},${tags},{${attributes.join()}}]`
}

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
    const known = this.#own.get(object.id)
    if (known !== undefined) return known
    const own = digest(ownText(object))
    this.#own.set(object.id, own)
    return own
  }

  /** Of an object with everything below it; empty when there is none. */
  of(id: string, loose: ReadonlySet<string>): string {
    const top = this.#tree.objects.get(id)
    if (!top) return ''
    if (this.#own.size > 2 * this.#tree.objects.size + 100) this.#own.clear()
    const nodes = new Map<SObject, string>()
    const found = [top]
    for (let i = 0; i < found.length; i++) found.push(...(found[i] as SObject).state.children)
    for (const object of found.reverse()) {
      const own = this.ownOf(object, loose)
      const { children } = object.state
      nodes.set(
        object,
        children.length ? digest(`${own} ${children.map((child) => nodes.get(child)).join(' ')}`) : own,
      )
    }
    return nodes.get(top) as string
  }
}
