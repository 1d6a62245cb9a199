/**
 * SObject: a node of the tree, with typed attributes, ordered children and tags.
 *
 * - An SObject is read freely and changed by methods; each change shows at once and travels (see replica.ts).
 * - The same SObject stays for as long as its id and type live, also across a reconnect: hold on to it, compare it with `===`.
 * - Listeners run when a whole transaction (or frame) has been applied.
 */
import { Attributes, Kind } from './attributes.js'
import type { Change } from './changes.js'
import type { Dormant } from './dormant.js'
import { LocalError, nearest } from './errors.js'
import { type Disconnect, Signal } from './events.js'
import type { Topic } from './topics.js'
import type { Dict, TopicType, Value } from './values.js'
import { checkValue, copyValue } from './values.js'

/** What happened to the children of an SObject; `index` is the place in the list as it was at that moment. */
export type ChildrenChange =
  | { readonly kind: 'insert'; readonly child: SObject; readonly index: number }
  | { readonly kind: 'remove'; readonly child: SObject; readonly index: number }
  | {
      readonly kind: 'move'
      readonly child: SObject
      readonly from: number
      readonly index: number
    }

/** An attribute that appeared or went. */
export interface AttributeChange {
  readonly kind: 'appear' | 'drop'
  readonly name: string
}

/** @internal What SObjects and topics need of their client. */
export interface Host {
  readonly objects: ReadonlyMap<string, SObject>
  perform(changes: readonly Change[]): void
  call(service: string, args: Dict, object?: string): Promise<Value>
  mintId(): string
  frontendType(type: string): string
  /** Whether somebody hears of whatever changes. */
  readonly isWatched: boolean
  report(error: unknown, where: string): void
}

/** @internal One place where an object is shown. */
export interface Sight {
  readonly stage: Shower
}

/** @internal Who shows objects, and hears what becomes of them when a batch is applied. (Not the sights: these are of users' classes.) */
export interface Shower {
  /** An attribute changed, came or went; or children did (null): `moved`, if they are few. */
  changed(sight: Sight, name: string | null, moved?: readonly SObject[]): void
  /** The child at `index`, which slept, is awake. */
  woke(sight: Sight, child: SObject, index: number): void
  /** Shows another value, the one `at` this place, of the child at `index`, which sleeps and is this `part` of its row. @returns whether it can */
  follow(sight: Sight, index: number, part: number, at: number, value: Value): boolean
}

const NONE: SObject[] = []

/** @internal What an SObject is made of at the moment. One that goes leaves its state behind, so nobody has to copy it. */
export class State {
  parent: SObject | null
  /** Most have none, and share it. */
  #children: SObject[] = NONE
  /** Its children are among these, and were not asked for yet, but for some perhaps (`stirred`): see dormant.ts. */
  sleepers: Dormant | undefined = undefined
  place = 0
  stirred = false
  tags: Set<string> | undefined = undefined
  attributes: Attributes
  dynamic: Set<string> | undefined = undefined
  /** The number of the batch that made it; 0 once it is gone. */
  readonly born: number

  constructor(attributes: Attributes, parent: SObject | null, born: number) {
    this.attributes = attributes
    this.parent = parent
    this.born = born
  }

  get children(): SObject[] {
    if (this.sleepers) {
      this.#children = this.sleepers.childrenAt(this.place)
      this.sleepers = undefined
    }
    return this.#children
  }

  set children(children: SObject[]) {
    this.#children = children
  }

  get childCount(): number {
    return this.sleepers ? this.sleepers.countAt(this.place) : this.#children.length
  }

  /** What is below it is dormant. */
  sleep(sleepers: Dormant, place: number): void {
    this.sleepers = sleepers
    this.place = place
  }

  /** What is below it, which nobody has asked for, goes. */
  drop(): void {
    this.sleepers?.drop(this.place)
  }

  insert(child: SObject, place: number): void {
    // Not one `splice`: most go to the end, and that is ten times as fast.
    if (place === this.children.length) this.append(child)
    else this.children.splice(place, 0, child)
  }

  append(child: SObject): void {
    const { children } = this
    if (children === NONE) this.#children = [child]
    else children.push(child)
  }
}

type ObjectSignals = {
  attribute: Signal<[AttributeChange]>
  children: Signal<[ChildrenChange]>
  tags: Signal<[]>
  destroy: Signal<[]>
}

/** @internal The state of all that are gone. */
export const GONE = new State(new Attributes(undefined, new Kind('', new Map(), []), []), null, 0)

export class SObject {
  readonly id: string
  readonly type: string
  /** @internal */
  readonly host: Host
  /** @internal */
  state: State = GONE
  /** @internal What it is shown by: a place for whoever shows it, so that one who shows many needs no map of them. */
  shownBy: Sight | Sight[] | undefined = undefined
  #signals: ObjectSignals | undefined

