/**
 * Stage: all views that one mount shows, and how they follow the objects.
 *
 * - One subscription to the client serves every view: it says which object was touched, and the stage knows its views.
 * - Children are brought in line by key, once per batch: a view stays with its object, and as few as possible are moved.
 * - New views are built detached and inserted once.
 * - A view that fails to be made shows an error box in its place; the others go on.
 */
import {
  CallError,
  type Client,
  type Dict,
  type Disconnect,
  type Dormant,
  LocalError,
  type Shower,
  type SObject,
  type Value,
} from '@objectsync/client'
import { errorBox, missingBox } from './boxes.js'
import { INVOKE, type Order, orderIn } from './orders.js'
import { Plan } from './planting.js'
import type { Registry } from './registry.js'
import { View, type ViewClass } from './view.js'

/** What shows an object: mostly one view. */
type Views = View | View[] | undefined

/** What a refusal names. */
export type Named = { toString(): string }

export class Stage implements Shower {
  readonly client: Client
  readonly registry: Registry
  readonly document: Document
  /** Asks for an object that may lie anywhere; where it is missing, the client sees them all. */
  readonly want: ((id: string) => Disconnect) | undefined
  readonly #refused = new Set<string>()
  /** How the elements of dormant rows are made. */
  readonly #plans = new WeakMap<Dormant, Plan>()
  readonly #end: () => void

