/**
 * The messages of PROTOCOL.md, checked once at this edge and precise inside.
 *
 * - The wire is snake_case, the program camelCase; they meet here and nowhere else.
 * - What is missing, unknown or of the wrong type is a `ProtocolError` naming the place, what was expected and what came.
 * - Changes keep their wire form (see changes.ts).
 */
import type { Change } from './changes.js'
import type { Check } from './checks.js'
import * as c from './checks.js'
import { ProtocolError, reprOf } from './errors.js'
import type { Frame } from './frames.js'
import { decodeFrame, encodeFrame } from './frames.js'
import type { Person } from './presence.js'
import type { Dict, Value } from './values.js'
import { isDict } from './values.js'

export const PROTOCOL_VERSION = 2
export const SUBPROTOCOL = 'objectsync.v2'
export const ROOT_ID = 'root'

export interface Limits {
  readonly messageBytes: number
  readonly stringLength: number
  readonly valueDepth: number
  readonly collectionItems: number
  readonly actionChanges: number
  /** Actions and calls, over time and at once. */
  readonly actionsPerSecond?: number
  readonly actionsBurst?: number
}

/** One decided transaction. With `cseq` it is the client's own: `changes` absent means applied just as sent. */
export type Transaction = {
  readonly seq: number
  readonly cseq?: number
  readonly changes?: readonly Change[]
  readonly error?: { readonly code: string; readonly message: string }
}

export type Welcome = {
  readonly type: 'welcome'
  readonly protocol: number
  readonly session: string
  readonly token: string
  readonly epoch: string
  readonly seq: number
  readonly cseq: number
  readonly resume: 'replay' | 'snapshot'
  readonly heartbeat: number
  readonly limits: Limits
  readonly server: string
  readonly hash?: string
  readonly rejected?: readonly { readonly cseq: number; readonly code: string; readonly message: string }[]
}
export type Snapshot = {
  readonly type: 'snapshot'
  readonly seq: number
  readonly page: number
  readonly pages: number
  readonly changes: readonly Change[]
}
export type Update = {
  readonly type: 'update'
  readonly prev: number
  readonly seq: number
  readonly hash?: string
  readonly transactions: readonly Transaction[]
}
export type Result = {
  readonly type: 'result'
  readonly id: number
  readonly value?: Value
  readonly error?: { readonly code: string; readonly message: string; readonly incident?: string }
}
export type ErrorNotice = {
  readonly type: 'error'
  readonly code: string
  readonly message: string
  readonly object?: string
  readonly incident?: string
  readonly fatal: boolean
}
/** Who has come, changed or (null) gone, by session; with `all`, who is here. */
export type PresenceMessage = {
  readonly type: 'presence'
  readonly people: { readonly [session: string]: Person | null }
  readonly all?: boolean
}
/** The state hash of an object at `seq`, and of what it is made of. */
export type Hashes = {
  readonly type: 'hashes'
  readonly seq: number
  readonly object: string
  readonly hash: string
  readonly parts?: {
    readonly own: string
    readonly attributes: { readonly [name: string]: string }
    readonly children: readonly (readonly [string, string])[]
  }
  readonly loose?: readonly string[]
}
export type Ping = { readonly type: 'ping' }
export type Pong = { readonly type: 'pong' }

export type ServerMessage =
  | Welcome
  | Snapshot
  | Update
  | Result
  | PresenceMessage
  | Hashes
  | ErrorNotice
  | Ping
  | Pong

/**
 * A part of the tree: `root` and what is below it, at most `depth` levels (0: itself alone); with `tags`, only the objects with one of them,
 * and what is in these.
 */
export type Scope = { readonly root: string; readonly depth?: number; readonly tags?: readonly string[] }

export type Hello = {
  readonly type: 'hello'
  readonly protocol: number
  readonly attempt: number
  readonly client: string
  readonly session?: string | undefined
  readonly token?: string | undefined
  readonly epoch?: string | undefined
  readonly seq?: number | undefined
  readonly hash?: string | undefined
  readonly auth?: string | undefined
  readonly scopes?: readonly Scope[] | undefined
}
export type Ack = { readonly type: 'ack'; readonly seq: number; readonly frames: number }
export type Action = {
  readonly type: 'action'
  readonly cseq: number
  readonly base: number
  /** What a person does in one go carries one number, and is one step to undo. */
  readonly gesture?: number | undefined
  readonly changes: readonly Change[]
}
export type Call = {
  readonly type: 'call'
  readonly id: number
  readonly service: string
  readonly object?: string | undefined
  readonly args: Dict
}
export type Present = { readonly type: 'present' } & Partial<Person>
export type Subscribe = { readonly type: 'subscribe'; readonly scopes?: readonly Scope[] | null }
export type Verify = {
  readonly type: 'verify'
  readonly object: string
  readonly parts?: boolean | undefined
}
export type Diverged = {
  readonly type: 'diverged'
  readonly object: string
  readonly attribute?: string | undefined
}
export type Bye = { readonly type: 'bye' }

export type ClientMessage =
  | Hello
  | Ack
  | Action
  | Call
  | Present
  | Subscribe
  | Verify
  | Diverged
  | Bye
  | Ping
  | Pong

