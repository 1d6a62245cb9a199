/**
 * Tree: all SObjects a client knows, and what each change does to them.
 *
 * - `apply` does one change, or throws `ChangeError` before anything was changed (of `creates`, before what does not fit).
 * - It answers by appending to `inverse` (where given) the changes that undo it, to be applied from the last to the first.
 * - How objects are made stands in births.ts. Nobody is told of anything here; that is the journal's.
 */
import { Births } from './births.js'
import type { Cell } from './cells.js'
import type { Change, TopicChange } from './changes.js'
import { fork, hold, indexIn, wireValue } from './changes.js'
import { Objects } from './dormant.js'
import { ChangeError } from './errors.js'
import type { Journal } from './journal.js'
import { GONE, type Host, type SObject } from './sobject.js'
import type { Happened } from './topics.js'
import type { TopicType, Value } from './values.js'
import { sameValue } from './values.js'

export class Tree {
  readonly objects: Objects
  readonly #births: Births

  /** Runs with the id of each object that a change is about (its own state, not its children's), or the first of so many. */
  onApply: ((id: string, count: number) => void) | undefined

  constructor(host: Host) {
    this.#births = new Births(this, host)
    this.objects = new Objects(host)
  }

  get root(): SObject | null {
    return this.objects.get('root') ?? null
  }

  frontendType(type: string): string {
    return this.#births.frontendType(type)
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
        this.#births.define(change[1], change[2], change[3])
        return
      case 'create':
        this.#births.create(change[1], change[2], change[3], change[4], change[5], journal)
        inverse?.push(['destroy', change[1]])
        return
      case 'creates':
        this.#births.createAll(change[1], change[2], change[3], journal, inverse)
        return
      case 'rows':
        this.#births.createRows(change, journal, inverse)
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
    if (isPlain && this.objects.setAsleep(id, name, change[3])) return
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
      const values: Record<string, Value> = {}
      const later: Change[] = []
      for (const [name, topic] of object.state.attributes) {
        if (object.state.dynamic?.has(name)) {
          later.push(['attribute', object.id, name, topic.type, wireValue(topic.held)])
        } else if (topic.type !== 'event') {
          const value = wireValue(topic.held)
          if (!sameValue(value, this.#births.initial(object.type, name))) values[name] = value
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
    const cell = this.#births.makeCell(object, name, type, held, journal)
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
