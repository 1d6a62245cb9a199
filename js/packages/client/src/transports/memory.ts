/**
 * The memory transport: two queues that are emptied by hand, for tests and embedding.
 *
 * - Nothing moves until the test says so, and each direction moves by itself, so every interleaving can be made.
 * - Frames are packed and unpacked on the way, as on a real wire.
 */
import type { Frame } from '../frames.js'
import { pack, unpack } from '../frames.js'
import type { Connect, TransportHandlers } from '../transport.js'

/** One connection, from the server's side. */
export class MemoryConnection {
  readonly toServer: (string | Uint8Array)[] = []
  readonly #toClient: (string | Uint8Array)[] = []
  readonly #handlers: TransportHandlers
  /** What the client closed it with. */
  closed: { readonly code: number; readonly reason: string } | undefined

  constructor(handlers: TransportHandlers) {
    this.#handlers = handlers
  }

  get isOpen(): boolean {
    return this.closed === undefined
  }

  /** How many frames wait for the client. */
  get waiting(): number {
    return this.#toClient.length
  }

  open(): void {
    this.#handlers.opened()
  }

  /** The server sends; the client gets it at `deliver`. */
  send(frame: Frame): void {
    if (this.isOpen) this.#toClient.push(pack(frame))
  }

  /** Delivers up to `count` frames to the client. */
  deliver(count = Number.POSITIVE_INFINITY): void {
    for (let i = 0; i < count && this.isOpen; i++) {
      const data = this.#toClient.shift()
      if (data === undefined) return
      this.#handlers.received(unpack(data))
    }
  }

  /** Takes what the client sent. */
  take(): Frame | undefined {
    const data = this.toServer.shift()
    return data === undefined ? undefined : unpack(data)
  }

  /** The connection breaks, or the server closes it. What was on its way is lost. */
  close(code: number, reason = ''): void {
    if (!this.isOpen) return
    this.closed = { code, reason }
    this.#toClient.length = 0
    this.#handlers.closed(code, reason)
  }
}

/** The server's side of the memory transport: every connection that was made, newest last. */
export class MemoryNetwork {
  readonly connections: MemoryConnection[] = []

  get connect(): Connect {
    return (handlers) => {
      const connection = new MemoryConnection(handlers)
      this.connections.push(connection)
      return {
        send: (frame) => {
          if (connection.isOpen) connection.toServer.push(pack(frame))
        },
        close: (code, reason) => connection.close(code, reason),
      }
    }
  }

  /** The newest connection. */
  get current(): MemoryConnection {
    const connection = this.connections.at(-1)
    if (!connection) throw new Error('no connection was made; expected one')
    return connection
  }
}
