/**
 * Reconnect: how long to wait before the next connection.
 *
 * - 0.25 s, doubling to 10 s; each with random jitter, so that a thousand clients of a restarted server do not come back at once.
 * - A connection that stayed live for 5 s starts the row anew; one that fails at once does not.
 */

const FIRST = 250
const LONGEST = 10_000
const STABLE = 5_000

export class Backoff {
  #failures = 0
  readonly #random: () => number

  /** @param random answers with a number from 0 to below 1 */
  constructor(random: () => number) {
    this.#random = random
  }

  /** The milliseconds to wait now, after a connection that was live for `liveFor` milliseconds (0: never). */
  next(liveFor: number): number {
    if (liveFor >= STABLE) this.#failures = 0
    const longest = Math.min(LONGEST, FIRST * 2 ** this.#failures)
    this.#failures++
    return longest * (0.5 + this.#random() / 2)
  }
}
