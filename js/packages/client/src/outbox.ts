/**
 * Outbox: what this client has to say, its actions and calls, and when each of them leaves.
 *
 * - An action that is all there is to send leaves at once; others when the code that runs has ended, in their turn. A call follows the
 *   actions that were made before it.
 * - Edits by position in one text or list go one action at a time: the server moves an edit past what others did since its `base`, and could
 *   not do that right across an action of this client that it had decided in between.
 * - What the server does not take now waits (link.ts), and what would join a gesture's newest action does (gestures.ts).
 */
import { type Calls, tooLong } from './calls.js'
import type { Clock } from './clock.js'
import { Frames } from './gestures.js'
import type { PendingAction } from './layers.js'
import type { Link, Offer } from './link.js'
import { editedPlaces, writtenPlaces } from './rebase.js'
import type { Replica } from './replica.js'

export class Outbox {
  readonly #clock: Clock
  readonly #link: Link
  readonly #replica: Replica
  readonly #calls: Calls
  readonly #base: () => number | undefined
  readonly #frames: Frames
  #pumping = false
  #lastSent = 0

  /** @param base the `seq` that an action is made on; undefined while none may be sent */
  constructor(clock: Clock, link: Link, replica: Replica, calls: Calls, base: () => number | undefined) {
    this.#clock = clock
    this.#link = link
    this.#replica = replica
    this.#calls = calls
    this.#base = base
    this.#frames = new Frames(clock, () => this.pump())
  }

  /** The server has decided the actions up to here, and has none after them. */
  begin(cseq: number): void {
    this.#lastSent = cseq
  }

  /** An action was made. */
  acted(action: PendingAction): void {
    const { length } = this.#replica.pending
    const isAlone = length === 1 && !action.gesture && !this.#pumping && !this.#calls.isWaiting
    if (!isAlone || !action.inverse || this.#offer(action) !== 'sent') this.pumpSoon()
  }

  /** Something was decided, which others may have waited for. */
  decided(): void {
    if (this.#replica.pending.length || this.#calls.isWaiting) this.pumpSoon()
  }

  /** Sends when the code running now has ended, so that what is done together leaves together. */
  pumpSoon(): void {
    if (this.#pumping) return
    this.#pumping = true
    this.#clock.soon(() => {
      this.#pumping = false
      this.pump()
    })
  }

  /** Sends what may go. */
  pump(): void {
    if (this.#base() === undefined) return
    const inFlight = new Set<string>()
    const { pending } = this.#replica
    for (const action of pending) {
      if (!action.sent) {
        if (editedPlaces(action.changes).some((key) => inFlight.has(key))) break
        if (this.#replica.isAdrift(action)) {
          this.#replica.refuse(
            action,
            'unknown_object',
            'what it edits went out of sight before it could be sent',
          )
          this.pumpSoon()
          return
        }
        if (action === pending.at(-1) && this.#frames.holds(action)) break
        if (!this.#sendCalls(action.cseq - 1) || !this.#sendAction(action)) return
      }
      for (const key of writtenPlaces(action.changes)) inFlight.add(key)
    }
    this.#sendCalls(this.#lastSent)
  }

  /** Nothing leaves any more. */
  end(): void {
    this.#frames.end()
  }

  /** @returns whether it left; else it has to wait, or was refused */
  #sendAction(action: PendingAction): boolean {
    const outcome = this.#offer(action)
    if (typeof outcome !== 'string') {
      this.#replica.refuse(action, 'limit', tooLong(outcome.limit))
      this.pumpSoon()
    }
    return outcome === 'sent'
  }

  #offer(action: PendingAction): Offer {
    const base = this.#base()
    if (base === undefined) return 'waits'
    const { cseq, changes, gesture } = action
    const outcome = this.#link.offer({ type: 'action', cseq, base, gesture: gesture?.id, changes })
    if (outcome === 'sent') {
      this.#frames.sent(action)
      action.sent = changes
      action.wasSent = true
      this.#lastSent = cseq
    }
    return outcome
  }

  #sendCalls(cseq: number): boolean {
    const { pending } = this.#replica
    return this.#calls.send(
      (after) => after.cseq <= cseq || !pending.includes(after),
      (message) => this.#link.offer(message),
    )
  }
}
