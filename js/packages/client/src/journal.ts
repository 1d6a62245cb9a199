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
import type { Held } from './changes.js'
import { childrenSteps, topicSteps } from './differences.js'
import type { ChildrenChange, SObject, State } from './sobject.js'
import type { Happened, Topic } from './topics.js'
import { type Dict, sameValue } from './values.js'

type Step =
  | { readonly topic: Topic; readonly happened: Happened }
  | { readonly object: SObject; readonly change: ChildrenChange }

/**
 * Who hears of every change, whatever the object: `name` is the attribute, or null for the children. `moved` are those of them that came,
 * went or moved, where these are few; the others are there as before, in the same order.
 */
export interface Audience {
  touched(object: SObject, name: string | null, moved?: readonly SObject[]): void
  settled(): void
  /** The server emitted an event; told last, so that what came with it is there. */
  emitted(topic: Topic, args: Dict): void
}

/** The children of an object before the batch; and which of them came, went or moved, unless these are many. */
interface Before {
  readonly children: readonly SObject[]
  moved: SObject[] | undefined
}

/** Where more than these came, went or moved, all children are compared. */
const FEW = 16

let batches = 0

export class Journal {
  /** Objects that are born in this batch carry it. */
  readonly number = ++batches
  #net = false
  /** Touched topics, with what they held before. */
  readonly #topics = new Map<Topic, Held>()
  readonly #children = new Map<SObject, Before>()
  readonly #attributes = new Map<SObject, ReadonlyMap<string, Topic> | Attributes>()
  readonly #tags = new Map<SObject, ReadonlySet<string> | undefined>()
  readonly #gone = new Map<string, readonly [SObject, State]>()
  readonly #steps: Step[] = []
  readonly #emitted: Step[] = []
  /** All emissions of the batch, for the audience. */
  readonly #emissions: (readonly [Topic, Dict])[] = []

  /** From now on, and for what was done so far, only the net difference will be told. */
  goNet(): void {
    this.#net = true
    for (const step of this.#steps.splice(0)) {
      if ('topic' in step && step.topic.type === 'event') this.#emitted.push(step)
    }
  }

