/**
 * Signal: the one observer primitive.
 *
 * - `connect` returns the function that ends the connection; ending twice is harmless.
 * - Everyone connected when `emit` starts is told, unless disconnected meanwhile; who connects meanwhile is not.
 * - A listener that throws does not stop the others: its error goes to `report`.
 */

export type Disconnect = () => void
export type Report = (error: unknown) => void

/** Without a listener when it has ended. */
interface Connection<A extends readonly unknown[]> {
  listener: ((...args: A) => void) | undefined
}

export class Signal<A extends readonly unknown[]> {
  #listeners: readonly Connection<A>[] = []
  readonly #report: Report

  constructor(report: Report) {
    this.#report = report
  }

  /** How many are connected. */
  get size(): number {
    return this.#listeners.length
  }

  connect(listener: (...args: A) => void): Disconnect {
    // Each connection is its own, so that the same function connected twice is called and ended twice.
    const own: Connection<A> = { listener }
    this.#listeners = [...this.#listeners, own]
    return () => {
      own.listener = undefined
      this.#listeners = this.#listeners.filter((other) => other !== own)
    }
  }

  emit(...args: A): void {
    for (const { listener } of this.#listeners) {
      try {
        listener?.(...args)
      } catch (error) {
        this.#report(error)
      }
    }
  }
}
