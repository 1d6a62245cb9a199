/**
 * Dormant: objects that came in rows of one shape, and that nobody has asked for yet.
 *
 * - The top of each row is an SObject like any other. What is below it are values in one list, until somebody asks for one of these objects:
 *   then it is made, with what it is in, and is from then on as if it had always been there.
 * - Whoever asks an object for its children wakes all of them, and nothing below them. So where children come, go or move, all are awake.
 * - Nobody can listen to what is dormant, and it is what it was when it came: it can go without being made, and nobody need be told.
 * - Whoever shows an object without asking for its children, from the values, is told when one of these wakes up.
 */
import { Attributes, type Kind } from './attributes.js'
import { type Host, SObject, State } from './sobject.js'
import type { Value } from './values.js'

/** What shows an object, and hears that the child at `index`, which slept, is awake. */
export interface Shower {
  woke(child: SObject, index: number): void
}

/** What each row is made of, by the place in it: parents first. */
export class Pattern {
  readonly kinds: readonly Kind[]
  /** The place of its parent; -1 for the top. */
  readonly above: readonly number[]
  /** The places of its children, in order. */
  readonly below: readonly (readonly number[])[]
  /** How many objects are below it. */
  readonly sizes: readonly number[]
  /** Where its values begin among those of the row. */
  readonly starts: readonly number[]
  /** How many values a row has. */
  readonly stride: number

  constructor(kinds: readonly Kind[], above: readonly number[]) {
    const below: number[][] = kinds.map(() => [])
    const sizes = kinds.map(() => 0)
    for (let place = kinds.length - 1; place > 0; place--) {
      below[above[place] as number]?.unshift(place)
      sizes[above[place] as number] = (sizes[above[place] as number] as number) + (sizes[place] as number) + 1
    }
    let stride = 0
    this.starts = kinds.map(({ names }) => {
      stride += names.length
      return stride - names.length
    })
    this.kinds = kinds
    this.above = above
    this.below = below
    this.sizes = sizes
    this.stride = stride
  }

  /** How many objects a row has. */
  get width(): number {
    return this.kinds.length
  }
}

/** Rows of one shape. An object has its place in them: its id is so much greater than the first one's. */
export class Dormant {
  readonly pattern: Pattern
  readonly first: number
  readonly count: number
  readonly values: readonly Value[]
  readonly #born: number
  readonly #objects: Objects
  /** How many of the objects were neither made nor removed. */
  sleeping: number

  constructor(
    objects: Objects,
    pattern: Pattern,
    first: number,
    count: number,
    values: readonly Value[],
    born: number,
  ) {
    this.#objects = objects
    this.pattern = pattern
    this.first = first
    this.count = count
    this.values = values
    this.#born = born
    this.sleeping = count * (pattern.width - 1)
  }

  /** Makes the object at this place. */
  make(place: number, parent: SObject, id = this.idOf(place)): SObject {
    const part = place % this.pattern.width
    const object = new SObject(this.#objects.host, id, this.kindOf(place).type)
    const state = new State(this.attributesOf(place, object), parent, this.#born)
    if (this.#below(part).length) state.sleep(this, place)
    object.state = state
    this.#objects.wake(object)
    return object
  }

  /** The object at this place, awake; undefined where it is gone. */
  get(place: number): SObject | undefined {
    const id = this.idOf(place)
    return this.#objects.awake(id) ?? this.rouse(place, id)
  }

  /** The same of one that is not awake. */
  rouse(place: number, id: string): SObject | undefined {
    const part = place % this.pattern.width
    if (part === 0) return undefined
    const parent = this.get(place - part + (this.pattern.above[part] as number))
    return parent?.state.sleepers === this ? this.#wake(place, part, parent, id) : undefined
  }

  idOf(place: number): string {
    return `${this.first + place}`
  }

  kindOf(place: number): Kind {
    return this.pattern.kinds[place % this.pattern.width] as Kind
  }

  /** As they came. */
  attributesOf(place: number, object?: SObject): Attributes {
    const { width, stride, starts } = this.pattern
    const part = place % width
    const kind = this.kindOf(place)
    const from = ((place - part) / width) * stride + (starts[part] as number)
    return new Attributes(object, kind, this.values.slice(from, from + kind.names.length))
  }

  /** The places of the children of the one at this place. */
  below(place: number): readonly number[] {
    const part = place % this.pattern.width
    return this.#below(part).map((each) => place - part + each)
  }

  /** The children of the object at this place. */
  childrenAt(place: number): SObject[] {
    return this.below(place).map((each) => this.get(each) as SObject)
  }

  /** How many these are. */
  countAt(place: number): number {
    return this.#below(place % this.pattern.width).length
  }

  /** Those below the object at this place have gone without being made. */
  drop(place: number): void {
    this.#fewer(this.pattern.sizes[place % this.pattern.width] as number)
  }

  #below(part: number): readonly number[] {
    return this.pattern.below[part] as readonly number[]
  }

  #wake(place: number, part: number, parent: SObject, id: string): SObject {
    const object = this.make(place, parent, id)
    parent.state.stirred = true
    this.#fewer(1)
    const by = parent.shownBy as Shower | readonly Shower[] | undefined
    const index = this.#below(this.pattern.above[part] as number).indexOf(part)
    for (const each of Array.isArray(by) ? (by as readonly Shower[]) : by ? [by as Shower] : [])
      each.woke(object, index)
    return object
  }

  #fewer(count: number): void {
    this.sleeping -= count
    if (this.sleeping === 0) this.#objects.forget(this)
  }
}

