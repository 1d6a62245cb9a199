/**
 * View: one place where an SObject is shown. Subclass it to show a type of your own.
 *
 * - `create` makes the element, once; the attributes it shows are bound there, and follow by themselves.
 * - The views of the object's children go into `container`: the element, unless `create` says another, or null for none.
 * - A view owns what it opened: `own` and `bind` end with it, and `destroy` runs when it goes.
 */
import type { Client, Disconnect, Kind, SObject } from '@objectsync/client'
import { invokeOn, type Order } from './orders.js'
import type { Plan, Seed } from './planting.js'
import type { Stage } from './stage.js'

// biome-ignore lint/suspicious/noExplicitAny: what an attribute holds is known to who binds it
export type Bound = (value: any) => void

const NONE: readonly View[] = []

export class View {
  /** The frontend type this view shows. */
  static frontendType: string | readonly string[] = ''

  readonly object: SObject
  readonly stage: Stage
  /** What is shown; made by `create`. */
  element!: Element
  /** Where the children's views go: undefined is the element, null is nowhere. */
  container: Element | null | undefined = undefined
  /** @internal The children's views in order, as shown now. */
  shown: readonly View[] = NONE
  /** @internal How many of the children sleep: their elements stand there, and views there are none yet (planting.ts). */
  planted = 0
  /** @internal How these were made. */
  plan: Plan | undefined = undefined
  /** @internal Runs when another view, that had to be fetched, takes the place of this one. */
  renewed: ((view: View) => void) | undefined
  #bound: Map<string, Bound[]> | undefined
  #owned: Disconnect[] | undefined

  /** @internal Views are made by their stage. */
  constructor(object: SObject, stage: Stage) {
    this.object = object
    this.stage = stage
  }

  /** Makes the element. Runs once, before the view is in the document. */
  create(): Element {
    return this.document.createElement('div')
  }

  /** Runs when the view goes. */
  destroy(): void {}

  /** Carries out an order from Python (`element.focus()`, `element.invoke(method, …)`): here, a method of the element. */
  invoke(order: Order): void {
    this.invokeOn(this.element, order)
  }

  /** Calls one of the methods that Python may ask for on an element. */
  protected invokeOn(element: Element, order: Order): void {
    invokeOn(element, order)
  }

  /** Makes one more view of an object, for this one to put somewhere; it goes with this one, or by `stage.hide`. */
  embed(object: SObject): View {
    const view = this.stage.show(object)
    this.own(() => this.stage.hide(view))
    return view
  }

  /** The client whose object this is: `record`, `undo`, `call` and so on. */
  get client(): Client {
    return this.stage.client
  }

  /** The document the view is shown in. */
  get document(): Document {
    return this.stage.document
  }

  /**
   * Runs `show` with the value of an attribute now, and after every change of it. An attribute that the object has only later,
   * or loses and gets again, is shown from then on.
   */
  bind(name: string, show: Bound): void {
    this.#bound ??= new Map()
    const others = this.#bound.get(name)
    if (others) others.push(show)
    else this.#bound.set(name, [show])
    if (this.object.has(name)) show(this.object.attribute(name).value)
  }

  /** Ends something together with this view. */
  own(end: Disconnect): void {
    this.#owned ??= []
    this.#owned.push(end)
  }

  /** @internal Shows by an element that was planted; only of classes with a `seed`. */
  adopt?(element: Element): void

  /** @internal An attribute changed, came or went. */
  touched(name: string): void {
    const shows = this.#bound?.get(name)
    if (!shows || !this.object.has(name)) return
    for (const show of shows) {
      this.stage.guard(this.object, () => show(this.object.attribute(name).value))
    }
  }

  /** Runs when the children's views are in line with the children. */
  filled(): void {}

  /** @internal */
  end(): void {
    this.#bound = undefined
    for (const end of this.#owned ?? []) this.stage.guard(this.object, end)
    this.#owned = undefined
    // Most views have nothing to do: no closure for each of ten thousand.
    if (this.destroy !== View.prototype.destroy) this.stage.guard(this.object, () => this.destroy())
  }
}

/** A View or a subclass, as it is registered. */
export interface ViewClass {
  new (object: SObject, stage: Stage): View
  readonly frontendType: string | readonly string[]
  /** @internal How elements are made without their views, by a class that can. */
  readonly seed?: (kind: Kind, frontendType: string) => Seed | undefined
}
