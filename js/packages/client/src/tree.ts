/**
 * Tree: all SObjects a client knows, and what each change does to them.
 *
 * - `apply` does one change, or throws `ChangeError` before anything was changed (of `creates`, before what does not fit).
 * - It answers by appending to `inverse` (where given) the changes that undo it, to be applied from the last to the first.
 * - Nobody is told of anything here; that is the journal's.
 */
import { Attributes, type Declarations, type Declared, Kind } from './attributes.js'
import { Cell } from './cells.js'
import type { Change, Defaults, Held, TopicChange } from './changes.js'
import { fits, fork, hold, indexIn, wireValue } from './changes.js'
import { Objects, Pattern } from './dormant.js'
import { ChangeError } from './errors.js'
import type { Journal } from './journal.js'
import { GONE, type Host, SObject, State } from './sobject.js'
import type { Happened } from './topics.js'
import type { Dict, TopicType, Value } from './values.js'
import { sameValue } from './values.js'

type Shape = readonly [type: string, names: readonly string[]]
type Rows = Extract<Change, readonly ['rows', ...unknown[]]>

interface TypeDefinition {
  readonly frontendType: string
  readonly attributes: Declarations
}

export class Tree {
  readonly objects: Objects
  readonly #host: Host
  /** A plain `SObject` needs no definition. */
  readonly #types = new Map<string, TypeDefinition>([
    ['SObject', { frontendType: 'Root', attributes: new Map() }],
  ])

  /** Runs with the id of each object that a change is about (its own state, not its children's), or the first of so many. */
  onApply: ((id: string, count: number) => void) | undefined

  constructor(host: Host) {
    this.#host = host
    this.objects = new Objects(host)
  }

  get root(): SObject | null {
    return this.objects.get('root') ?? null
  }

  frontendType(type: string): string {
    return this.#types.get(type)?.frontendType ?? type
  }

  get(id: string): SObject {
    const object = this.objects.get(id)
    if (object) return object
    throw new ChangeError('unknown_object', `there is no object '${id}'`)
  }

  cell(id: string, name: string): Cell {
    const object = this.get(id)
    const cell = object.state.attributes.cell(name)
    if (cell) return cell
    throw new ChangeError('unknown_attribute', `${object} has no attribute '${name}'`)
  }

  /** Takes everything away, to be built anew by the changes of a snapshot. */
  empty(journal: Journal): void {
    // What comes back shall be the same, and be shown by the same elements.
    this.objects.wakeAll()
    const root = this.root
    if (root) this.#remove(root, journal)
  }

  apply(change: Change, journal: Journal, inverse?: Change[]): void {
    this.onApply?.(change[1], 1)
    switch (change[0]) {
      case 'define':
        this.#define(change[1], change[2], change[3])
        return
      case 'create':
        this.#create(change[1], change[2], change[3], change[4], change[5], journal)
        inverse?.push(['destroy', change[1]])
        return
      case 'creates':
        this.#createAll(change[1], change[2], change[3], journal, inverse)
        return
      case 'rows':
        this.#createRows(change, journal, inverse)
        return
      case 'destroy':
        this.#destroy(this.#notRoot(change[1], 'destroyed'), journal, inverse)
        return
      case 'clear':
        this.#clear(this.get(change[1]), journal, inverse)
        return
      case 'place':
        this.#place(change[1], change[2], change[3], journal, inverse)
        return
      case 'attribute':
        this.#addAttribute(change[1], change[2], change[3], change[4], journal, inverse)
        return
      case 'drop_attribute':
        this.#dropAttribute(change[1], change[2], journal, inverse)
        return
      case 'tag':
      case 'untag':
        this.#tag(change[0], change[1], change[2], journal, inverse)
        return
      case 'emit':
      case 'unemit': {
        const cell = this.cell(change[1], change[2])
        if (cell.type !== 'event') {
          throw new ChangeError('invalid_change', `${cell} is not an event`)
        }
        journal.emitted(cell, change[0], change[3])
        return
      }
      default:
        this.#change(change, journal, inverse)
        return
    }
  }

  /** Undoes what left `inverse`. */
  undo(inverse: readonly Change[], journal: Journal): void {
    for (const change of inverse.toReversed()) this.apply(change, journal)
  }

  #change(change: TopicChange, journal: Journal, inverse: Change[] | undefined): void {
    const [kind, id, name] = change
    const isPlain = kind === 'set' && !inverse
    if (isPlain && !this.objects.awake(id) && this.objects.setAsleep(id, name, change[3])) return
    const cell = this.cell(id, name)
    const before = cell.held
    if (isPlain) {
      const held = hold(cell.type, change[3], cell)
      journal.cell(cell)
      cell.held = held
      cell.owner = journal
      journal.happened(cell, undefined, before)
      return
    }
    journal.cell(cell)
    // What was held before stays as it was for whoever compares; one copy per batch is enough.
    const mayFork = change[0] !== 'set' && cell.owner !== journal
    if (mayFork) {
      cell.held = fork(before)
      cell.owner = journal
    }
    const had = before instanceof Map && change[0] === 'put' && before.has(change[3])
    const undone = cell.apply(change)
    inverse?.push(undone)
    if (change[0] === 'set') journal.happened(cell, undefined, before)
    else if (cell.listenerCount)
      for (const step of steps(change, undone, had, cell)) journal.happened(cell, step)
  }

  #define(type: string, frontendType: string, attributes: Defaults): void {
    const declared = Object.entries(attributes).map(
      ([name, [topicType, initial]]) => [name, declare(type, name, topicType, initial)] as const,
    )
    this.#types.set(type, { frontendType, attributes: new Map(declared) })
  }

  #create(
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
    const parent = parentId === null ? null : this.get(parentId)
    this.#bear(id, kind, Object.values(values), parent, index, journal)
  }

  /** Many objects at the end of their parents: what they have in common is looked up once. */
  #createAll(
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
      if (typeof above === 'string') parent = this.get(above)
      else if (above !== 0) parent = made[made.length - (above as number)]
      const end = at + 2 + (kind?.names.length ?? 0)
      if (!kind || !parent || end > items.length) {
        throw new ChangeError('invalid_change', `'creates' has no object at ${at}`)
      }
      const id = `${start + made.length}`
      this.onApply?.(id, 1)
      made.push(this.#bear(id, kind, items.slice(at + 2, end), parent, -1, journal))
      inverse?.push(['destroy', id])
      at = end
    }
  }

  /** Many of one shape at the end of an object: of each only the top is made (dormant.ts). */
  #createRows(
    [, id, parentId, count, shape, values]: Rows,
    journal: Journal,
    inverse: Change[] | undefined,
  ): void {
    const parent = this.get(parentId)
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
    this.onApply?.(id, size)
    if (this.objects.reaches(first) && this.#returns(first, size, journal)) {
      const rest = values.values()
      for (let number = first; number < first + size; number++) {
        const [type, above, names, same] = shape[(number - first) % shape.length] as (typeof shape)[number]
        const own = Object.fromEntries(names.map((name) => [name, rest.next().value as Value]))
        const below = above ? `${number - above}` : parentId
        this.#create(`${number}`, type, below, -1, { ...same, ...own }, journal)
        if (!above) inverse?.push(['destroy', `${number}`])
      }
      return
    }
    journal.children(parent)
    const rows = this.objects.addRows(pattern, first, count, values as Value[], journal.number)
    const siblings = parent.state
    for (let place = 0; place < size; place += kinds.length) {
      const index = siblings.childCount
      const top = rows.make(place, parent)
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
      if (this.objects.has(id)) throw new ChangeError('already_exists', `the object '${id}' exists`)
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
    if (this.objects.has(id)) throw new ChangeError('already_exists', `the object '${id}' exists`)
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
        attributes.set(name, this.#makeCell(object, name, type, attributes.heldOf(name), journal))
    object.state = new State(attributes, parent, revived?.[1].born ?? journal.number)
    this.objects.add(object)
    if (parent) {
      journal.children(parent, object)
      parent.state.insert(object, place)
      if (parent.signals) journal.childMoved(parent, { kind: 'insert', child: object, index: place })
    }
    return object
  }

  /** A cell with this value: the one the object had, if it comes back within the batch. */
  #makeCell(object: SObject, name: string, type: TopicType, held: Held, journal: Journal): Cell {
    const former = journal.formerCell(object, name)
    if (former?.type !== type) return new Cell(object, name, type, held)
    journal.cell(former)
    former.held = held
    former.owner = undefined
    return former
  }

  #notRoot(id: string, what: string): SObject {
    if (id === 'root') throw new ChangeError('invalid_change', `the root cannot be ${what}`)
    return this.get(id)
  }

  /** Takes away everything below an object. With an inverse or a listener it is told child by child, the last first. */
  #clear(object: SObject, journal: Journal, inverse: Change[] | undefined): void {
    const children = object.state.children
    if (inverse || object.signals?.children.size) {
      for (const child of children.toReversed()) this.#destroy(child, journal, inverse)
      return
    }
    journal.children(object)
    object.state.children = []
    for (const child of children) this.#remove(child, journal)
  }

  #destroy(object: SObject, journal: Journal, inverse: Change[] | undefined): void {
    const parent = object.state.parent as SObject
    const index = parent.state.children.indexOf(object)
    if (inverse) {
      // Undone from the last to the first, so what has to come back first is appended last.
      const restore: Change[] = []
      this.#describe(object, index, restore)
      inverse.push(...restore.reverse())
    }
    journal.children(parent, object)
    parent.state.children.splice(index, 1)
    journal.childMoved(parent, { kind: 'remove', child: object, index })
    this.#remove(object, journal)
  }

  /** The changes that make an object and what is below it. */
  #describe(top: SObject, topIndex: number, into: Change[]): void {
    const waiting: (readonly [SObject, number])[] = [[top, topIndex]]
    for (let next = waiting.pop(); next; next = waiting.pop()) {
      const [object, index] = next
      const definition = this.#types.get(object.type)
      const values: Record<string, Value> = {}
      const later: Change[] = []
      for (const [name, topic] of object.state.attributes) {
        if (object.state.dynamic?.has(name)) {
          later.push(['attribute', object.id, name, topic.type, wireValue(topic.held)])
        } else if (topic.type !== 'event') {
          const value = wireValue(topic.held)
          if (!sameValue(value, definition?.attributes.get(name)?.initial)) values[name] = value
        }
      }
      for (const tag of object.state.tags ?? []) later.push(['tag', object.id, tag])
      into.push(['create', object.id, object.type, object.state.parent?.id ?? null, index, values])
      into.push(...later)
      for (const child of object.state.children.toReversed()) waiting.push([child, -1])
    }
  }

  /** Takes an object and what is below it out of the tree, children first. */
  #remove(object: SObject, journal: Journal): void {
    const waiting = [object]
    const found: SObject[] = []
    for (let next = waiting.pop(); next; next = waiting.pop()) {
      found.push(next)
      const { state } = next
      if (!state.sleepers || state.stirred || next.signals) waiting.push(...state.children)
      else state.drop()
    }
    for (const each of found.reverse()) {
      journal.gone(each)
      this.objects.delete(each.id)
      each.state = GONE
    }
  }

  #place(id: string, parentId: string, index: number, journal: Journal, inverse: Change[] | undefined): void {
    const object = this.#notRoot(id, 'placed')
    const parent = this.get(parentId)
    for (let above: SObject | null = parent; above; above = above.parent) {
      if (above === object) {
        throw new ChangeError('invalid_change', `${object} cannot be placed below itself`)
      }
    }
    const before = object.state.parent as SObject
    const from = before.state.children.indexOf(object)
    const room = parent.state.children.length - (parent === before ? 1 : 0)
    const to = indexIn(index, room, parent)
    journal.children(before, object)
    if (parent !== before) journal.children(parent, object)
    before.state.children.splice(from, 1)
    parent.state.insert(object, to)
    object.state.parent = parent
    inverse?.push(['place', id, before.id, from])
    if (parent === before) {
      if (from !== to) journal.childMoved(parent, { kind: 'move', child: object, from, index: to })
      return
    }
    journal.childMoved(before, { kind: 'remove', child: object, index: from })
    journal.childMoved(parent, { kind: 'insert', child: object, index: to })
  }

  #addAttribute(
    id: string,
    name: string,
    type: TopicType,
    value: Value,
    journal: Journal,
    inverse: Change[] | undefined,
  ): void {
    const object = this.get(id)
    if (object.has(name)) {
      throw new ChangeError('already_exists', `${object} already has an attribute '${name}'`)
    }
    const held = hold(type, value, `the attribute '${name}' of ${object}`)
    const cell = this.#makeCell(object, name, type, held, journal)
    journal.attributes(object)
    object.state.attributes.set(name, cell)
    object.state.dynamic ??= new Set()
    object.state.dynamic.add(name)
    inverse?.push(['drop_attribute', id, name])
  }

  #dropAttribute(id: string, name: string, journal: Journal, inverse: Change[] | undefined): void {
    const cell = this.cell(id, name)
    const { object } = cell
    if (!object.state.dynamic?.has(name)) {
      throw new ChangeError('invalid_change', `${cell} is declared; it cannot be dropped`)
    }
    journal.attributes(object)
    object.state.attributes.delete(name)
    object.state.dynamic.delete(name)
    inverse?.push(['attribute', id, name, cell.type, wireValue(cell.held)])
  }

  #tag(
    kind: 'tag' | 'untag',
    id: string,
    tag: string,
    journal: Journal,
    inverse: Change[] | undefined,
  ): void {
    const object = this.get(id)
    const tags = object.state.tags ?? new Set<string>()
    const has = tags.has(tag)
    if (has === (kind === 'tag')) {
      if (has) throw new ChangeError('already_exists', `${object} already has the tag '${tag}'`)
      throw new ChangeError('invalid_value', `${object} has no tag '${tag}'`)
    }
    journal.tags(object)
    object.state.tags = tags
    if (has) tags.delete(tag)
    else tags.add(tag)
    inverse?.push([has ? 'tag' : 'untag', id, tag])
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

/** What listeners of the inside of a topic are told of one change; places come from its inverse, which has real ones. */
function steps(change: TopicChange, undone: TopicChange, had: boolean, cell: Cell): readonly Happened[] {
  switch (change[0]) {
    case 'insert':
      return [['insert', change[4], undone[3]]]
    case 'pop':
      return [['pop', undone[4] as Value, undone[3]]]
    case 'move': {
      const item = (cell.held as readonly Value[])[undone[3] as number] as Value
      return [
        ['pop', item, undone[4] as Value],
        ['insert', item, undone[3]],
      ]
    }
    case 'replace':
      return [
        ['pop', undone[4] as Value, undone[3]],
        ['insert', change[4], undone[3]],
      ]
    case 'append':
      return [['append', change[3]]]
    case 'remove':
      return [['remove', change[3]]]
    case 'put':
      return [[had ? 'change' : 'add', change[3], change[4]]]
    case 'drop':
      return [['drop', change[3]]]
    default:
      return []
  }
}
