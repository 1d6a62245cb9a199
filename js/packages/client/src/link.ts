/**
 * Link: the connection of a client to its server, one life of a transport after another.
 *
 * - It says when frames may be exchanged (`opened`) and when that is over (`lost`); what the frames mean is not its business.
 * - A connection that broke is tried again, a little later each time; one that is silent is asked, then given up.
 * - It counts what came and acknowledges it, because a server writes no more than what is acknowledged.
 * - It offers the server no more than that takes, in one message and in a second: either would end the connection, and again on the next.
 */
import type { Clock } from './clock.js'
import type { Frame } from './frames.js'
import { Pace } from './pace.js'
import { type ClientMessage, encode, type Limits } from './protocol.js'
import { Backoff } from './reconnect.js'
import type { Connect, Transport } from './transport.js'

/** Seldom: to a server with many clients that send little, acknowledgements are most of what it reads. */
const ACK_DELAY = 4000
const ACK_BYTES = 64 * 1024
/** A server is asked after this silence, and given up after the next. */
const SILENCE = 20_000
const GRACE = 2_000

export interface LinkOwner {
  /** A connection is there: say hello. */
  opened(): void
  received(frame: Frame): void
  /** The connection is gone. Call `retry` if there shall be another. */
  lost(code: number, reason: string): void
  /** The `seq` to acknowledge; 0 while there is no state. */
  appliedSeq(): number
  /** What had to wait may be offered again. */
  mayOffer(): void
}

/** What became of an offer: it left, it has to wait, or it is longer than the server takes, so many bytes. */
export type Offer = 'sent' | 'waits' | { readonly limit: number }

/** What lives as long as one connection. */
class Connection {
  transport: Transport | undefined
  open = false
  framesReceived = 0
  bytesUnacked = 0
  cancelAck: (() => void) | undefined
  /** When the acknowledgement is due that can be cancelled. */
  ackAt = 0
  liveSince: number | undefined
  heardAt: number
  cancelWatch: (() => void) | undefined
  cancelOffer: (() => void) | undefined
  messageBytes = Number.POSITIVE_INFINITY
  pace = new Pace()
  constructor(now: number) {
    this.heardAt = now
  }
}

export class Link {
  readonly #connectTransport: Connect
  readonly #clock: Clock
  readonly #backoff: Backoff
  readonly #owner: LinkOwner
  #connection: Connection | undefined
  #cancelRetry: (() => void) | undefined

  constructor(connect: Connect, clock: Clock, random: () => number, owner: LinkOwner) {
    this.#connectTransport = connect
    this.#clock = clock
    this.#backoff = new Backoff(random)
    this.#owner = owner
  }

