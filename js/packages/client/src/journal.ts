/**
 * Journal: what one batch of changes did, kept until all of it is applied, and then told to the listeners.
 *
 * - A batch is a frame, a local change, or a `record`. Nobody hears of it before its last change, so nobody sees half of it.
 * - Direct: steps are told as they happened. Net (`goNet`, for predictions taken back and redone, and for snapshots): only the
 *   difference between before and after is told; what came back to what it was is not told at all.
 * - An object born in the batch has nothing to tell: whoever learns of it finds it complete.
 * - An object destroyed and created again in one batch, with the same id and type, is the same SObject.
 */
import type { Attributes } from './attributes.js'
import type { Cell } from './cells.js'
import type { Held } from './changes.js'
import { childrenSteps, topicSteps } from './differences.js'
import type { ChildrenChange, SObject, State } from './sobject.js'
import type { Happened, Topic } from './topics.js'
import { type Dict, sameValue } from './values.js'

type Step =
  | { readonly cell: Cell; readonly happened: Happened }
  | { readonly object: SObject; readonly change: ChildrenChange }

/**
 * Who hears of every change, whatever the object: `name` is the attribute, or null for the children. `moved` are those of them that came,
 * went or moved, where these are few; the others are there as before, in the same order.
 */
export interface Audience {
  touched(object: SObject, name: string | null, moved?: readonly SObject[]): void
  settled(): void
  /** The server emitted an event; told last, so that what came with it is there. */
  emitted(cell: Cell, args: Dict): void
}

/** What an object had before the batch, as far as that has changed; and which of its children came, went or moved, unless these are many. */
interface Before {
  attributes: ReadonlyMap<string, Topic> | Attributes | undefined
  tags: ReadonlySet<string> | undefined
  children: readonly SObject[] | undefined
  moved: SObject[] | undefined
}

/** Where more than these came, went or moved, all children are compared. */
const FEW = 16

let batches = 0

export class Journal {
  /** Objects that are born in this batch carry it. */
  readonly number = ++batches
  #net = false
  /** Touched cells, with what they held before. */
  readonly #cells = new Map<Cell, Held>()
  readonly #objects = new Map<SObject, Before>()
  readonly #gone = new Map<string, readonly [SObject, State]>()
  #steps: Step[] = []
  readonly #emitted: Step[] = []
  /** All emissions of the batch, for the audience. */
  readonly #emissions: (readonly [Cell, Dict])[] = []

