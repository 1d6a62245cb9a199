/**
 * What transports over notebooks' messages have in common (objectsync_jupyter/links.py is the other end).
 *
 * - Messages that come down are numbered. The Jupyter server drops what exceeds its rate, silently; a gap closes the connection, and the
 *   client's next one fetches what is missing.
 * - The first frame goes at once; those made within the next 16 ms share a message: the way up is the slow one.
 */
import type { Frame } from '../frames.js'
import type { Transport, TransportHandlers } from '../transport.js'

const BATCH = 16
/** A larger message is cut up: above some 10 MB the Jupyter server loses it without a word. */
const PART = 4 * 1024 * 1024

/** What carries the messages. */
export interface Carrier {
  /** May throw where it is gone. */
  send(data: object, buffers: readonly Uint8Array[]): void
  /** Tells the other end that this one has closed. */
  goodbye(code: number, reason: string): void
  /** It is over, whoever ended it: let go. */
  release(): void
  /** The kernel answered; `epoch` names this life of its server. */
  ready?(epoch: string): void
}

export class MessageTransport implements Transport {
  readonly #handlers: TransportHandlers
  readonly #carrier: Carrier
  #opened = false
  #done = false
  #received = 0
  #waiting: Frame[] = []
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(handlers: TransportHandlers, carrier: Carrier) {
    this.#handlers = handlers
    this.#carrier = carrier
  }

  get done(): boolean {
    return this.#done
  }

  send(frame: Frame): void {
    if (this.#done || !this.#opened) return
    this.#waiting.push(frame)
    if (this.#timer === undefined) this.#flush()
  }

  close(code: number, reason: string): void {
    if (this.#done) return
    clearTimeout(this.#timer)
    this.#flush()
    if (this.#done) return
    try {
      this.#carrier.goodbye(code, reason)
    } catch {
      // It is gone already.
    }
    this.finish(code, reason)
  }

  /** It is over, and the other end knows or is gone. */
  finish(code: number, reason: string): void {
    if (this.#done) return
    this.#done = true
    clearTimeout(this.#timer)
    this.#carrier.release()
    this.#handlers.closed(code, reason)
  }

  /** A message has come. */
  take(data: { readonly [key: string]: unknown }, buffers: readonly Uint8Array[]): void {
    if (this.#done) return
    if (typeof data['ready'] === 'string') {
      this.#opened = true
      this.#carrier.ready?.(data['ready'])
      if (!this.#done) this.#handlers.opened()
    } else if (Array.isArray(data['close'])) {
      const [code, reason] = data['close'] as [number, string]
      this.finish(code, reason)
    } else this.#takeFrames(Number(data['n']), data['frames'] as readonly [string, number][], buffers)
  }

  #takeFrames(
    n: number,
    frames: readonly (readonly [string, number])[],
    buffers: readonly Uint8Array[],
  ): void {
    if (n !== this.#received + (frames.length ? 1 : 0)) {
      this.close(4096, 'gap')
      return
    }
    this.#received = n
    let at = 0
    for (const [text, count] of frames) {
      if (this.#done) return
      this.#handlers.received({ text, buffers: buffers.slice(at, at + count) })
      at += count
    }
  }

  readonly #flush = (): void => {
    this.#timer = undefined
    if (this.#done || this.#waiting.length === 0) return
    const frames: Frame[] = []
    for (const frame of this.#waiting) {
      if (sizeOf(frame) <= PART) frames.push(frame)
      else {
        this.#sendFrames(frames.splice(0))
        this.#sendParts(frame)
      }
    }
    this.#waiting = []
    this.#sendFrames(frames)
    this.#timer = setTimeout(this.#flush, BATCH)
  }

  #sendFrames(frames: readonly Frame[]): void {
    if (frames.length === 0) return
    const listed = frames.map(({ text, buffers }) => [text, buffers.length])
    const buffers = frames.flatMap((frame) => [...frame.buffers])
    this.#carry({ frames: listed }, buffers)
  }

  #sendParts({ text, buffers }: Frame): void {
    const head = new TextEncoder().encode(text)
    const whole = new Uint8Array(buffers.reduce((sum, buffer) => sum + buffer.byteLength, head.length))
    let at = 0
    for (const piece of [head, ...buffers]) {
      whole.set(piece, at)
      at += piece.byteLength
    }
    const parts = Math.ceil(whole.length / PART)
    for (let part = 0; part < parts; part++) {
      // `head` is how much of the whole is JSON; the lengths of the buffers behind it stand in there.
      const data = { part, parts, head: head.length, binary: buffers.length > 0 }
      this.#carry(data, [whole.slice(part * PART, (part + 1) * PART)])
    }
  }

  #carry(data: object, buffers: readonly Uint8Array[]): void {
    if (this.#done) return
    try {
      this.#carrier.send(data, buffers)
    } catch (error) {
      this.finish(1006, String(error))
    }
  }
}

/** About how many bytes a frame takes. */
function sizeOf({ text, buffers }: Frame): number {
  return buffers.reduce((sum, buffer) => sum + buffer.byteLength, text.length)
}

/** A name nobody else has. Not `crypto.randomUUID`: pages that came over plain http have none. */
export function newName(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('')
}
