/**
 * Pace: how fast a client may send, so that a server that counts does not take it for a flood.
 *
 * - The server's own rule with a tenth to spare: so many at once, so many a second. Without a rule nothing waits.
 */
const SPARE = 0.9
/** Milliseconds; timers take no infinity, which a rule of none a second would make. */
const LONGEST = 60_000

export class Pace {
  readonly #perMillisecond: number
  readonly #burst: number
  #left: number
  #at: number

  constructor(perSecond = Number.POSITIVE_INFINITY, burst = Number.POSITIVE_INFINITY, now = 0) {
    this.#perMillisecond = (perSecond * SPARE) / 1000
    this.#burst = Math.max(1, burst * SPARE)
    this.#left = this.#burst
    this.#at = now
  }

  /** Takes one, if there is one. @returns 0, or the milliseconds until there is */
  take(now: number): number {
    if (this.#burst === Number.POSITIVE_INFINITY) return 0
    this.#left = Math.min(this.#burst, this.#left + (now - this.#at) * this.#perMillisecond)
    this.#at = now
    if (this.#left < 1) return Math.min(LONGEST, Math.ceil((1 - this.#left) / this.#perMillisecond))
    this.#left--
    return 0
  }
}