  connect(): void {
    const connection = new Connection(this.#clock.now())
    this.#connection = connection
    const isMine = (): boolean => this.#connection === connection
    connection.transport = this.#connectTransport({
      opened: () => isMine() && this.#opened(connection),
      received: (frame) => isMine() && this.#received(frame, connection),
      closed: (code, reason) => isMine() && this.#owner.lost(code, reason),
    })
    this.#watch(connection, SILENCE)
  }

  /** Drops the connection that was lost and tries again later. @returns when */
  retry(): number {
    const connection = this.#connection
    this.drop()
    const liveSince = connection?.liveSince
    const delay = this.#backoff.next(liveSince === undefined ? 0 : this.#clock.now() - liveSince)
    this.#cancelRetry = this.#clock.after(delay, () => {
      this.#cancelRetry = undefined
      this.connect()
    })
    return this.#clock.now() + delay
  }

  /** Tries at once, where it waits to; where it believes to be connected, it asks, so that a connection that died is found in two seconds. */
  retryNow(): void {
    if (this.#connection?.open) this.#ask(this.#connection)
    if (!this.#cancelRetry) return
    this.#cancelRetry()
    this.#cancelRetry = undefined
    this.connect()
  }

  /** The server has let the client in, and said how much it takes: the next retry, if any, is a first one. */
  live(limits: Limits | undefined): void {
    const connection = this.#connection
    if (!connection) return
    connection.liveSince = this.#clock.now()
    connection.messageBytes = limits?.messageBytes ?? Number.POSITIVE_INFINITY
    connection.pace = new Pace(limits?.actionsPerSecond, limits?.actionsBurst, connection.liveSince)
  }

  /** Sends an action or a call, if the server takes one of that length, and one more now. */
  offer(message: ClientMessage): Offer {
    const connection = this.#connection
    if (!connection) return 'waits'
    const frame = encode(message)
    const { messageBytes: limit } = connection
    if (isLonger(frame, limit)) return { limit }
    const wait = connection.pace.take(this.#clock.now())
    if (wait > 0) {
      connection.cancelOffer ??= this.#clock.after(wait, () => {
        connection.cancelOffer = undefined
        this.#owner.mayOffer()
      })
      return 'waits'
    }
    connection.transport?.send(frame)
    return 'sent'
  }

  send(message: ClientMessage): void {
    if (this.#connection?.open) this.#connection.transport?.send(encode(message))
  }

  /** Gives the connection up from this side; `lost` follows. */
  giveUp(code: number, reason: string): void {
    this.#connection?.transport?.close(code, reason)
  }

  /** Ends it without a further try. */
  end(): void {
    this.#cancelRetry?.()
    this.#cancelRetry = undefined
    const connection = this.#connection
    this.drop()
    connection?.transport?.close(1000, '')
  }

  /** Forgets the connection: nothing that it still brings is heard. */
  drop(): void {
    this.#connection?.cancelAck?.()
    this.#connection?.cancelWatch?.()
    this.#connection?.cancelOffer?.()
    this.#connection = undefined
  }

  /** Acknowledges at once. */
  ack(): void {
    const connection = this.#connection
    if (!connection) return
    connection.cancelAck?.()
    connection.cancelAck = undefined
    connection.bytesUnacked = 0
    this.send({ type: 'ack', seq: this.#owner.appliedSeq(), frames: connection.framesReceived })
  }

  /** Acknowledges soon, together with what comes meanwhile. */
  ackLater(): void {
    const connection = this.#connection
    if (!connection) return
    const now = this.#clock.now()
    // A page that is busy with what comes may have no time for timers.
    if (connection.bytesUnacked >= ACK_BYTES || (connection.cancelAck && now >= connection.ackAt)) this.ack()
    else if (!connection.cancelAck) {
      connection.ackAt = now + ACK_DELAY
      connection.cancelAck = this.#clock.after(ACK_DELAY, () => {
        if (this.#connection === connection) this.ack()
      })
    }
  }

  #opened(connection: Connection): void {
    connection.open = true
    connection.heardAt = this.#clock.now()
    this.#owner.opened()
  }

  #received(frame: Frame, connection: Connection): void {
    connection.heardAt = this.#clock.now()
    connection.framesReceived++
    connection.bytesUnacked += frame.text.length
    for (const buffer of frame.buffers) connection.bytesUnacked += buffer.byteLength
    this.#owner.received(frame)
  }

  /** Finds a silent server. A timer that fires late (a hidden tab, a laptop that slept) still asks before it gives up. */
  #watch(connection: Connection, delay: number): void {
    connection.cancelWatch = this.#clock.after(delay, () => {
      const silent = this.#clock.now() - connection.heardAt
      if (silent < SILENCE) {
        this.#watch(connection, SILENCE - silent)
        return
      }
      this.#ask(connection)
    })
  }

  /** Asks the server whether it is there, and gives the connection up when nothing comes. */
  #ask(connection: Connection): void {
    connection.cancelWatch?.()
    if (connection.framesReceived > 0) this.send({ type: 'ping' })
    const asked = connection.framesReceived
    connection.cancelWatch = this.#clock.after(GRACE, () => {
      if (connection.framesReceived === asked) this.giveUp(4003, 'silent')
      else this.#watch(connection, SILENCE)
    })
  }
}

/** Whether a frame has more bytes than this. */
function isLonger(frame: Frame, bytes: number): boolean {
  let size = 0
  for (const buffer of frame.buffers) size += buffer.byteLength
  // A UTF-16 unit is three bytes at most; counting exactly is for the few that are near the limit.
  if (size + frame.text.length * 3 <= bytes) return false
  return size + new TextEncoder().encode(frame.text).length > bytes
}
