/**
 * Clock: time as the client is given it. The system's in a program, one moved by hand in tests.
 */

export interface Clock {
  /** Milliseconds since some moment; never goes back. */
  now(): number
  /** Runs `act` after `delay` milliseconds, unless the returned function is called first. */
  after(delay: number, act: () => void): () => void
  /** Runs `act` when the code running now has ended: actions made together leave together. */
  soon(act: () => void): void
}

export const systemClock: Clock = {
  now: () => performance.now(),
  after(delay, act) {
    const timer = setTimeout(act, delay)
    return () => clearTimeout(timer)
  },
  soon: (act) => queueMicrotask(act),
}
