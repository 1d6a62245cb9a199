/**
 * Dormant: objects that came in rows of one shape, and that nobody has asked for yet.
 *
 * - The top of each row is an SObject like any other. What is below it are values in one list, until somebody asks for one of these objects:
 *   then it is made, with what it is in, and is from then on as if it had always been there.
 * - Whoever asks an object for its children wakes all of them, and nothing below them. So where children come, go or move, all are awake.
 * - Nobody can listen to what is dormant: its values can change, and it can go, without its being made.
 * - Whoever shows an object without asking for its children, from the values, is told when one of these wakes up, or changes in its sleep.
 */
import { Attributes, type Declared, type Kind } from './attributes.js'
import { fits } from './changes.js'
import { type Host, SObject, State } from './sobject.js'
import type { Value } from './values.js'

/** What each row is made of, by the place in it: parents first. */
export class Pattern {
  readonly kinds: readonly Kind[]
  /** The place of its parent; -1 for the top. */
  readonly above: readonly number[]
  /** The places of its children, in order. */
  readonly below: readonly (readonly number[])[]
  /** Which of its parent's children it is. */
  readonly orders: readonly number[]
  /** How many objects are below it. */
  readonly sizes: readonly number[]
  /** Where its values begin among those of the row. */
  readonly starts: readonly number[]
  /** How many objects a row has. */
  readonly width: number
  /** How many values. */
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
    this.orders = above.map((place, part) => below[place]?.indexOf(part) ?? 0)
    this.sizes = sizes
    this.width = kinds.length
    this.stride = stride
  }
}

/** Rows of one shape. An object has its place in them: its id is so much greater than the first one's. */
export class Dormant {
  readonly pattern: Pattern
  readonly first: number
  readonly count: number
  /** As they came, or were changed since. */
  readonly values: Value[]
  readonly #born: number
  readonly #end: number
  readonly #objects: Objects
  /** How many of the objects were neither made nor removed. */
  sleeping: number
  /** The tops that are there, by their row: ten thousand would take their time in a map (benchmarks/dom, "create"). */
  readonly #tops: (SObject | undefined)[] = []
  /** How many these are. */
  standing = 0

  constructor(
    objects: Objects,
    pattern: Pattern,
    first: number,
    count: number,
    values: Value[],
    born: number,
  ) {
    this.#objects = objects
    this.pattern = pattern
    this.first = first
    this.count = count
    this.values = values
    this.#born = born
    this.#end = first + count * pattern.width
    this.sleeping = count * (pattern.width - 1)
  }

  /** Makes the top of the next row. */
  makeTop(parent: SObject): SObject {
    const top = this.#make(this.#tops.length * this.pattern.width, parent)
    this.#tops.push(top)
    this.standing++
    return top
  }

  /** The top at this place, if it is one and is there. */
  top(place: number): SObject | undefined {
    return this.#tops[place / this.pattern.width]
  }

  /** The top at this place goes. @returns whether there was one */
  dropTop(place: number): boolean {
    if (!this.top(place)) return false
    this.#tops[place / this.pattern.width] = undefined
    this.standing--
    this.#fewer(0)
    return true
  }

  /** Makes the object at this place. */
  #make(place: number, parent: SObject, id = this.idOf(place)): SObject {
    const part = place % this.pattern.width
    const object = new SObject(this.#objects.host, id, this.kindOf(place).type)
    const state = new State(this.attributesOf(place, object), parent, this.#born)
    if (this.#below(part).length) state.sleep(this, place)
    object.state = state
    return object
  }

  /** The object at this place, awake; undefined where it is gone. */
  get(place: number): SObject | undefined {
    if (place % this.pattern.width === 0) return this.top(place)
    const id = this.idOf(place)
    return this.#objects.awake(id) ?? this.rouse(place, id)
  }

  /** The same of one that is a top, or not awake. */
  rouse(place: number, id: string): SObject | undefined {
    const part = place % this.pattern.width
    if (part === 0) return this.top(place)
    const parent = this.get(place - part + (this.pattern.above[part] as number))
    return parent?.state.sleepers === this ? this.#wake(place, part, parent, id) : undefined
  }

  /** Whether an id is, or was, one of its objects'. */
  reaches(id: number): boolean {
    return id >= this.first && id < this.#end
  }

  idOf(place: number): string {
    return `${this.first + place}`
  }

  kindOf(place: number): Kind {
    return this.pattern.kinds[place % this.pattern.width] as Kind
  }

  /** Sets a value of the one at this place, if it sleeps in an object that is awake, and can sleep on. @returns whether it did */
  set(place: number, name: string, value: Value): boolean {
    const { above, kinds, orders, starts, stride, width } = this.pattern
    const part = place % width
    const row = (place - part) / width
    const top = above[part] as number
    if (top < 0) return false
    const parent = top ? this.#objects.awake(this.idOf(place - part + top)) : this.#tops[row]
    const { declared, names } = kinds[part] as Kind
    const at = names.indexOf(name)
    if (parent?.state.sleepers !== this || at < 0 || !fits((declared.get(name) as Declared).type, value))
      return false
    const order = orders[part] as number
    const { shownBy } = parent
    // Most are shown once: not worth a loop, nor what it would loop over (benchmarks/dom, "update").
    if (Array.isArray(shownBy)) {
      for (const sight of shownBy) if (!sight.stage.follow(sight, order, part, at, value)) return false
    } else if (shownBy && !shownBy.stage.follow(shownBy, order, part, at, value)) return false
    this.values[row * stride + (starts[part] as number) + at] = value
    return true
  }

  /** Where the values of the one at this place begin. */
  #from(place: number): number {
    const { starts, stride, width } = this.pattern
    const part = place % width
    return ((place - part) / width) * stride + (starts[part] as number)
  }

  /** As they are now. */
  attributesOf(place: number, object?: SObject): Attributes {
    const kind = this.kindOf(place)
    const from = this.#from(place)
    const { length } = kind.names
    return new Attributes(object, kind, length ? this.values.slice(from, from + length) : NONE)
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
    const object = this.#make(place, parent, id)
    this.#objects.wake(object)
    parent.state.stirred = true
    this.#fewer(1)
    const index = this.pattern.orders[part] as number
    const { shownBy } = parent
    for (const sight of Array.isArray(shownBy) ? shownBy : shownBy ? [shownBy] : [])
      sight.stage.woke(sight, object, index)
    return object
  }

  #fewer(count: number): void {
    this.sleeping -= count
    if (this.sleeping + this.standing === 0) this.#objects.forget(this)
  }
}

