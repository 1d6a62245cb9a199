/**
 * Verifier: looks now and then whether this client has what the server has.
 *
 * - A while after something has changed it asks for the hash of the root. While actions of this client are undecided it waits.
 * - What compares is fetched before the first question (comparison.ts): most pages are closed before, and none needs it to be shown.
 * - What to do about a difference is the client's: it gets the place, and comes back with a snapshot.
 */
import type { Clock } from './clock.js'
import type { Comparison, Divergence } from './comparison.js'
import type { ClientMessage, Hashes } from './protocol.js'
import type { Tree } from './tree.js'

/** From a change to the next look; the server's work is shared by all who look at about the same time. */
const EVERY = 60_000
const SOON = 1_000

export interface VerifierOwner {
  readonly tree: Tree
  readonly clock: Clock
  readonly random: () => number
  send(message: ClientMessage): void
  /** Whether everything shown is confirmed. */
  isSettled(): boolean
  found(divergence: Divergence): void
}

export class Verifier {
  readonly #owner: VerifierOwner
  #comparison: Comparison | undefined
  #live = false
  #asked = false
  #cancel: (() => void) | undefined

  constructor(owner: VerifierOwner) {
    this.#owner = owner
  }

  /** Something has changed: looks in a while. */
  changed(): void {
    if (this.#live && !this.#asked && !this.#cancel) this.#later(EVERY * (0.5 + this.#owner.random()))
  }

  goLive(): void {
    this.#live = true
    this.changed()
  }

  goOffline(): void {
    this.#live = false
    this.#asked = false
    this.#cancel?.()
    this.#cancel = undefined
  }

  /** Looks now. */
  verify(): void {
    if (!this.#live || this.#asked) return
    this.#cancel?.()
    this.#cancel = undefined
    if (!this.#comparison) this.#fetch()
    else if (this.#owner.isSettled()) this.#ask('root', false)
    else this.#later(SOON)
  }

  receive(hashes: Hashes): void {
    this.#asked = false
    if (!this.#owner.isSettled()) {
      this.#later(SOON)
      return
    }
    const found = this.#comparison?.compare(hashes)
    if (typeof found === 'string') this.#ask(found, true)
    else if (found) this.#owner.found(found)
  }

  #fetch(): void {
    import('./comparison.js').then(
      ({ Comparison }) => {
        this.#comparison ??= new Comparison(this.#owner.tree)
        this.verify()
      },
      // Whoever serves it may be back by the next look.
      () => this.changed(),
    )
  }

  #later(delay: number): void {
    this.#cancel = this.#owner.clock.after(delay, () => {
      this.#cancel = undefined
      this.verify()
    })
  }

  #ask(object: string, parts: boolean): void {
    this.#asked = true
    this.#owner.send({ type: 'verify', object, parts: parts || undefined })
  }
}
