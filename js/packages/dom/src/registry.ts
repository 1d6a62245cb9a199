/**
 * Registry: which view shows which frontend type. One per place that mounts; there is none for everybody.
 */
import { refuseTag } from './safety.js'
import { View, type ViewClass } from './view.js'

export class Registry {
  readonly #classes = new Map<string, ViewClass>()
  readonly #elements: ViewClass | undefined

  /** @param elements shows every frontend type that is the name of an allowed tag */
  constructor(elements?: ViewClass) {
    this.#elements = elements
  }

  /**
   * Registers a view class under its `frontendType` (or several), or an array of classes. The last one registered is taken.
   * @throws TypeError when it is something else, saying what came
   */
  register(views: ViewClass | readonly ViewClass[]): void {
    if (Array.isArray(views)) {
      for (const view of views as readonly ViewClass[]) this.register(view)
      return
    }
    const view = views as ViewClass
    if (typeof view !== 'function' || !(view.prototype instanceof View)) {
      throw new TypeError(`register() got ${String(view)}; expected a class that extends View`)
    }
    const types = typeof view.frontendType === 'string' ? [view.frontendType] : view.frontendType
    for (const type of types) {
      if (!type) throw new TypeError(`${view.name} has no static frontendType; expected a name`)
      this.#classes.set(type, view)
    }
  }

  /** The class for a frontend type: the registered one, else the one for tags. */
  get(frontendType: string): ViewClass | undefined {
    const view = this.#classes.get(frontendType)
    if (view || !this.#elements) return view
    return refuseTag(frontendType) === undefined ? this.#elements : undefined
  }

  /** The registered frontend types, sorted. */
  get types(): readonly string[] {
    return [...this.#classes.keys()].sort()
  }
}
