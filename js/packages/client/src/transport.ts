/**
 * Transport: what carries frames between a client and its server, as the client sees it.
 *
 * - `Connect` opens one connection and reports through the handlers; `closed` is called exactly once, whoever closed.
 * - After `close` nothing more is delivered.
 */
import type { Frame } from './frames.js'

export interface TransportHandlers {
  opened(): void
  received(frame: Frame): void
  closed(code: number, reason: string): void
}

export interface Transport {
  send(frame: Frame): void
  close(code: number, reason: string): void
}

export type Connect = (handlers: TransportHandlers) => Transport