  constructor(client: Client, registry: Registry, document: Document, want?: (id: string) => Disconnect) {
    this.client = client
    this.registry = registry
    this.document = document
    this.want = want
    this.#end = client.onEmitted((object, name, args) => {
      if (name === INVOKE) this.#invoke(object, args)
    })
  }

  /** Makes the view of an object, with those below it; not yet in the document. */
  show(object: SObject): View {
    const Class = this.registry.get(object.frontendType)
    const coming = Class ? undefined : this.registry.fetch(object.frontendType)
    let view: View
    try {
      view = new (Class ?? (coming ? PendingView : MissingView))(object, this)
      view.element = view.create()
      // Not `instanceof`: the document may be another window's.
      if (view.element?.nodeType !== 1) {
        throw new TypeError(`create() returned ${String(view.element)}; expected an Element`)
      }
    } catch (error) {
      this.report(object, error)
      view = new View(object, this)
      view.element = errorBox(this.document, object, error)
      view.container = null
    }
    note(view)
    this.#fill(view)
    if (coming) this.#renewAfter(coming, view)
    return view
  }

  /** Puts the view that is being fetched in the place of one that only stands in for it. */
  #renewAfter(coming: Promise<void>, standIn: View): void {
    const renew = (): void => {
      const { object } = standIn
      if (!this.#viewsOf(object).includes(standIn)) return
      this.#forget(standIn)
      const view = this.show(object)
      standIn.element.replaceWith(view.element)
      for (const parent of object.parent ? this.#viewsOf(object.parent) : []) {
        const place = parent.shown.indexOf(standIn)
        if (place === -1) continue
        parent.shown = parent.shown.with(place, view)
        this.guard(parent.object, () => parent.filled())
      }
      standIn.renewed?.(view)
      for (const order of (standIn as PendingView).orders) this.guard(object, () => view.invoke(order))
      standIn.end()
    }
    coming.then(renew, (error) => {
      this.report(standIn.object, error)
      standIn.element.replaceChildren(missingBox(this.document, standIn.object, this.registry).element)
    })
  }

  /** Ends a view and those below it, and takes it out of the document. */
  hide(view: View): void {
    view.element.remove()
    this.#endAll(view)
  }

  #endAll(view: View): void {
    const waiting = [view]
    for (let next = waiting.pop(); next; next = waiting.pop()) {
      // Of children that sleep there are no views.
      for (const child of next.shown) if (child) waiting.push(child)
      if (next.shown.length) next.shown = []
      this.#forget(next)
      next.end()
    }
  }

  end(): void {
    this.#end()
  }

  /** Runs something of a user's; what it throws is reported, with the object named. */
  guard(object: SObject, act: () => void): void {
    try {
      act()
    } catch (error) {
      this.report(object, error)
    }
  }

  /** Says that something of this object failed: a call to the person who set it off, as a handler that fails; all else to the console. */
  report(object: SObject, error: unknown): void {
    if (error instanceof CallError && error.incident) {
      const { code, message, incident } = error
      this.client.notify({ code, message, incident, object: object.id })
      return
    }
    // That nothing can be changed any more, the host says. (A field that is taken away says `change`.)
    if (this.client.status.state === 'closed' && error instanceof LocalError) return
    console.error(`objectsync: the view of ${object} (${object.frontendType}) failed:`, error)
  }

  /** Says once that something of this object was refused, and why. */
  refuse(who: Named, what: string, why: string): void {
    const message = `objectsync: refused ${what} of ${who}: ${why}`
    if (this.#refused.has(message)) return
    this.#refused.add(message)
    console.error(message)
  }

  #invoke(object: SObject, args: Dict): void {
    const order = orderIn(args, this.client.session)
    if (!order) return
    for (const view of this.#viewsOf(object)) this.guard(object, () => view.invoke(order))
  }

  /** @internal */
  changed(view: View, name: string | null, moved?: readonly SObject[]): void {
    try {
      if (name !== null) view.touched(name)
      else this.#fill(view, moved)
    } catch (error) {
      this.report(view.object, error)
    }
  }

  /** The views of this stage that show an object; there may be other stages. */
  #viewsOf(object: SObject): readonly View[] {
    const views = object.shownBy as Views
    if (Array.isArray(views)) return views.filter((view) => view.stage === this)
    return views?.stage === this ? [views] : []
  }

  #forget(view: View): void {
    const { object } = view
    const views = object.shownBy as Views
    if (Array.isArray(views)) object.shownBy = views.filter((other) => other !== view)
    else if (views === view) object.shownBy = undefined
  }

  /** Brings the views of the children in line with the children, of which only `moved` came, went or moved, if it is given. */
  #fill(view: View, moved?: readonly SObject[]): void {
    const container = view.container === undefined ? view.element : view.container
    if (!container) return
    // They have gone and others have come, without having been awake in between.
    if (view.planted) this.#uproot(view, container)
    const old = view.shown
    const count = view.object.childCount
    if (count === 0 && old.length === 0) return
    if (count === 0) this.#emptyOut(view, container)
    else if (old.length === 0 && this.#plant(view)) view.planted = count
    else this.#keepUp(view, container, moved)
    view.filled()
  }

  /** Not in `#fill`, which is optimised for what a thousand new rows need: it would have to be again with the first child that moves. */
  #keepUp(view: View, container: Element, moved: readonly SObject[] | undefined): void {
    const { object, shown } = view
    if (!moved && begins(shown, object)) this.#append(view, container)
    else this.#bringInLine(view, container, moved ? new Set(moved) : movedIn(shown, object.children))
  }

  /** Shows the children without waking them. @returns whether it can */
  #plant(view: View): boolean {
    const { object } = view
    const { sleepers, stirred } = object.state
    // A subclass may do anything with its element.
    if (!sleepers || stirred || view.container !== undefined || !Object.hasOwn(view.constructor, 'seed'))
      return false
    view.plan = this.#planOf(sleepers, object.host)
    return view.plan.plant(this, object, view.element)
  }

  /** How the elements of these rows are made, and changed. */
  #planOf(dormant: Dormant, types: { frontendType(type: string): string }): Plan {
    let plan = this.#plans.get(dormant)
    if (!plan) {
      const seeds = dormant.pattern.kinds.slice(1).map((kind) => {
        const frontendType = types.frontendType(kind.type)
        return this.registry.get(frontendType)?.seed?.(kind, frontendType)
      })
      plan = new Plan(dormant, seeds)
      this.#plans.set(dormant, plan)
    }
    return plan
  }

  /** @internal */
  follow({ planted, plan, element }: View, index: number, part: number, at: number, value: Value): boolean {
    return !planted || plan?.follow(childAt(element, index), part, at, value) === true
  }

  /** @internal A child is awake: if its element was planted, a view takes it over. */
  woke(view: View, child: SObject, index: number): void {
    if (!view.planted) return
    const made = new (view.constructor as ViewClass)(child, this)
    const element = view.element.children[index]
    // Somebody's script may have taken it away; that is no reason to fall out of step.
    this.guard(child, () => (element ? made.adopt?.(element) : made.create()))
    made.planted = child.childCount
    made.plan = view.plan
    note(made)
    const shown = view.shown.length ? (view.shown as View[]) : new Array<View>(view.planted)
    shown[index] = made
    view.shown = shown
    view.planted--
  }

  #uproot(view: View, container: Element): void {
    view.planted = 0
    view.shown = []
    for (const each of [...container.children]) each.remove()
  }

  /** All children are gone: their elements go at once, where the container holds no others. */
  #emptyOut(view: View, container: Element): void {
    const old = view.shown
    view.shown = []
    if (container.childNodes.length === old.length) container.replaceChildren()
    else for (const child of old) child.element.remove()
    for (const child of old) this.#endAll(child)
  }

  /** What is new stands behind what is shown. */
  #append(view: View, container: Element): void {
    // What nobody sees yet needs no fragment to go in at once.
    const into = container.isConnected ? this.document.createDocumentFragment() : container
    const shown = view.shown.slice()
    for (const child of view.object.children.slice(shown.length)) {
      const each = this.show(child)
      shown.push(each)
      into.appendChild(each.element)
    }
    view.shown = shown
    if (into !== container) container.appendChild(into)
  }

  /** Only `moved` are made, placed or hidden; the others stand in their order already. */
  #bringInLine(view: View, container: Element, moved: ReadonlySet<SObject>): void {
    const { children } = view.object
    const shown = view.shown.slice()
    const known = new Map<SObject, View>()
    for (const child of moved) {
      const former = this.#viewsOf(child).find((each) => shown.includes(each))
      if (!former) continue
      known.set(child, former)
      shown.splice(shown.indexOf(former), 1)
    }
    const places = [...moved]
      .map((child) => children.indexOf(child))
      .filter((place) => place !== -1)
      .sort((a, b) => a - b)
    const moving: View[] = []
    const fresh = new Set<View>()
    for (const place of places) {
      const child = children[place] as SObject
      const former = known.get(child)
      const each = former ?? this.show(child)
      if (former) moving.push(former)
      else fresh.add(each)
      known.delete(child)
      shown.splice(place, 0, each)
    }
    view.shown = shown
    for (const gone of known.values()) this.hide(gone)
    const restore = remember(container, moving)
    // From the last to the first, so that the one to stand before is in place; new neighbours go in together.
    for (let i = places.length - 1; i >= 0; i--) {
      const last = places[i] as number
      const { element } = shown[last] as View
      const next = shown[last + 1]?.element ?? null
      if (!fresh.has(shown[last] as View)) {
        if (element.nextSibling !== next) move(container, element, next)
        continue
      }
      let first = last
      while (places[i - 1] === first - 1 && fresh.has(shown[first - 1] as View)) {
        first--
        i--
      }
      const run = this.document.createDocumentFragment()
      for (const each of shown.slice(first, last + 1)) run.append(each.element)
      container.insertBefore(run, next)
    }
    restore()
  }
}