/** All objects by id, as far as they are awake; asking for another one wakes it. */
export class Objects implements ReadonlyMap<string, SObject> {
  readonly host: Host
  readonly #awake = new Map<string, SObject>()
  readonly #dormant: Dormant[] = []
  /** No number that an id has been is greater. */
  #highest = 0

  constructor(host: Host) {
    this.host = host
  }

  get size(): number {
    return this.#dormant.reduce((sum, { sleeping }) => sum + sleeping, this.#awake.size)
  }

  has(id: string): boolean {
    return this.get(id) !== undefined
  }

  get(id: string): SObject | undefined {
    const object = this.#awake.get(id)
    if (object || !this.#dormant.length) return object
    const number = Number(id)
    if (String(number) !== id) return undefined
    for (const dormant of this.#dormant) {
      const place = number - dormant.first
      const found = place >= 0 && place < dormant.count * dormant.pattern.width && dormant.rouse(place, id)
      if (found) return found
    }
    return undefined
  }

  /** The object with this id, if it is awake. */
  awake(id: string): SObject | undefined {
    return this.#awake.get(id)
  }

  /** Whether an id from this number on may be taken. */
  reaches(number: number): boolean {
    return number <= this.#highest
  }

  /** One of the rows that were added. */
  wake(object: SObject): void {
    this.#awake.set(object.id, object)
  }

  add(object: SObject): void {
    this.wake(object)
    const number = Number(object.id)
    if (number > this.#highest) this.#highest = number
  }

  delete(id: string): void {
    this.#awake.delete(id)
  }

  /** Rows, of which only the tops are to be made now. */
  addRows(pattern: Pattern, first: number, count: number, values: readonly Value[], born: number): Dormant {
    const dormant = new Dormant(this, pattern, first, count, values, born)
    if (dormant.sleeping) this.#dormant.push(dormant)
    const last = first + count * pattern.width - 1
    if (last > this.#highest) this.#highest = last
    return dormant
  }

  forget(dormant: Dormant): void {
    this.#dormant.splice(this.#dormant.indexOf(dormant), 1)
  }

  /** Wakes everything: for who wants to see or take away all that there is. */
  wakeAll(): void {
    for (const dormant of this.#dormant.slice()) {
      const { count, pattern } = dormant
      for (let place = 0; place < count * pattern.width; place++) dormant.get(place)
    }
  }

  forEach(act: (object: SObject, id: string, map: ReadonlyMap<string, SObject>) => void): void {
    this.wakeAll()
    this.#awake.forEach((object, id) => {
      act(object, id, this)
    })
  }

  entries(): MapIterator<[string, SObject]> {
    this.wakeAll()
    return this.#awake.entries()
  }

  keys(): MapIterator<string> {
    this.wakeAll()
    return this.#awake.keys()
  }

  values(): MapIterator<SObject> {
    this.wakeAll()
    return this.#awake.values()
  }

  [Symbol.iterator](): MapIterator<[string, SObject]> {
    return this.entries()
  }
}
