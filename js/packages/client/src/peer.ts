/**
 * The other side of the protocol, for peers written in TypeScript (tests, tools): what a client says is checked, what a server says written.
 * In a module of its own, since no page needs it.
 */

import type { Check } from './checks.js'
import * as c from './checks.js'
import type { Frame } from './frames.js'
import { decodeFrame, encodeFrame, wrapped } from './frames.js'
import { bare, type ClientMessage, changes, check, type ServerMessage, withLimits } from './protocol.js'

const scopes = c.listOf(c.object({ root: c.id, 'depth?': c.orNull(c.count), 'tags?': c.listOf(c.string) }))

const CLIENT: { readonly [type: string]: Check } = {
  hello: c.object({
    type: c.any,
    protocol: c.integer,
    attempt: c.positive,
    client: c.string,
    'session?': c.id,
    'token?': c.string,
    'epoch?': c.string,
    'seq?': c.count,
    'hash?': c.string,
    'auth?': c.string,
    'scopes?': c.orNull(scopes),
  }),
  ack: c.object({ type: c.any, seq: c.count, frames: c.count }),
  action: c.object({ type: c.any, cseq: c.positive, base: c.count, 'gesture?': c.positive, changes }),
  call: c.object({
    type: c.any,
    id: c.positive,
    service: c.string,
    'object?': c.id,
    args: c.dict,
  }),
  subscribe: c.object({ type: c.any, 'scopes?': c.orNull(scopes) }),
  verify: c.object({ type: c.any, object: c.id, 'parts?': c.boolean }),
  diverged: c.object({ type: c.any, object: c.id, 'attribute?': c.string }),
  present: c.object({ type: c.any, 'name?': c.string, 'color?': c.string, 'state?': c.dict }),
  bye: bare,
  ping: bare,
  pong: bare,
}

/** What a client said. @throws ProtocolError */
export function decodeClient(frame: Frame): ClientMessage {
  const message = decodeFrame(frame)
  check(CLIENT, message)
  return message as unknown as ClientMessage
}

const snake = (field: string): string => field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

type Json = { [key: string]: unknown }

/** The frame of a message, from either side. */
export function encode(message: ClientMessage | ServerMessage): Frame {
  const out = { ...withLimits(message, snake) }
  const buffers: Uint8Array[] = []
  if (Array.isArray(out['transactions'])) {
    out['transactions'] = out['transactions'].map((transaction: Json) => {
      const own: Uint8Array[] = []
      const copy = wrapped(transaction, own)
      if (own.length) copy['buffers'] = own.length
      buffers.push(...own)
      return copy
    })
  }
  return encodeFrame(out, buffers)
}