/** Not by `children`, which would make a collection for each row (benchmarks/dom, "update"). */
function childAt(element: Element, index: number): Element | null {
  let child = element.firstElementChild
  for (let left = index; left > 0 && child; left--) child = child.nextElementSibling
  return child
}

/** Has an object know by what it is shown. */
function note(view: View): void {
  const { object } = view
  const others = object.shownBy as Views
  if (!others) object.shownBy = view
  else if (Array.isArray(others)) others.push(view)
  else object.shownBy = [others, view]
}

/** Whether what is shown is what the children of an object begin with. */
function begins(shown: readonly View[], { children }: SObject): boolean {
  return shown.every(({ object }, i) => object === children[i])
}

/** The objects that have come, gone, or have to move from where they are shown: as few as possible. */
function movedIn(shown: readonly View[], children: readonly SObject[]): ReadonlySet<SObject> {
  const most = Math.min(shown.length, children.length)
  let start = 0
  while (start < most && shown[start]?.object === children[start]) start++
  let tail = 0
  while (tail < most - start && shown.at(-1 - tail)?.object === children.at(-1 - tail)) tail++
  const former = shown.slice(start, shown.length - tail).map(({ object }) => object)
  const wanted = children.slice(start, children.length - tail)
  const place = new Map(former.map((object, i) => [object, i]))
  const moved = new Set([...former, ...wanted])
  for (const i of longestRise(wanted.map((child) => place.get(child) ?? -1)))
    moved.delete(wanted[i] as SObject)
  return moved
}

