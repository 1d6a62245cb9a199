/**
 * Signal: the one observer primitive.
 *
 * - `connect` returns the function that ends the connection; ending twice is harmless.
 * - Everyone connected when `emit` starts is told, unless disconnected meanwhile; who connects meanwhile is not.
 * - A listener that throws does not stop the others: its error goes to `report`.
 */

export type Disconnect = () => void
export type Report = (error: unknown) => void

export class Signal<A extends readonly unknown[]> {
  #listeners: ReadonlySet<(...args: A) => void> = new Set()
  readonly #report: Report

  constructor(report: Report) {
    this.#report = report
  }

  /** How many are connected. */
  get size(): number {
    return this.#listeners.size
  }

  connect(listener: (...args: A) => void): Disconnect {
    // Each connection is its own, so that the same function connected twice is called and ended twice.
    const own = (...args: A): void => listener(...args)
    this.#listeners = new Set(this.#listeners).add(own)
    return () => {
      if (!this.#listeners.has(own)) return
      const rest = new Set(this.#listeners)
      rest.delete(own)
      this.#listeners = rest
    }
  }

  emit(...args: A): void {
    for (const listener of this.#listeners) {
      if (!this.#listeners.has(listener)) continue
      try {
        listener(...args)
      } catch (error) {
        this.#report(error)
      }
    }
  }
}
