/**
 * Births: the types that the server has defined, and how objects of them are made, one or many at once.
 *
 * - An object that comes back within a batch, with its id and type, is the SObject it was, with its cells and topics.
 * - What does not fit throws `ChangeError` before anything was made (of `creates`, before what does not fit).
 */
import { Attributes, type Declarations, type Declared, Kind } from './attributes.js'
import { Cell } from './cells.js'
import type { Change, Defaults, Held } from './changes.js'
import { fits, hold, indexIn } from './changes.js'
import { Pattern } from './dormant.js'
import { ChangeError } from './errors.js'
import type { Journal } from './journal.js'
import { type Host, SObject, State } from './sobject.js'
import type { Tree } from './tree.js'
import type { Dict, TopicType, Value } from './values.js'

type Shape = readonly [type: string, names: readonly string[]]
type Rows = Extract<Change, readonly ['rows', ...unknown[]]>

interface TypeDefinition {
  readonly frontendType: string
  readonly attributes: Declarations
}

export class Births {
  readonly #tree: Tree
  readonly #host: Host
  /** A plain `SObject` needs no definition. */
  readonly #types = new Map<string, TypeDefinition>([
    ['SObject', { frontendType: 'Root', attributes: new Map() }],
  ])

  constructor(tree: Tree, host: Host) {
    this.#tree = tree
    this.#host = host
  }

  frontendType(type: string): string {
    return this.#types.get(type)?.frontendType ?? type
  }

  /** What an attribute of a type begins with; undefined where it is not declared. */
  initial(type: string, name: string): Value | undefined {
    return this.#types.get(type)?.attributes.get(name)?.initial
  }

  define(type: string, frontendType: string, attributes: Defaults): void {
    const declared = Object.entries(attributes).map(
      ([name, [topicType, initial]]) => [name, declare(type, name, topicType, initial)] as const,
    )
    this.#types.set(type, { frontendType, attributes: new Map(declared) })
  }

  create(
    id: string,
    type: string,
    parentId: string | null,
    index: number,
    values: Dict,
    journal: Journal,
  ): void {
    const kind = this.#kindOf(type, Object.keys(values))
    if ((parentId === null) !== (id === 'root')) {
      throw new ChangeError('invalid_change', `'${id}' has the parent ${parentId}; only root has none`)
    }
    const parent = parentId === null ? null : this.#tree.get(parentId)
    this.#bear(id, kind, Object.values(values), parent, index, journal)
  }

  /** Many objects at the end of their parents: what they have in common is looked up once. */
  createAll(
    first: string,
    shapes: readonly Shape[],
    items: readonly Value[],
    journal: Journal,
    inverse: Change[] | undefined,
  ): void {
    const kinds = shapes.map((shape) => this.#kindOf(...shape))
    const start = Number(first)
    const made: SObject[] = []
    let parent: SObject | undefined
    for (let at = 0; at < items.length; ) {
      const kind = kinds[items[at] as number]
      const above = items[at + 1]
      if (typeof above === 'string') parent = this.#tree.get(above)
      else if (above !== 0) parent = made[made.length - (above as number)]
      const end = at + 2 + (kind?.names.length ?? 0)
      if (!kind || !parent || end > items.length) {
        throw new ChangeError('invalid_change', `'creates' has no object at ${at}`)
      }
      const id = `${start + made.length}`
      this.#tree.onApply?.(id, 1)
      made.push(this.#bear(id, kind, items.slice(at + 2, end), parent, -1, journal))
      inverse?.push(['destroy', id])
      at = end
    }
  }

  /** Many of one shape at the end of an object: of each only the top is made (dormant.ts). */
  createRows(
    [, id, parentId, count, shape, values]: Rows,
    journal: Journal,
    inverse: Change[] | undefined,
  ): void {
    const parent = this.#tree.get(parentId)
    const kinds = shape.map(([type, , names, same]) => this.#kindOf(type, names, same))
    const fitting = shape.every(([, above], place) => (place ? above > 0 && above <= place : above === 0))
    const pattern = new Pattern(
      kinds,
      shape.map(([, above], place) => (place ? place - above : -1)),
    )
    const first = Number(id)
    const size = count * kinds.length
    if (!fitting || String(first) !== id || values.length !== count * pattern.stride || !size) {
      throw new ChangeError('invalid_change', `'rows' with ${values.length} values do not add up`)
    }
    checkColumns(kinds, values, pattern.stride)
    this.#tree.onApply?.(id, size)
    if (this.#tree.objects.reaches(first) && this.#returns(first, size, journal)) {
      const rest = values.values()
      for (let number = first; number < first + size; number++) {
        const [type, above, names, same] = shape[(number - first) % shape.length] as (typeof shape)[number]
        const own = Object.fromEntries(names.map((name) => [name, rest.next().value as Value]))
        const below = above ? `${number - above}` : parentId
        this.create(`${number}`, type, below, -1, { ...same, ...own }, journal)
        if (!above) inverse?.push(['destroy', `${number}`])
      }
      return
    }
    journal.children(parent)
    const rows = this.#tree.objects.addRows(pattern, first, count, values as Value[], journal.number)
    const siblings = parent.state
    for (let made = 0; made < count; made++) {
      const index = siblings.childCount
      const top = rows.makeTop(parent)
      siblings.append(top)
      if (parent.signals) journal.childMoved(parent, { kind: 'insert', child: top, index })
      inverse?.push(['destroy', top.id])
    }
  }

  /** Whether one of these objects has gone in this batch, and comes back. @throws ChangeError when one is there */
  #returns(first: number, size: number, journal: Journal): boolean {
    let returns = false
    for (let number = first; number < first + size; number++) {
      const id = `${number}`
      if (this.#tree.objects.has(id)) throw new ChangeError('already_exists', `the object '${id}' exists`)
      if (journal.hasGone(id)) returns = true
    }
    return returns
  }

  /** @param same what it has in place of the defaults */
  #kindOf(type: string, names: readonly string[], same: Dict = {}): Kind {
    const definition = this.#types.get(type)
    if (!definition) throw new ChangeError('invalid_change', `there is no type '${type}'`)
    const { attributes } = definition
    const missing = [...names, ...Object.keys(same)].find((name) => !attributes.has(name))
    if (missing === undefined) return new Kind(type, withDefaults(type, attributes, same), names)
    throw new ChangeError('unknown_attribute', `${type} has no attribute '${missing}'`)
  }

  #bear(
    id: string,
    kind: Kind,
    values: readonly Value[],
    parent: SObject | null,
    index: number,
    journal: Journal,
  ): SObject {
    const place = parent ? indexIn(index, parent.state.children.length, parent) : 0
    if (this.#tree.objects.has(id)) throw new ChangeError('already_exists', `the object '${id}' exists`)
    const { type, names, declared } = kind
    for (let i = 0; i < names.length; i++) {
      const name = names[i] as string
      const value = values[i] as Value
      const { type: topicType } = declared.get(name) as Declared
      if (!fits(topicType, value)) hold(topicType, value, `the attribute '${name}' of ${type}(${id})`)
    }
    const revived = journal.revive(id, type)
    const object = revived?.[0] ?? new SObject(this.#host, id, type)
    const attributes = new Attributes(object, kind, values)
    // The cells that it had before it went stay its cells, and so its topics.
    if (revived)
      for (const [name, { type }] of declared)
        attributes.set(name, this.makeCell(object, name, type, attributes.heldOf(name), journal))
    object.state = new State(attributes, parent, revived?.[1].born ?? journal.number)
    this.#tree.objects.add(object)
    if (parent) {
      journal.children(parent, object)
      parent.state.insert(object, place)
      if (parent.signals) journal.childMoved(parent, { kind: 'insert', child: object, index: place })
    }
    return object
  }

  /** A cell with this value: the one the object had, if it comes back within the batch. */
  makeCell(object: SObject, name: string, type: TopicType, held: Held, journal: Journal): Cell {
    const former = journal.formerCell(object, name)
    if (former?.type !== type) return new Cell(object, name, type, held)
    journal.cell(former)
    former.held = held
    former.owner = undefined
    return former
  }
}

/** @throws ChangeError where one is not what its attribute can have */
function withDefaults(type: string, declared: Declarations, defaults: Dict): Declarations {
  const names = Object.keys(defaults)
  if (!names.length) return declared
  const own = new Map(declared)
  for (const name of names)
    own.set(name, declare(type, name, (own.get(name) as Declared).type, defaults[name] as Value))
  return own
}

function declare(type: string, name: string, topicType: TopicType, initial: Value): Declared {
  const held = hold(topicType, initial, `the default of '${name}' of ${type}`)
  return { type: topicType, initial, held, blank: topicType !== 'event' && isBlank(initial) }
}

/** Nothing, of whatever type. */
function isBlank(value: Value): boolean {
  if (typeof value !== 'object' || value === null) return value === null || value === '' || value === false
  return value instanceof Uint8Array ? value.length === 0 : Object.keys(value).length === 0
}

/** @throws ChangeError where a value of a row is not what its attribute can have */
function checkColumns(kinds: readonly Kind[], values: readonly Value[], stride: number): void {
  const columns = kinds.flatMap(({ type, declared, names }) =>
    names.map((name) => [(declared.get(name) as Declared).type, type, name] as const),
  )
  columns.forEach(([topicType, type, name], column) => {
    for (let at = column; at < values.length; at += stride) {
      const value = values[at] as Value
      if (!fits(topicType, value)) hold(topicType, value, `the attribute '${name}' of ${type}`)
    }
  })
}
