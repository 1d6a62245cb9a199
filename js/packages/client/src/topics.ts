/**
 * Topics: one typed, observable value each, belonging to an SObject under a name.
 *
 * - `value` is a copy; the held value changes through methods only, and every method is a change that travels.
 * - A method checks its arguments and throws `LocalError` at the call; then the change shows at once, ahead of the server.
 * - Listeners run when a whole transaction (or frame) has been applied. `onSet` and `onSet2` run once for it, with what the value is
 *   now and was before; the others run for each thing that happened. Each returns the function that ends it.
 */
import type { Cell } from './cells.js'
import type { Change, Held, TopicChange } from './changes.js'
import { hold, wireValue } from './changes.js'
import { LocalError, reprOf } from './errors.js'
import { type Disconnect, Signal } from './events.js'
import { textChange } from './rebase.js'
import type { SObject } from './sobject.js'
import { difference, isPosition, transformAll } from './text.js'
import type { Dict, TopicType, Value } from './values.js'
import { checkValue, copyValue, indexOfValue, sameValue, toDict } from './values.js'

/** What can be listened for. */
export type TopicEvent =
  | 'set'
  | 'set2'
  | 'insert'
  | 'pop'
  | 'append'
  | 'remove'
  | 'add'
  | 'drop'
  | 'change'
  | 'emit'
  | 'unemit'

/** Something that happened to the inside of a topic: its kind and what its listeners are told. */
export type Happened = readonly [kind: TopicEvent, ...args: Value[]]

export abstract class Topic<T = unknown> {
  /** @internal */
  readonly cell: Cell
  #signals: Map<TopicEvent, Signal<never[]>> | undefined

  /** @internal */
  constructor(cell: Cell) {
    this.cell = cell
  }

  get object(): SObject {
    return this.cell.object
  }
  get name(): string {
    return this.cell.name
  }
  get type(): TopicType {
    return this.cell.type
  }
  /** @internal Never handed out. */
  get held(): Held {
    return this.cell.held
  }

  /** The value, as a copy. */
  get value(): T {
    return this.read(this.held)
  }

  /** @internal What users see of a held value. */
  read(held: Held): T {
    return wireValue(held) as T
  }

  /** Sets the whole value. Setting what it already is changes nothing. */
  set(value: T): void {
    const wire = this.write(value)
    if (sameValue(hold(this.type, wire, this), this.held)) return
    this.act('set', wire)
  }

  /** @internal The wire form of what users pass in. */
  write(value: T): Value {
    checkValue(value)
    return copyValue(value)
  }

  /** Runs `listener` with the new value when the value changed. */
  onSet(listener: (value: T) => void): Disconnect {
    return this.on('set', listener as (...args: never[]) => void)
  }

  /** Runs `listener` with the value before and the value now. */
  onSet2(listener: (before: T, now: T) => void): Disconnect {
    return this.on('set2', listener as (...args: never[]) => void)
  }

