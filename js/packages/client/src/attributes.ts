/**
 * Attributes: the topics of one object by name, made when they are asked for.
 *
 * - Most are never asked for: a cell of a table has seven attributes and shows two. Until then they are what the type declares, and
 *   the values that its creation named; a thousand rows are a sixth of the garbage (benchmarks/dom, "create").
 * - What came with the creation has been checked by then; it is nobody else's.
 * - Declared attributes come first, in the order of their declaration; dynamic ones follow.
 */
import type { Held } from './changes.js'
import { heldOf, wireValue } from './changes.js'
import type { SObject } from './sobject.js'
import { createTopic, type Topic } from './topics.js'
import type { TopicType, Value } from './values.js'

/** A declared attribute. Topics share its held value until they change: they fork before they do. */
export interface Declared {
  readonly type: TopicType
  readonly initial: Value
  readonly held: Held
  /** Nothing is shown of it while it has this value: no text, no style, not checked. */
  readonly blank: boolean
}

/** What a type declares, by name. */
export type Declarations = ReadonlyMap<string, Declared>

/** What objects have in common whose creation named the same attributes of the same type. */
export class Kind {
  readonly type: string
  readonly declared: Declarations
  /** What the creation named. */
  readonly names: readonly string[]
  #shown: readonly string[] | undefined

  constructor(type: string, declared: Declarations, names: readonly string[]) {
    this.type = type
    this.declared = declared
    this.names = names
  }

  /** The declared names of what is not blank, and of events. */
  get shown(): readonly string[] {
    this.#shown ??= [...this.declared.keys()].filter(
      (name) => !this.declared.get(name)?.blank || this.names.includes(name),
    )
    return this.#shown
  }
}

export class Attributes {
  readonly #object: SObject | undefined
  readonly #kind: Kind
  /** Those of the names. */
  readonly #values: readonly Value[]
  #topics: Map<string, Topic> | undefined

  constructor(object: SObject | undefined, kind: Kind, values: readonly Value[]) {
    this.#object = object
    this.#kind = kind
    this.#values = values
  }

  has(name: string): boolean {
    return this.#kind.declared.has(name) || this.#topics?.has(name) === true
  }

  get(name: string): Topic | undefined {
    const made = this.#topics?.get(name)
    if (made) return made
    const declared = this.#kind.declared.get(name)
    if (!declared) return undefined
    const topic = createTopic(this.#object as SObject, name, declared.type, this.heldOf(name))
    this.#topics ??= new Map()
    this.#topics.set(name, topic)
    return topic
  }

  /** The type of an attribute, without making its topic. */
  typeOf(name: string): TopicType | undefined {
    return this.#kind.declared.get(name)?.type ?? this.#topics?.get(name)?.type
  }

  /** The value of an attribute as users see it (ids for objects), without making its topic. */
  read(name: string): Value | undefined {
    const made = this.#topics?.get(name)
    if (made) return wireValue(made.held)
    const declared = this.#kind.declared.get(name)
    if (!declared) return undefined
    const at = this.#kind.names.indexOf(name)
    return wireValue(at === -1 ? declared.held : (this.#values[at] as Value))
  }

  /** A topic of the object's past, or a dynamic one. */
  set(name: string, topic: Topic): void {
    this.#topics ??= new Map()
    this.#topics.set(name, topic)
  }

  /** Takes a dynamic one away. */
  delete(name: string): void {
    this.#topics?.delete(name)
  }

  keys(): Iterable<string> {
    const { declared } = this.#kind
    return this.#topics ? new Set([...declared.keys(), ...this.#topics.keys()]) : declared.keys()
  }

  /** The names of those that show something: what is not blank, and events. */
  shown(): Iterable<string> {
    return this.#topics ? new Set([...this.#kind.shown, ...this.#topics.keys()]) : this.#kind.shown
  }

  /** The topics that exist; the others have no listeners. */
  made(): Iterable<Topic> {
    return this.#topics?.values() ?? []
  }

  *[Symbol.iterator](): Generator<[string, Topic]> {
    for (const name of this.keys()) yield [name, this.get(name) as Topic]
  }

  /** What the topic of a declared attribute holds before it changes. */
  heldOf(name: string): Held {
    const { type, held } = this.#kind.declared.get(name) as Declared
    const at = this.#kind.names.indexOf(name)
    return at === -1 ? held : heldOf(type, this.#values[at] as Value)
  }
}
