/**
 * Registry: which view shows which frontend type. One per place that mounts; there is none for everybody.
 */
import { refuseTag } from './safety.js'
import { View, type ViewClass } from './view.js'

export class Registry {
  readonly #classes = new Map<string, ViewClass>()
  readonly #elements: ViewClass | undefined
  readonly #later = new Map<string, () => Promise<ViewClass | readonly ViewClass[]>>()
  readonly #coming = new Map<string, Promise<void>>()

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

  /** Fetches the views whose frontend types begin with `prefix` when one is first shown. */
  later(prefix: string, load: () => Promise<ViewClass | readonly ViewClass[]>): void {
    this.#later.set(prefix, load)
  }

  /** @internal Begins to fetch the view of a type that is to come later; resolves when it is registered. Undefined for other types. */
  fetch(frontendType: string): Promise<void> | undefined {
    const prefix = [...this.#later.keys()].find((each) => frontendType.startsWith(each))
    if (prefix === undefined || this.#classes.has(frontendType)) return undefined
    let coming = this.#coming.get(prefix)
    if (!coming) {
      const load = this.#later.get(prefix) as () => Promise<ViewClass | readonly ViewClass[]>
      coming = load().then((views) => {
        this.#later.delete(prefix)
        this.register(views)
      })
      // The next one that is shown tries again.
      coming.catch(() => this.#coming.delete(prefix))
      this.#coming.set(prefix, coming)
    }
    return coming
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