const OWNED = [c.id, c.name] as const
const CHANGES: { readonly [kind: string]: readonly Check[] } = {
  define: [c.name, c.string, c.dictOf(c.name, [c.topicType, c.any])],
  create: [c.id, c.name, c.orNull(c.id), c.index, c.dictOf(c.name, c.any)],
  creates: [c.id, c.listOf([c.name, c.listOf(c.name)]), c.array],
  rows: [
    c.id,
    c.id,
    c.positive,
    c.listOf([c.name, c.count, c.listOf(c.name), c.dictOf(c.name, c.any)]),
    c.array,
  ],
  destroy: [c.id],
  clear: [c.id],
  place: [c.id, c.id, c.index],
  attribute: [...OWNED, c.topicType, c.any],
  drop_attribute: OWNED,
  tag: [c.id, c.string],
  untag: [c.id, c.string],
  set: [...OWNED, c.any],
  add: [...OWNED, c.number],
  insert_text: [...OWNED, c.count, c.string],
  delete_text: [...OWNED, c.count, c.count],
  insert: [...OWNED, c.index, c.any],
  pop: [...OWNED, c.index],
  move: [...OWNED, c.index, c.index],
  replace: [...OWNED, c.index, c.any],
  append: [...OWNED, c.any, c.index],
  remove: [...OWNED, c.any],
  put: [...OWNED, c.string, c.any],
  drop: [...OWNED, c.string],
  emit: [...OWNED, c.dict],
  unemit: [...OWNED, c.dict],
}

/** @internal */
export const changes = c.listOf(c.change(CHANGES))

const problem = { code: c.string, message: c.string }
const limits = c.object({
  message_bytes: c.count,
  string_length: c.count,
  value_depth: c.count,
  collection_items: c.count,
  action_changes: c.count,
  'actions_per_second?': c.number,
  'actions_burst?': c.count,
})
const transaction = c.object({
  seq: c.positive,
  'cseq?': c.positive,
  'changes?': changes,
  'error?': c.object(problem),
})
/** @internal */
export const bare = c.object({ type: c.any })

const SERVER: { readonly [type: string]: Check } = {
  welcome: c.object({
    type: c.any,
    protocol: c.integer,
    session: c.id,
    token: c.string,
    epoch: c.string,
    seq: c.count,
    cseq: c.count,
    resume: c.resume,
    heartbeat: c.number,
    limits,
    server: c.string,
    'hash?': c.string,
    'rejected?': c.listOf(c.object({ cseq: c.positive, ...problem })),
  }),
  snapshot: c.object({ type: c.any, seq: c.count, page: c.count, pages: c.positive, changes }),
  update: c.object({
    type: c.any,
    prev: c.count,
    seq: c.count,
    'hash?': c.string,
    transactions: c.listOf(transaction),
  }),
  result: c.object({
    type: c.any,
    id: c.positive,
    'value?': c.any,
    'error?': c.object({ ...problem, 'incident?': c.string }),
  }),
  error: c.object({
    type: c.any,
    ...problem,
    'object?': c.id,
    'incident?': c.string,
    fatal: c.boolean,
  }),
  presence: c.object({
    type: c.any,
    people: c.dictOf(c.id, c.orNull(c.object({ name: c.string, color: c.string, state: c.dict }))),
    'all?': c.boolean,
  }),
  hashes: c.object({
    type: c.any,
    seq: c.count,
    object: c.id,
    hash: c.string,
    'parts?': c.object({
      own: c.string,
      attributes: c.dictOf(c.name, c.string),
      children: c.listOf([c.id, c.string]),
    }),
    'loose?': c.listOf(c.id),
  }),
  ping: bare,
  pong: bare,
}

/** @internal @throws ProtocolError */
export function check(table: { readonly [type: string]: Check }, message: { [key: string]: unknown }): void {
  const type = message['type']
  const shape = typeof type === 'string' && Object.hasOwn(table, type) ? table[type] : undefined
  if (!shape) {
    throw new ProtocolError(`the message type is ${reprOf(type)}; expected ${Object.keys(table).join(', ')}`)
  }
  c.hold(shape, message, String(type))
}

/**
 * What the server said.
 * @throws ProtocolError
 */
export function decodeServer(frame: Frame): ServerMessage {
  const message = decodeFrame(frame)
  check(SERVER, message)
  const { type } = message
  if (type === 'update') {
    for (const { seq, cseq, changes: done, error } of (message as unknown as Update).transactions) {
      if (cseq === undefined && (done === undefined || error !== undefined)) {
        throw new ProtocolError(`transaction ${seq} is not this client's own and has no 'changes'`)
      }
      if (done && error) throw new ProtocolError(`transaction ${seq} has both 'changes' and 'error'`)
    }
  } else if (type === 'result' && 'value' in message === 'error' in message) {
    throw new ProtocolError("result has both or none of 'value' and 'error'; expected one")
  }
  return (type === 'welcome' ? withLimits(message, camel) : message) as unknown as ServerMessage
}

/** The frame of what a client says. */
export const encode = (message: ClientMessage): Frame => encodeFrame(message)

const camel = (field: string): string => field.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase())

/** @internal The fields of messages are one word each, but for those of `limits`. */
export function withLimits(
  message: { readonly [field: string]: unknown },
  rename: (field: string) => string,
): { [field: string]: unknown } {
  const { limits } = message
  if (!isDict(limits)) return message
  const renamed = Object.entries(limits).map(([field, value]) => [rename(field), value])
  return { ...message, limits: Object.fromEntries(renamed) }
}