type Movable = Element & { moveBefore?: (node: Node, child: Node | null) => void }

/** `moveBefore` keeps focus, scroll and what plays; it wants both to be in the document, or neither. */
const canMove = (container: Movable, element: Element): boolean =>
  container.moveBefore !== undefined && element.isConnected && container.isConnected

function move(container: Movable, element: Element, before: Element | null): void {
  if (canMove(container, element)) container.moveBefore?.(element, before)
  else container.insertBefore(element, before)
}

/** What moving would lose where `moveBefore` is missing: focus and scroll. All is read before anything moves: one layout, not many. */
function remember(container: Element, moving: readonly View[]): () => void {
  const lossy = moving.filter(({ element }) => element.isConnected && !canMove(container, element))
  if (lossy.length === 0) return () => {}
  const { activeElement } = container.ownerDocument
  const focused = lossy.some(({ element }) => element.contains(activeElement)) ? activeElement : null
  const scrolled = lossy
    .flatMap(({ element }) => [element, ...element.querySelectorAll('*')])
    .filter((each) => each.scrollTop || each.scrollLeft)
    .map((each) => [each, each.scrollTop, each.scrollLeft] as const)
  return () => {
    for (const [each, top, left] of scrolled) {
      each.scrollTop = top
      each.scrollLeft = left
    }
    ;(focused as HTMLElement | null)?.focus({ preventScroll: true })
  }
}

/** The indexes of a longest rising row in `places`, -1 left out: those that can stay where they are. */
export function longestRise(places: readonly number[]): ReadonlySet<number> {
  const ends: number[] = []
  const before: number[] = []
  places.forEach((place, i) => {
    before.push(-1)
    if (place < 0) return
    let low = 0
    let high = ends.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((places[ends[middle] as number] as number) < place) low = middle + 1
      else high = middle
    }
    if (low > 0) before[i] = ends[low - 1] as number
    ends[low] = i
  })
  const rise = new Set<number>()
  for (let i = ends.at(-1) ?? -1; i >= 0; i = before[i] as number) rise.add(i)
  return rise
}

/** Stands in for a view that is being fetched, and keeps what it is asked to do meanwhile. */
class PendingView extends View {
  readonly orders: Order[] = []
  override create(): Element {
    const element = this.document.createElement('div')
    element.className = 'objectsync-coming'
    element.setAttribute('aria-busy', 'true')
    this.container = null
    return element
  }
  override invoke(order: Order): void {
    this.orders.push(order)
  }
}

/** Stands where no view is registered: never blank, and says what to do. */
class MissingView extends View {
  override create(): Element {
    const box = missingBox(this.document, this.object, this.stage.registry)
    this.container = box.children
    for (const name of this.object.attributeNames) this.bind(name, () => box.refresh())
    return box.element
  }
}
