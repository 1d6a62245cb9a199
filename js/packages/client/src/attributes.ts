/**
 * Attributes: the topics of one object by name, and their cells, made when they are asked for.
 *
 * - Most are never asked for: a cell of a table has seven attributes and shows two. Until then they are what the type declares, and
 *   the values that its creation named; a thousand rows are a sixth of the garbage (benchmarks/dom, "create").
 * - What came with the creation has been checked by then; it is nobody else's.
 * - Declared attributes come first, in the order of their declaration; dynamic ones follow.
 */
import { Cell } from './cells.js'
import type { Held } from './changes.js'
import { heldOf, wireValue } from './changes.js'
import type { SObject } from './sobject.js'
import type { Topic } from './topics.js'
import type { TopicType, Value } from './values.js'

/** A declared attribute. Cells share its held value until they change: they fork before they do. */
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
  #cells: Map<string, Cell> | undefined

  constructor(object: SObject | undefined, kind: Kind, values: readonly Value[]) {
    this.#object = object
    this.#kind = kind
    this.#values = values
  }

  has(name: string): boolean {
    return this.#kind.declared.has(name) || this.#cells?.has(name) === true
  }

  get(name: string): Topic | undefined {
    return this.cell(name)?.topic
  }

  /** The value of an attribute, ready to be changed. */
  cell(name: string): Cell | undefined {
    const made = this.#cells?.get(name)
    if (made) return made
    const declared = this.#kind.declared.get(name)
    if (!declared) return undefined
    const cell = new Cell(this.#object as SObject, name, declared.type, this.heldOf(name))
    this.set(name, cell)
    return cell
  }

  /** The type of an attribute, without making its cell. */
  typeOf(name: string): TopicType | undefined {
    return this.#kind.declared.get(name)?.type ?? this.#cells?.get(name)?.type
  }

  /** The value of an attribute as users see it (ids for objects), without making its cell. */
  read(name: string): Value | undefined {
    const made = this.#cells?.get(name)
    if (made) return wireValue(made.held)
    const declared = this.#kind.declared.get(name)
    if (!declared) return undefined
    const at = this.#kind.names.indexOf(name)
    return wireValue(at === -1 ? declared.held : (this.#values[at] as Value))
  }

  /** One of the object's past, or of a dynamic attribute. */
  set(name: string, cell: Cell): void {
    this.#cells ??= new Map()
    this.#cells.set(name, cell)
  }

  /** Takes a dynamic one away. */
  delete(name: string): void {
    this.#cells?.delete(name)
  }

  keys(): Iterable<string> {
    const { declared } = this.#kind
    return this.#cells ? new Set([...declared.keys(), ...this.#cells.keys()]) : declared.keys()
  }

  /** The names of those that show something: what is not blank, and events. */
  shown(): Iterable<string> {
    return this.#cells ? new Set([...this.#kind.shown, ...this.#cells.keys()]) : this.#kind.shown
  }

  /** The cells that exist; of the other attributes there are no listeners. */
  made(): Iterable<Cell> {
    return this.#cells?.values() ?? []
  }

  *[Symbol.iterator](): Generator<[string, Topic]> {
    for (const name of this.keys()) yield [name, this.get(name) as Topic]
  }

  /** What the cell of a declared attribute holds before it changes. */
  heldOf(name: string): Held {
    const { type, held } = this.#kind.declared.get(name) as Declared
    const at = this.#kind.names.indexOf(name)
    return at === -1 ? held : heldOf(type, this.#values[at] as Value)
  }
}