  /** Whether what an object had before is still to be noted. Of one that is born in the batch nobody asks. */
  #isFirst(noted: ReadonlyMap<SObject, unknown>, object: SObject): boolean {
    return object.state.born !== this.number && !noted.has(object)
  }

  /** Before the value of a topic changes. */
  topic(topic: Topic): void {
    keep(this.#topics, topic, topic.held)
  }

  /** Before the children of an object change: where `child` comes, goes or moves, or all may. */
  children(object: SObject, child?: SObject): void {
    if (object.state.born === this.number) return
    let before = this.#children.get(object)
    if (!before) {
      before = { children: object.children, moved: [] }
      this.#children.set(object, before)
    }
    if (!child || before.moved?.length === FEW) before.moved = undefined
    else before.moved?.push(child)
  }

  attributes(object: SObject): void {
    if (this.#isFirst(this.#attributes, object)) this.#attributes.set(object, object.attributes)
  }

  tags(object: SObject): void {
    if (this.#isFirst(this.#tags, object)) this.#tags.set(object, object.tags)
  }

  /** What happened inside a topic. `before` is given where only a comparison can tell. */
  happened(topic: Topic, happened: Happened | undefined, before?: Held): void {
    if (this.#net || topic.listenerCount === 0) return
    if (happened) this.#steps.push({ topic, happened })
    else if (before !== undefined) {
      for (const step of topicSteps(topic.type, before, topic.held)) {
        this.#steps.push({ topic, happened: step })
      }
    }
  }

  emitted(topic: Topic, kind: 'emit' | 'unemit', args: Dict): void {
    if (kind === 'emit') this.#emissions.push([topic, args])
    if (topic.listenerCount > 0) {
      const steps = this.#net ? this.#emitted : this.#steps
      steps.push({ topic, happened: [kind, args] })
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
    // What slept below it nobody knew: whatever is there now is something else.
    const children = this.#children.get(object)?.children ?? (state.sleepers ? [object] : state.children)
    this.#children.set(object, { children, moved: undefined })
    keep(this.#attributes, object, state.attributes)
    keep(this.#tags, object, state.tags)
    return former
  }

  /** The topic an object had under this name when the batch began, to be used again. */
  formerTopic(object: SObject, name: string): Topic | undefined {
    return this.#attributes.get(object)?.get(name)
  }

  /** Tells everyone. Call it once, when all of the batch is applied. */
  tell(audience: Audience): void {
    const speaks = (object: SObject): boolean => object.state.born > 0 && object.state.born !== this.number
    const touched = new Map<SObject, (string | null)[]>()
    const touch = (object: SObject, name: string | null): void => {
      const names = touched.get(object)
      if (!names) touched.set(object, [name])
      else if (!names.includes(name)) names.push(name)
    }
    for (const [object, before] of this.#attributes) {
      if (!speaks(object)) continue
      for (const [name, topic] of before) {
        const now = object.state.attributes.get(name)
        if (now === topic) continue
        object.signals?.attribute.emit({ kind: 'drop', name })
        touch(object, name)
      }
      for (const [name, topic] of object.attributes) {
        if (before.get(name) === topic) continue
        object.signals?.attribute.emit({ kind: 'appear', name })
        touch(object, name)
      }
    }
    const changed = [...this.#topics].filter(
      ([topic, before]) =>
        speaks(topic.object) &&
        topic.object.state.attributes.get(topic.name) === topic &&
        !((this.#net || topic.listenerCount > 0) && sameValue(before, topic.held)),
    )
    if (this.#net) this.#tellNetSteps(changed, speaks)
    for (const step of this.#steps) tellStep(step, speaks)
    for (const step of this.#emitted) tellStep(step, speaks)
    for (const [topic, before] of changed) {
      topic.tellSet(before)
      touch(topic.object, topic.name)
    }
    for (const [object, { children }] of this.#children) {
      if (!speaks(object)) continue
      const { state } = object
      if (children.length === state.childCount && children.every((child, i) => child === state.children[i]))
        continue
      touch(object, null)
    }
    for (const [object, before] of this.#tags) {
      if (!speaks(object) || sameTags(before, object.state.tags)) continue
      object.signals?.tags.emit()
    }
    for (const [object, names] of touched) {
      for (const name of names) {
        audience.touched(object, name, name === null ? this.#children.get(object)?.moved : undefined)
      }
    }
    for (const [object] of this.#gone.values()) object.signals?.destroy.emit()
    audience.settled()
    for (const [topic, args] of this.#emissions) if (topic.object.state.born) audience.emitted(topic, args)
  }

  #tellNetSteps(changed: readonly (readonly [Topic, Held])[], speaks: (object: SObject) => boolean): void {
    for (const [object, { children }] of this.#children) {
      if (!speaks(object) || !object.signals?.children.size) continue
      for (const change of childrenSteps(children, object.state.children)) {
        object.signals.children.emit(change)
      }
    }
    for (const [topic, before] of changed) {
      if (topic.listenerCount === 0) continue
      for (const happened of topicSteps(topic.type, before, topic.held)) topic.tellHappened(happened)
    }
  }
}

function keep<K, V>(map: Map<K, V>, key: K, value: V): void {
  if (!map.has(key)) map.set(key, value)
}

function tellStep(step: Step, speaks: (object: SObject) => boolean): void {
  if ('topic' in step) {
    if (speaks(step.topic.object)) step.topic.tellHappened(step.happened)
  } else if (speaks(step.object)) {
    step.object.signals?.children.emit(step.change)
  }
}

function sameTags(a: ReadonlySet<string> | undefined, b: ReadonlySet<string> | undefined): boolean {
  return (a?.size ?? 0) === (b?.size ?? 0) && [...(a ?? [])].every((tag) => b?.has(tag))
}