  /** @internal Objects are created by the tree. */
  constructor(host: Host, id: string, type: string) {
    this.host = host
    this.id = id
    this.type = type
  }

  /** Which frontend shows it. */
  get frontendType(): string {
    return this.host.frontendType(this.type)
  }
  get parent(): SObject | null {
    return this.state.parent
  }
  /** A copy of the list of children. */
  get children(): readonly SObject[] {
    return this.state.children.slice()
  }
  get tags(): ReadonlySet<string> {
    return new Set(this.state.tags)
  }
  /** How many children there are. */
  get childCount(): number {
    return this.state.childCount
  }
  /** The attributes by name; a copy of the map. */
  get attributes(): ReadonlyMap<string, Topic> {
    return new Map(this.state.attributes)
  }
  /** The names of the attributes. */
  get attributeNames(): Iterable<string> {
    return this.state.attributes.keys()
  }
  get isDestroyed(): boolean {
    return !this.state.born
  }

  /** The names of the attributes that show something: those whose value is not nothing, and events. */
  get shownNames(): Iterable<string> {
    return this.state.attributes.shown()
  }

  has(name: string): boolean {
    return this.state.attributes.has(name)
  }

  /** The type of an attribute; undefined where there is none. */
  typeOf(name: string): TopicType | undefined {
    return this.state.attributes.typeOf(name)
  }

  /** The value of an attribute as it travels (ids for objects); undefined where there is none. Cheaper than asking its topic. */
  read(name: string): Value | undefined {
    return this.state.attributes.read(name)
  }

  /**
   * The topic under `name`.
   * @throws LocalError that names the object, the attribute, and the nearest one there is
   */
  // biome-ignore lint/suspicious/noExplicitAny: which topic a name has is the server's choice; the caller knows it
  attribute<T extends Topic<any> = any>(name: string): T {
    const topic = this.state.attributes.get(name)
    if (topic) return topic as T
    const near = nearest(name, this.state.attributes.keys())
    const hint = near === undefined ? '' : `. Did you mean '${near}'?`
    throw new LocalError(`${this} has no attribute '${name}'${hint}`)
  }

  /** Emits the event attribute `name` to the server. */
  emit(name: string, args: Dict = {}): void {
    if (this.typeOf(name) !== 'event') throw new LocalError(`${this.attribute(name)} is not an event`)
    checkValue(args)
    this.emitOwned(name, copyValue(args))
  }

  /** @internal Emits an event attribute with plain data that the caller has made for this, and gives away. */
  emitOwned(name: string, args: Dict): void {
    this.host.perform([['emit', this.id, name, args]])
  }

  /** Calls a service of this object. */
  call(service: string, args: Dict = {}): Promise<Value> {
    return this.host.call(service, args, this.id)
  }

  /** Creates a child of a type that the server has defined. */
  create(type: string, attributes: Dict = {}, index = -1): SObject {
    checkValue(attributes)
    const id = this.host.mintId()
    this.host.perform([['create', id, type, this.id, index, copyValue(attributes)]])
    return this.host.objects.get(id) as SObject
  }

  /** Destroys this object and everything below it. */
  destroy(): void {
    this.host.perform([['destroy', this.id]])
  }

  /** Moves this object below `parent`, to `index` as counted without it; -1 is the end. */
  place(parent: SObject, index = -1): void {
    this.host.perform([['place', this.id, parent.id, index]])
  }

  addTag(tag: string): void {
    this.host.perform([['tag', this.id, tag]])
  }

  removeTag(tag: string): void {
    this.host.perform([['untag', this.id, tag]])
  }

  onAttribute(listener: (change: AttributeChange) => void): Disconnect {
    return this.#on().attribute.connect(listener)
  }
  onChildren(listener: (change: ChildrenChange) => void): Disconnect {
    return this.#on().children.connect(listener)
  }
  onTags(listener: () => void): Disconnect {
    return this.#on().tags.connect(listener)
  }
  onDestroy(listener: () => void): Disconnect {
    return this.#on().destroy.connect(listener)
  }

  /** How many listeners are connected to this object and its attributes. */
  get listenerCount(): number {
    let sum = 0
    for (const signal of Object.values(this.#signals ?? {})) sum += signal.size
    for (const topic of this.state.attributes.made()) sum += topic.listenerCount
    return sum
  }

  /** @internal */
  get signals(): ObjectSignals | undefined {
    return this.#signals
  }

  toString(): string {
    return `${this.type}(${this.id})`
  }

  #on(): ObjectSignals {
    const report = (error: unknown): void => this.host.report(error, `a listener of ${this}`)
    this.#signals ??= {
      attribute: new Signal(report),
      children: new Signal(report),
      tags: new Signal(report),
      destroy: new Signal(report),
    }
    return this.#signals
  }
}