const NONE: readonly Value[] = []

/** All objects by id, as far as they are awake and no tops of rows; asking for another one wakes it. */
export class Objects extends Map<string, SObject> {
  readonly host: Host
  readonly #dormant: Dormant[] = []
  /** No number that an id has been is greater. */
  #highest = 0

  constructor(host: Host) {
    super()
    this.host = host
  }

  override get size(): number {
    return this.#dormant.reduce((sum, { sleeping, standing }) => sum + sleeping + standing, super.size)
  }

  override has(id: string): boolean {
    return this.get(id) !== undefined
  }

  override get(id: string): SObject | undefined {
    const awake = super.get(id)
    if (awake) return awake
    const number = this.#numberOf(id)
    for (const dormant of this.#dormant) {
      const found = dormant.reaches(number) && dormant.rouse(number - dormant.first, id)
      if (found) return found
    }
    return undefined
  }

  /** Sets a value of an object that sleeps, if it can sleep on. @returns whether it did */
  setAsleep(id: string, name: string, value: Value): boolean {
    if (this.host.isWatched || super.has(id)) return false
    const number = this.#numberOf(id)
    for (const dormant of this.#dormant)
      if (dormant.reaches(number) && dormant.set(number - dormant.first, name, value)) return true
    return false
  }

  /** What an id says that may be asleep; NaN for another. */
  #numberOf(id: string): number {
    const number = this.#dormant.length ? Number(id) : Number.NaN
    return String(number) === id ? number : Number.NaN
  }

  /** The object with this id, if it is awake. */
  awake(id: string): SObject | undefined {
    return super.get(id) ?? (this.#ask('top', id) as SObject | undefined)
  }

  override delete(id: string): boolean {
    return super.delete(id) || !!this.#ask('dropTop', id)
  }

  /** Asks the rows that this id is the top of one of. */
  #ask(what: 'top' | 'dropTop', id: string): unknown {
    const number = this.#numberOf(id)
    for (const dormant of this.#dormant) {
      const answer = dormant.reaches(number) && dormant[what](number - dormant.first)
      if (answer) return answer
    }
    return undefined
  }

  /** Whether an id from this number on may be taken. */
  reaches(number: number): boolean {
    return number <= this.#highest
  }

  /** One of the rows that were added, but no top. */
  wake(object: SObject): void {
    this.set(object.id, object)
  }

  add(object: SObject): void {
    this.wake(object)
    const number = Number(object.id)
    if (number > this.#highest) this.#highest = number
  }

  /** Rows, of which only the tops are to be made now. */
  addRows(pattern: Pattern, first: number, count: number, values: Value[], born: number): Dormant {
    const dormant = new Dormant(this, pattern, first, count, values, born)
    this.#dormant.push(dormant)
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
      const end = count * pattern.width
      for (let place = 0; place < end; place++) dormant.get(place)
      for (let place = 0; place < end; place += pattern.width) {
        const top = dormant.top(place)
        if (top) this.wake(top)
        dormant.dropTop(place)
      }
    }
  }

  override forEach(act: (object: SObject, id: string, map: Map<string, SObject>) => void): void {
    this.wakeAll()
    super.forEach(act)
  }

  override entries(): MapIterator<[string, SObject]> {
    this.wakeAll()
    return super.entries()
  }

  override keys(): MapIterator<string> {
    this.wakeAll()
    return super.keys()
  }

  override values(): MapIterator<SObject> {
    this.wakeAll()
    return super.values()
  }

  override [Symbol.iterator](): MapIterator<[string, SObject]> {
    return this.entries()
  }
}