  /** From now on, and for what was done so far, only the net difference will be told. */
  goNet(): void {
    this.#net = true
    for (const step of this.#steps) if ('cell' in step && step.cell.type === 'event') this.#emitted.push(step)
    this.#steps = []
  }

  /** Before the value of a cell changes. */
  cell(cell: Cell): void {
    if (!this.#cells.has(cell)) this.#cells.set(cell, cell.held)
  }

  /** Before the children of an object change: where `child` comes, goes or moves, or all may. */
  children(object: SObject, child?: SObject): void {
    const before = this.#of(object)
    if (!before) return
    if (!before.children) {
      before.children = object.children
      before.moved = []
    }
    if (!child || before.moved?.length === FEW) before.moved = undefined
    else before.moved?.push(child)
  }

  attributes(object: SObject): void {
    const before = this.#of(object)
    if (before) before.attributes ??= object.attributes
  }

  tags(object: SObject): void {
    const before = this.#of(object)
    if (before) before.tags ??= object.tags
  }

  /** What is noted of an object. Of one that is born in the batch nobody asks what it had before. */
  #of(object: SObject): Before | undefined {
    if (object.state.born === this.number) return undefined
    let before = this.#objects.get(object)
    if (!before) {
      before = { attributes: undefined, tags: undefined, children: undefined, moved: undefined }
      this.#objects.set(object, before)
    }
    return before
  }

  /** What happened inside a cell. `before` is given where only a comparison can tell. */
  happened(cell: Cell, happened: Happened | undefined, before?: Held): void {
    if (this.#net || cell.listenerCount === 0) return
    if (happened) this.#steps.push({ cell, happened })
    else if (before !== undefined) {
      for (const step of topicSteps(cell.type, before, cell.held)) {
        this.#steps.push({ cell, happened: step })
      }
    }
  }

  emitted(cell: Cell, kind: 'emit' | 'unemit', args: Dict): void {
    if (kind === 'emit') this.#emissions.push([cell, args])
    if (cell.listenerCount > 0) {
      const steps = this.#net ? this.#emitted : this.#steps
      steps.push({ cell, happened: [kind, args] })
    }
  }

  childMoved(object: SObject, change: ChildrenChange): void {
    if (!this.#net && object.signals?.children.size) this.#steps.push({ object, change })
  }

  /** Before an object goes. What it had is the journal's from here on. */
  gone(object: SObject): void {
    this.#gone.set(object.id, [object, object.state])
  }

  /** Whether an object with this id went in this batch. */
  hasGone(id: string): boolean {
    return this.#gone.has(id)
  }

  /** The SObject that had this id and type when the batch began, to be used again, and what it was. */
  revive(id: string, type: string): readonly [SObject, State] | undefined {
    const former = this.#gone.get(id)
    if (former?.[0].type !== type) return undefined
    const [object, state] = former
    this.#gone.delete(id)
    const before = this.#of(object)
    if (!before) return former
    // What slept below it nobody knew: whatever is there now is something else.
    before.children ??= state.sleepers ? [object] : state.children
    before.moved = undefined
    before.attributes ??= state.attributes
    before.tags ??= new Set(state.tags)
    return former
  }

  /** The cell an object had under this name when the batch began, to be used again. */
  formerCell(object: SObject, name: string): Cell | undefined {
    return this.#objects.get(object)?.attributes?.get(name)?.cell
  }

  /** Tells everyone. Call it once, when all of the batch is applied. */
  tell(audience: Audience): void {
    const touched: (readonly [SObject, string | null])[] = []
    this.#tellAttributes(touched)
    const changed: (readonly [Cell, Held])[] = []
    for (const [cell, before] of this.#cells) {
      const { object, name } = cell
      if (!this.#speaks(object) || object.state.attributes.cell(name) !== cell) continue
      if ((this.#net || cell.listenerCount > 0) && sameValue(before, cell.held)) continue
      changed.push([cell, before])
      const former = this.#objects.get(object)?.attributes
      if (!former || former.get(name)?.cell === cell) touched.push([object, name])
    }
    if (this.#net) this.#tellNetSteps(changed)
    for (const step of this.#steps) this.#tellStep(step)
    for (const step of this.#emitted) this.#tellStep(step)
    for (const [cell, before] of changed) if (cell.listenerCount > 0) cell.topic.tellSet(before)
    for (const [object, { children, tags }] of this.#objects) {
      if (!this.#speaks(object)) continue
      const { state } = object
      const now = children?.length === state.childCount ? state.children : undefined
      if (children && !(now && children.every((child, i) => child === now[i]))) touched.push([object, null])
      if (tags && !sameTags(tags, state.tags)) object.signals?.tags.emit()
    }
    for (const [object, name] of touched) {
      const moved = name === null ? this.#objects.get(object)?.moved : undefined
      const { shownBy } = object
      if (Array.isArray(shownBy)) for (const sight of shownBy) sight.stage.changed(sight, name, moved)
      else shownBy?.stage.changed(shownBy, name, moved)
      audience.touched(object, name, moved)
    }
    for (const [object] of this.#gone.values()) object.signals?.destroy.emit()
    audience.settled()
    for (const [cell, args] of this.#emissions) if (cell.object.state.born) audience.emitted(cell, args)
  }

  #speaks({ state: { born } }: SObject): boolean {
    return born > 0 && born !== this.number
  }

  #tellAttributes(touched: (readonly [SObject, string | null])[]): void {
    for (const [object, { attributes: before }] of this.#objects) {
      if (!before || !this.#speaks(object)) continue
      const names = new Set<string>()
      const tell = (kind: 'drop' | 'appear', name: string): void => {
        object.signals?.attribute.emit({ kind, name })
        names.add(name)
      }
      for (const [name, topic] of before) if (object.state.attributes.get(name) !== topic) tell('drop', name)
      for (const [name, topic] of object.attributes) if (before.get(name) !== topic) tell('appear', name)
      for (const name of names) touched.push([object, name])
    }
  }

  #tellNetSteps(changed: readonly (readonly [Cell, Held])[]): void {
    for (const [object, { children }] of this.#objects) {
      if (!children || !this.#speaks(object) || !object.signals?.children.size) continue
      for (const change of childrenSteps(children, object.state.children)) {
        object.signals.children.emit(change)
      }
    }
    for (const [cell, before] of changed) {
      if (cell.listenerCount === 0) continue
      for (const happened of topicSteps(cell.type, before, cell.held)) cell.topic.tellHappened(happened)
    }
  }

  #tellStep(step: Step): void {
    if ('cell' in step) {
      if (this.#speaks(step.cell.object)) step.cell.topic.tellHappened(step.happened)
    } else if (this.#speaks(step.object)) {
      step.object.signals?.children.emit(step.change)
    }
  }
}

function sameTags(a: ReadonlySet<string>, b: ReadonlySet<string> | undefined): boolean {
  return a.size === (b?.size ?? 0) && [...a].every((tag) => b?.has(tag))
}
