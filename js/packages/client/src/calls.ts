/**
 * Calls: services asked for and not yet answered.
 *
 * - A call waits for the actions that were made before it; what it finds on the server includes them.
 * - One whose connection broke before the answer came may have been done or not: its caller is told `disconnected`, and it is not repeated.
 */
import { CallError } from './errors.js'
import type { PendingAction } from './layers.js'
import type { Offer } from './link.js'
import type { ClientMessage, Result } from './protocol.js'
import type { Dict, Value } from './values.js'

type CallMessage = Extract<ClientMessage, { type: 'call' }>

interface WaitingCall {
  readonly message: CallMessage
  readonly after: PendingAction | undefined
  readonly resolve: (value: Value) => void
  readonly reject: (error: CallError) => void
}

export class Calls {
  #next = 1
  #queued: WaitingCall[] = []
  readonly #sent = new Map<number, WaitingCall>()

  /** Whether one was not sent yet. */
  get isWaiting(): boolean {
    return this.#queued.length > 0
  }

  /** Queues a call behind the action `after`. @returns its answer; rejects with `CallError` */
  add(service: string, args: Dict, object: string | undefined, after?: PendingAction): Promise<Value> {
    const message = { type: 'call', id: this.#next++, service, args, object } as const
    return new Promise((resolve, reject) => {
      this.#queued.push({ message, after, resolve, reject })
    })
  }

  /**
   * Sends those whose action `isSent`, or is no more.
   * @returns false when one of them has to wait
   */
  send(isSent: (after: PendingAction) => boolean, offer: (message: CallMessage) => Offer): boolean {
    while (this.#queued[0] && (!this.#queued[0].after || isSent(this.#queued[0].after))) {
      const outcome = offer(this.#queued[0].message)
      if (outcome === 'waits') return false
      const call = this.#queued.shift() as WaitingCall
      if (outcome === 'sent') this.#sent.set(call.message.id, call)
      else call.reject(new CallError('limit', tooLong(outcome.limit)))
    }
    return true
  }

  answer({ id, value, error }: Result): void {
    const call = this.#sent.get(id)
    // Its caller was told `disconnected` when the connection it went by broke.
    if (!call) return
    this.#sent.delete(id)
    if (error) call.reject(new CallError(error.code, error.message, error.incident))
    else call.resolve(value ?? null)
  }

  /** The connection is gone. */
  lost(): void {
    for (const { reject } of this.#sent.values()) {
      reject(new CallError('disconnected', 'the connection was lost before the answer came'))
    }
    this.#sent.clear()
  }

  /** The client is closed. */
  end(reason: string): void {
    this.lost()
    const calls = this.#queued
    this.#queued = []
    for (const { reject } of calls) reject(new CallError('closed', `the client is closed: ${reason}`))
  }
}

/** Why something was not sent. */
export const tooLong = (limit: number): string =>
  `this is more than the ${limit} bytes that the server takes at once`