  /** How many listeners are connected. */
  get listenerCount(): number {
    if (!this.#signals) return 0
    let sum = 0
    for (const signal of this.#signals.values()) sum += signal.size
    return sum
  }

  /** @internal */
  protected on(kind: TopicEvent, listener: (...args: never[]) => void): Disconnect {
    this.#signals ??= new Map()
    let signal = this.#signals.get(kind)
    if (!signal) {
      signal = new Signal((error) => this.object.host.report(error, `a listener of ${this}`))
      this.#signals.set(kind, signal)
    }
    return signal.connect(listener)
  }

  /** @internal Tells the listeners of one kind. */
  tell(kind: TopicEvent, ...args: readonly unknown[]): void {
    this.#signals?.get(kind)?.emit(...(args as never[]))
  }

  /** @internal Tells what happened inside, in the words of this topic. */
  tellHappened([kind, ...args]: Happened): void {
    this.tell(kind, ...args.map((arg) => (typeof arg === 'object' ? copyValue(arg) : arg)))
  }

  /** @internal Tells that the value is another than before. */
  tellSet(before: Held): void {
    if (!this.#signals) return
    if (this.#signals.get('set')?.size) this.tell('set', this.value)
    if (this.#signals.get('set2')?.size) this.tell('set2', this.read(before), this.value)
  }

  /** @internal For errors. */
  toString(): string {
    return String(this.cell)
  }

  /** @internal Applies a change; what does not fit throws at the call. */
  protected change(...changes: readonly Change[]): void {
    if (this.object.state.attributes.get(this.name) === this) {
      this.object.host.perform(changes)
      return
    }
    throw new LocalError(`${this} is gone; it was destroyed or dropped`)
  }

  /** @internal The same of one that is an edit of this topic. */
  protected act(kind: TopicChange[0] | 'emit', ...args: readonly Value[]): void {
    this.change([kind, this.object.id, this.name, ...args] as unknown as Change)
  }
}

export class GenericTopic extends Topic<Value> {}
export class BoolTopic extends Topic<boolean> {}

abstract class NumberTopic extends Topic<number> {
  /** Adds to the value; what others add at the same time adds up. */
  add(amount: number): void {
    if (typeof amount !== 'number') throw new LocalError(`${this} got ${reprOf(amount)}; expected a number`)
    checkValue(amount)
    if (amount !== 0) this.act('add', amount)
  }
}
export class IntTopic extends NumberTopic {}
export class FloatTopic extends NumberTopic {}

/** Bytes; `value` and `set` copy them. */
export class BytesTopic extends Topic<Uint8Array> {}

export class StringTopic extends Topic<string> {
  /** Inserts at a position counted in UTF-16 code units. */
  insert(position: number, text: string): void {
    checkValue(text)
    if (text) this.act('insert_text', position, text)
  }

  /** Deletes `length` UTF-16 code units. */
  delete(position: number, length: number): void {
    if (length !== 0) this.act('delete_text', position, length)
  }

  /**
   * Makes the text `text` by inserting and deleting only what differs, so that what others type meanwhile is kept.
   * @param seen the text that was edited into `text`, where that is not the one held now
   */
  edit(text: string, seen: string = this.held as string): void {
    checkValue(text)
    const meanwhile = difference(seen, this.held as string)
    const [edits] = transformAll(difference(seen, text), meanwhile, false)
    const changes = edits.map((edit) => textChange(edit, this.object.id, this.name))
    if (changes.length) this.change(...changes)
  }

  /** Whether an edit may begin here: inside the text, not inside a surrogate pair. */
  isPosition(position: number): boolean {
    return isPosition(this.held as string, position)
  }
}

/**
 * How items are seen by users and written on the wire: values as they are, objects as ids.
 * The third topic type that needed it made it a base instead of a copy.
 */
abstract class ItemsTopic<I, T> extends Topic<T> {
  /** @internal */
  protected seen(item: Value): I {
    if (!this.type.startsWith('obj_')) return copyValue(item) as I
    return (this.object.host.objects.get(item as string) ?? null) as I
  }
  /** @internal */
  protected sent(item: I): Value {
    if (this.type.startsWith('obj_')) return idOf(item as SObject | null, this)
    checkValue(item)
    return copyValue(item)
  }
  /** How many items there are. */
  get length(): number {
    return this.held instanceof Map ? this.held.size : (this.held as readonly Value[]).length
  }
}

abstract class ArrayTopic<I> extends ItemsTopic<I, readonly I[]> {
  override read(held: Held): readonly I[] {
    return (held as readonly Value[]).map((item) => this.seen(item))
  }
  override write(value: readonly I[]): Value {
    if (!Array.isArray(value)) throw new LocalError(`${this} got ${reprOf(value)}; expected an array`)
    return value.map((item: I) => this.sent(item))
  }
  override tellHappened([kind, item, index]: Happened): void {
    this.tell(kind, this.seen(item as Value), index)
  }
  [Symbol.iterator](): Iterator<I> {
    return this.value[Symbol.iterator]()
  }
}

class _ListTopic<I> extends ArrayTopic<I> {
  /** The item at `index`, counted from the end when negative; `undefined` when there is none. */
  at(index: number): I | undefined {
    const item = (this.held as readonly Value[]).at(index)
    return item === undefined ? undefined : this.seen(item)
  }
  /** Inserts `item` before `index`; -1 is the end. */
  insert(item: I, index = -1): void {
    this.act('insert', index, this.sent(item))
  }
  /** Removes the item at `index` (-1: the last) and returns it. */
  pop(index = -1): I {
    const item = this.at(index)
    this.act('pop', this.#place(index))
    return item as I
  }
  /** Moves an item to `to`, which is counted without it; -1 is the end. */
  move(index: number, to: number): void {
    this.act('move', this.#place(index), to)
  }
  /** Puts `item` in the place of the one at `index`. */
  replace(index: number, item: I): void {
    this.act('replace', this.#place(index), this.sent(item))
  }
  /** Counted from the front: what is last now need not be last when the server gets to it. */
  #place(index: number): number {
    return index < 0 ? this.length + index : index
  }
  onInsert(listener: (item: I, index: number) => void): Disconnect {
    return this.on('insert', listener as (...args: never[]) => void)
  }
  onPop(listener: (item: I, index: number) => void): Disconnect {
    return this.on('pop', listener as (...args: never[]) => void)
  }
}

/** An ordered set; items are compared by content. */
class _SetTopic<I> extends ArrayTopic<I> {
  has(item: I): boolean {
    return indexOfValue(this.held as readonly Value[], this.sent(item)) !== -1
  }
  /** Adds `item` at the end, or before `index`; one that is there already is an error. */
  append(item: I, index = -1): void {
    this.act('append', this.sent(item), index)
  }
  remove(item: I): void {
    this.act('remove', this.sent(item))
  }
  onAppend(listener: (item: I) => void): Disconnect {
    return this.on('append', listener as (...args: never[]) => void)
  }
  onRemove(listener: (item: I) => void): Disconnect {
    return this.on('remove', listener as (...args: never[]) => void)
  }
}

/** A dict with string keys. `value` is an object without a prototype, so that any key is only data. */
class _DictTopic<I> extends ItemsTopic<I, { readonly [key: string]: I }> {
  override read(held: Held): { readonly [key: string]: I } {
    const dict = Object.create(null) as Record<string, I>
    for (const [key, item] of held as Map<string, Value>) dict[key] = this.seen(item)
    return dict
  }
  override write(value: { readonly [key: string]: I }): Value {
    if (typeof value !== 'object' || value === null) {
      throw new LocalError(`${this} got ${reprOf(value)}; expected an object`)
    }
    return toDict(new Map(Object.entries(value).map(([key, item]) => [key, this.sent(item)])))
  }
  override tellHappened([kind, key, item]: Happened): void {
    if (kind === 'drop') this.tell(kind, key)
    else this.tell(kind, key, this.seen(item as Value))
  }
  has(key: string): boolean {
    return this.#map.has(key)
  }
  get(key: string): I | undefined {
    const item = this.#map.get(key)
    return item === undefined ? undefined : this.seen(item)
  }
  keys(): readonly string[] {
    return [...this.#map.keys()]
  }
  /** Adds a new key; one that is there already is an error. */
  add(key: string, item: I): void {
    if (this.has(key)) throw new LocalError(`${this} already has the key ${reprOf(key)}`)
    this.setItem(key, item)
  }
  /** Changes the value of a key; one that is not there is an error. */
  changeValue(key: string, item: I): void {
    this.#need(key)
    this.setItem(key, item)
  }
  /** Sets a key, whether it was there or not. */
  setItem(key: string, item: I): void {
    checkValue(key)
    if (typeof key !== 'string') throw new LocalError(`${this} got the key ${reprOf(key)}; expected a string`)
    this.act('put', key, this.sent(item))
  }
  /** Removes a key and returns its value. */
  pop(key: string): I {
    this.#need(key)
    const item = this.get(key) as I
    this.act('drop', key)
    return item
  }
  onAdd(listener: (key: string, item: I) => void): Disconnect {
    return this.on('add', listener as (...args: never[]) => void)
  }
  onRemove(listener: (key: string) => void): Disconnect {
    return this.on('drop', listener as (...args: never[]) => void)
  }
  onChangeValue(listener: (key: string, item: I) => void): Disconnect {
    return this.on('change', listener as (...args: never[]) => void)
  }
  get #map(): Map<string, Value> {
    return this.held as Map<string, Value>
  }
  #need(key: string): void {
    if (!this.has(key)) throw new LocalError(`${this} has no key ${reprOf(key)}`)
  }
}

export class ListTopic extends _ListTopic<Value> {}
export class SetTopic extends _SetTopic<Value> {}
export class DictTopic extends _DictTopic<Value> {}

/** An event: it has no value. What a client emits goes to the server only; listeners hear what the server emits. */
export class EventTopic extends Topic<null> {
  emit(args: Dict = {}): void {
    checkValue(args)
    this.act('emit', copyValue(args))
  }
  onEmit(listener: (args: Dict) => void): Disconnect {
    return this.on('emit', listener as (...args: never[]) => void)
  }
  /** Runs when an emission is undone. */
  onUnemit(listener: (args: Dict) => void): Disconnect {
    return this.on('unemit', listener as (...args: never[]) => void)
  }
}

/** An SObject, or null. One that does not exist (any more) reads as null. */
export class ObjTopic extends Topic<SObject | null> {
  override read(held: Held): SObject | null {
    return typeof held === 'string' ? (this.object.host.objects.get(held) ?? null) : null
  }
  override write(value: SObject | null): Value {
    return value === null ? null : idOf(value, this)
  }
}

export class ObjListTopic extends _ListTopic<SObject | null> {}

export class ObjSetTopic extends _SetTopic<SObject | null> {}

export class ObjDictTopic extends _DictTopic<SObject | null> {}

function idOf(object: SObject | null, where: Topic): string {
  if (typeof object?.id === 'string') return object.id
  throw new LocalError(`${where} got ${reprOf(object)}; expected an SObject`)
}

type TopicClass = new (cell: Cell) => Topic

const CLASSES: Readonly<Record<TopicType, TopicClass>> = {
  generic: GenericTopic,
  bool: BoolTopic,
  int: IntTopic,
  float: FloatTopic,
  string: StringTopic,
  bytes: BytesTopic,
  set: SetTopic,
  list: ListTopic,
  dict: DictTopic,
  event: EventTopic,
  obj: ObjTopic,
  obj_list: ObjListTopic,
  obj_set: ObjSetTopic,
  obj_dict: ObjDictTopic,
}

/** @internal The topic of a cell. */
export function createTopic(cell: Cell): Topic {
  return new CLASSES[cell.type](cell)
}
