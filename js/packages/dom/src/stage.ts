/**
 * Stage: all views that one mount shows, and how they follow the objects.
 *
 * - One subscription to the client serves every view: it says which object was touched, and the stage knows its views.
 * - Children are brought in line by key, once per batch: a view stays with its object, and as few as possible are moved.
 * - New views are built detached and inserted once.
 * - A view that fails to be made shows an error box in its place; the others go on.
 */
import type { Client, Dict, SObject } from '@objectsync/client'
import { errorBox, missingBox } from './boxes.js'
import { INVOKE, type Order, orderIn } from './orders.js'
import type { Registry } from './registry.js'
import { View } from './view.js'

export class Stage {
  readonly client: Client
  readonly registry: Registry
  readonly document: Document
  readonly #views = new Map<SObject, View | View[]>()
  readonly #refused = new Set<string>()
  readonly #ends: readonly (() => void)[]

  constructor(client: Client, registry: Registry, document: Document) {
    this.client = client
    this.registry = registry
    this.document = document
    this.#ends = [
      client.onTouched((object, name) => this.#touched(object, name)),
      client.onEmitted((object, name, args) => {
        if (name === INVOKE) this.#invoke(object, args)
      }),
    ]
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
    const others = this.#views.get(object)
    if (!others) this.#views.set(object, view)
    else if (Array.isArray(others)) others.push(view)
    else this.#views.set(object, [others, view])
    this.#fill(view)
    if (coming) this.#renewAfter(coming, view)
    return view
  }

  /** Puts the view that is being fetched in the place of one that only stands in for it. */
  #renewAfter(coming: Promise<void>, standIn: View): void {
    const renew = (): void => {
      const { object } = standIn
      if (![this.#views.get(object) ?? []].flat().includes(standIn)) return
      this.#forget(standIn)
      const view = this.show(object)
      standIn.element.replaceWith(view.element)
      for (const parent of [(object.parent && this.#views.get(object.parent)) ?? []].flat()) {
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
      waiting.push(...next.shown)
      next.shown = []
      this.#forget(next)
      next.end()
    }
  }

  end(): void {
    for (const end of this.#ends) end()
  }

  /** Runs something of a user's; what it throws is reported, with the object named. */
  guard(object: SObject, act: () => void): void {
    try {
      act()
    } catch (error) {
      this.report(object, error)
    }
  }

  report(object: SObject, error: unknown): void {
    console.error(`objectsync: the view of ${object} (${object.frontendType}) failed:`, error)
  }

  /** Says once that something of this object was refused, and why. */
  refuse(object: SObject, what: string, why: string): void {
    const message = `objectsync: refused ${what} of ${object}: ${why}`
    if (this.#refused.has(message)) return
    this.#refused.add(message)
    console.error(message)
  }

  #invoke(object: SObject, args: Dict): void {
    const order = orderIn(args, this.client.session)
    if (!order) return
    for (const view of [this.#views.get(object) ?? []].flat()) this.guard(object, () => view.invoke(order))
  }

  #touched(object: SObject, name: string | null): void {
    const views = this.#views.get(object)
    if (!views) return
    const each = (view: View): void => {
      if (name !== null) view.touched(name)
      else this.#fill(view)
    }
    if (Array.isArray(views)) for (const view of views.slice()) each(view)
    else each(views)
  }

  #forget(view: View): void {
    const views = this.#views.get(view.object)
    if (views === view) this.#views.delete(view.object)
    else if (Array.isArray(views)) {
      const rest = views.filter((other) => other !== view)
      if (rest.length) this.#views.set(view.object, rest)
      else this.#views.delete(view.object)
    }
  }

  /** Brings the views of the children in line with the children. */
  #fill(view: View): void {
    const container = view.container === undefined ? view.element : view.container
    if (!container) return
    const old = view.shown
    const count = view.object.childCount
    if (count === 0 && old.length === 0) return
    if (count === 0) this.#emptyOut(view, container)
    else if (old.length === 0) this.#fillFirst(view, container)
    else this.#bringInLine(view, container)
    view.filled()
  }

  /** All children are gone: their elements go at once, where the container holds no others. */
  #emptyOut(view: View, container: Element): void {
    const old = view.shown
    view.shown = []
    if (container.childNodes.length === old.length) container.replaceChildren()
    else for (const child of old) child.element.remove()
    for (const child of old) this.#endAll(child)
  }

  #fillFirst(view: View, container: Element): void {
    const { children } = view.object
    // What nobody sees yet needs no fragment to go in at once.
    const into = container.isConnected ? this.document.createDocumentFragment() : container
    const shown: View[] = []
    for (const child of children) {
      const each = this.show(child)
      shown.push(each)
      into.appendChild(each.element)
    }
    view.shown = shown
    if (into !== container) container.appendChild(into)
  }

  #bringInLine(view: View, container: Element): void {
    const { children } = view.object
    const old = view.shown
    const known = new Map(old.map((child) => [child.object, child]))
    const wanted = new Set(children)
    const kept = old.filter((child) => wanted.has(child.object))
    for (const child of old) if (!wanted.has(child.object)) this.hide(child)
    const shown = children.map((child) => known.get(child) ?? this.show(child))
    view.shown = shown
    const place = new Map(kept.map((child, i) => [child, i]))
    const still = longestRise(shown.map((child) => place.get(child) ?? -1))
    const moving = shown.filter((child, i) => place.has(child) && !still.has(i))
    const restore = remember(container, moving)
    // From the last to the first, so that the one to stand before is in place; new neighbours go in together.
    let next: Element | null = null
    let fresh: DocumentFragment | undefined
    for (let i = shown.length - 1; i >= 0; i--) {
      const child = shown[i] as View
      if (place.has(child)) {
        next = insertAll(container, fresh, next)
        fresh = undefined
        if (!still.has(i)) move(container, child.element, next)
        next = child.element
      } else {
        fresh ??= this.document.createDocumentFragment()
        fresh.prepend(child.element)
      }
    }
    insertAll(container, fresh, next)
    restore()
  }
}

/** Inserts new elements. @returns what the ones before them stand before */
function insertAll(
  container: Element,
  fresh: DocumentFragment | undefined,
  next: Element | null,
): Element | null {
  if (!fresh) return next
  const first = fresh.firstElementChild
  container.insertBefore(fresh, next)
  return first
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
