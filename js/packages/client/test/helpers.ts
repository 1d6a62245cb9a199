/**
 * A clock moved by hand, and a small model of the server that speaks PROTOCOL.md over the memory transport.
 *
 * The model decides actions as the real server does (exactly once, text moved past what came since `base`, some rejected, some with
 * effects of listeners), and sends nothing before the test lets it.
 */
import type { Change } from '../src/changes.js'
import { wireValue } from '../src/changes.js'
import { Client, type ClientOptions } from '../src/client.js'
import type { Clock } from '../src/clock.js'
import { Journal } from '../src/journal.js'
import { decodeClient, encode } from '../src/peer.js'
import type { Action, ClientMessage, Limits, ServerMessage, Transaction } from '../src/protocol.js'
import { rebase } from '../src/rebase.js'
import type { Host, SObject } from '../src/sobject.js'
import { type MemoryConnection, MemoryNetwork } from '../src/transports/memory.js'
import { Tree } from '../src/tree.js'
import { sameValue, type Value } from '../src/values.js'

export class FakeClock implements Clock {
  #now = 0
  #soon: (() => void)[] = []
  #timers: { at: number; act: () => void }[] = []

  now(): number {
    return this.#now
  }
  after(delay: number, act: () => void): () => void {
    const timer = { at: this.#now + delay, act }
    this.#timers.push(timer)
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer)
    }
  }
  soon(act: () => void): void {
    this.#soon.push(act)
  }
  /** Runs what waits for the end of the running code. */
  flush(): void {
    for (let act = this.#soon.shift(); act; act = this.#soon.shift()) act()
  }
  /** Moves time, running each timer at its moment. */
  advance(milliseconds: number): void {
    const end = this.#now + milliseconds
    this.flush()
    for (;;) {
      const due = this.#timers.filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at)[0]
      if (!due) break
      this.#timers = this.#timers.filter((timer) => timer !== due)
      this.#now = Math.max(this.#now, due.at)
      due.act()
      this.flush()
    }
    this.#now = end
  }
  /** Time passes and no timer runs, as in a machine that sleeps; those that are due run late, when it moves on. */
  sleep(milliseconds: number): void {
    this.#now += milliseconds
  }
  get timerCount(): number {
    return this.#timers.length
  }
}

export const noHost = (objects: () => ReadonlyMap<string, SObject>, isWatched = false): Host => ({
  isWatched,
  get objects() {
    return objects()
  },
  perform: () => {
    throw new Error('a model is not changed through its objects')
  },
  call: () => Promise.reject(new Error('a model has no services')),
  mintId: () => '0',
  frontendType: (type) => type,
  report: (error) => {
    throw error
  },
})

/** A tree of its own, with nobody listening. */
export function bareTree(isWatched?: boolean): Tree {
  const tree: Tree = new Tree(noHost(() => tree.objects, isWatched))
  return tree
}

export const silent = { touched: () => {}, settled: () => {}, emitted: () => {} }

export function applyAll(tree: Tree, changes: readonly Change[]): Change[] {
  const journal = new Journal()
  const inverse: Change[] = []
  for (const change of changes) tree.apply(change, journal, inverse)
  journal.tell(silent)
  return inverse
}

/** The whole state as plain data, to compare. */
export function dump(tree: { readonly objects: ReadonlyMap<string, SObject> }): unknown {
  const one = (object: SObject): unknown => {
    const attributes: Record<string, Value> = {}
    const dynamic: Record<string, Value> = {}
    for (const [name, topic] of object.attributes) {
      const value = wireValue(topic.held)
      if (object.state.dynamic?.has(name)) dynamic[name] = [topic.type, value]
      else attributes[name] = value
    }
    return {
      id: object.id,
      type: object.type,
      attributes: plain(attributes),
      dynamic: plain(dynamic),
      tags: [...object.tags].sort(),
      children: object.children.map(one),
    }
  }
  const root = tree.objects.get('root')
  return root ? one(root) : null
}

/** Dicts with the usual prototype, so that deep equality compares content alone. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array || typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(plain)
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]))
}

export type Rows = Extract<Change, readonly ['rows', ...unknown[]]>

/** What `rows` stands for. */
export function singly(change: Rows): Change[] {
  const [, id, parent, count, shape, values] = change
  const rest = values.slice()
  const all: Change[] = []
  for (let row = 0; row < count; row++)
    for (const [type, above, names, same] of shape) {
      const number = Number(id) + all.length
      const own = { ...same, ...Object.fromEntries(names.map((name) => [name, rest.shift()])) }
      all.push(['create', `${number}`, type, above ? `${number - above}` : parent, -1, own as never])
    }
  return all
}

export const TYPES: readonly Change[] = [
  [
    'define',
    'Item',
    'div',
    {
      n: ['int', 0],
      v: ['generic', null],
      s: ['string', 'hello'],
      l: ['list', []],
      d: ['dict', {}],
      e: ['event', null],
    },
  ],
]

interface ServerSession {
  readonly id: string
  cseq: number
  seq: number
  connection: MemoryConnection | undefined
  outbox: { seq: number; transaction: Transaction | undefined }[]
}

/** What a listener of the server does to an action: nothing, add changes, or refuse by throwing. */
export type Effects = (changes: readonly Change[], tree: Tree) => readonly Change[]

export class ModelServer {
  readonly network = new MemoryNetwork()
  readonly tree = bareTree()
  epoch = 'e1'
  seq = 0
  logStart = 1
  readonly log: {
    seq: number
    session: string
    changes: readonly Change[]
    cseq: number
    error?: Transaction['error']
  }[] = []
  readonly sessions = new Map<string, ServerSession>()
  readonly received: ClientMessage[] = []
  readonly actions: { session: string; cseq: number }[] = []
  limits: Limits = {
    messageBytes: 1048576,
    stringLength: 65536,
    valueDepth: 64,
    collectionItems: 10000,
    actionChanges: 1000,
  }
  effects: Effects = () => []
  answer: (service: string) => Value = (service) => `called ${service}`
  #next = 1

  constructor(changes: readonly Change[] = []) {
    applyAll(this.tree, [...TYPES, ['create', 'root', 'SObject', null, -1, {}], ...changes])
  }

  /** The server itself changes something. */
  change(...changes: Change[]): void {
    applyAll(this.tree, changes)
    this.#commit('', 0, changes)
  }

  /** What `act` changes here, nobody is told: as if it had been lost, or spoilt, on its way. */
  silently(act: () => void): void {
    const { log, seq } = this
    const queued = [...this.sessions.values()].map((session) => [session, session.outbox.length] as const)
    act()
    for (const [session, length] of queued) session.outbox.length = length
    log.length -= this.seq - seq
    this.seq = seq
  }

  /** Reads all that one connection sent. */
  read(connection: MemoryConnection, count = Number.POSITIVE_INFINITY): void {
    for (let i = 0; i < count; i++) {
      const frame = connection.take()
      if (!frame) return
      this.#handle(decodeClient(frame), connection)
    }
  }

  /** Puts what waits for a session into frames, `most` transactions in each. */
  write(session: ServerSession, most = Number.POSITIVE_INFINITY): void {
    while (session.connection && session.outbox.length) {
      const part = session.outbox.splice(0, most)
      const seq = part.at(-1)?.seq ?? session.seq
      const transactions = part.flatMap(({ transaction }) => (transaction ? [transaction] : []))
      this.send(session.connection, {
        type: 'update',
        prev: session.seq,
        seq,
        hash: this.#hash(seq),
        transactions,
      })
      session.seq = seq
    }
  }

  send(connection: MemoryConnection, message: ServerMessage): void {
    connection.send(encode(message))
  }

  /** The whole exchange, until nobody has anything to say. */
  settle(clock: FakeClock): void {
    for (let i = 0; i < 100; i++) {
      clock.flush()
      let moved = false
      for (const connection of this.network.connections) {
        if (!connection.isOpen) continue
        moved ||= connection.toServer.length > 0
        this.read(connection)
      }
      for (const session of this.sessions.values()) this.write(session)
      for (const connection of this.network.connections) {
        moved ||= connection.waiting > 0
        connection.deliver()
      }
      if (!moved) return
    }
    throw new Error('client and server never come to rest')
  }

  /** Forgets all sessions, and nothing else. */
  forget(): void {
    this.sessions.clear()
    for (const connection of this.network.connections) connection.close(1006)
  }

  /** Forgets all sessions and begins a new epoch, as a restart without a store does; the state stays. */
  restart(): void {
    this.epoch = `${this.epoch}x`
    this.sessions.clear()
    this.log.length = 0
    this.logStart = this.seq + 1
    for (const connection of this.network.connections) connection.close(4002, 'restart')
  }

  /** The state as the changes of a snapshot. */
  snapshot(): Change[] {
    const changes: Change[] = [...TYPES]
    const walk = (object: SObject): void => {
      const values: Record<string, Value> = {}
      const more: Change[] = []
      for (const [name, topic] of object.attributes) {
        if (object.state.dynamic?.has(name))
          more.push(['attribute', object.id, name, topic.type, wireValue(topic.held)])
        else if (topic.type !== 'event') values[name] = wireValue(topic.held)
      }
      for (const tag of object.tags) more.push(['tag', object.id, tag])
      changes.push(['create', object.id, object.type, object.parent?.id ?? null, -1, values], ...more)
      object.children.forEach(walk)
    }
    if (this.tree.root) walk(this.tree.root)
    return changes
  }

  #hash(seq: number): string {
    return `h${seq}`
  }

  #handle(message: ClientMessage, connection: MemoryConnection): void {
    this.received.push(message)
    switch (message.type) {
      case 'hello': {
        const known = message.session === undefined ? undefined : this.sessions.get(message.session)
        const session: ServerSession = known ?? {
          id: `s${this.#next++}`,
          cseq: 0,
          seq: 0,
          connection,
          outbox: [],
        }
        this.sessions.set(session.id, session)
        session.connection = connection
        session.outbox = []
        const since = message.seq ?? 0
        const replay =
          known !== undefined &&
          message.epoch === this.epoch &&
          message.hash === this.#hash(since) &&
          since + 1 >= this.logStart &&
          since <= this.seq
        this.send(connection, {
          type: 'welcome',
          protocol: 2,
          session: session.id,
          token: `t${this.#next++}`,
          epoch: this.epoch,
          seq: replay ? since : this.seq,
          cseq: session.cseq,
          resume: replay ? 'replay' : 'snapshot',
          heartbeat: 10,
          limits: this.limits,
          hash: this.#hash(replay ? since : this.seq),
          server: 'model/1',
        })
        if (replay) {
          session.seq = since
          for (const entry of this.log) if (entry.seq > since) this.#queue(session, entry)
          return
        }
        session.seq = this.seq
        const changes = this.snapshot()
        const half = Math.ceil(changes.length / 2)
        this.send(connection, {
          type: 'snapshot',
          seq: this.seq,
          page: 0,
          pages: 2,
          changes: changes.slice(0, half),
        })
        this.send(connection, {
          type: 'snapshot',
          seq: this.seq,
          page: 1,
          pages: 2,
          changes: changes.slice(half),
        })
        return
      }
      case 'action': {
        const session = [...this.sessions.values()].find((each) => each.connection === connection)
        if (session) this.#decide(session, message)
        return
      }
      case 'call':
        this.send(connection, { type: 'result', id: message.id, value: this.answer(message.service) })
        return
      case 'ping':
        this.send(connection, { type: 'pong' })
        return
      default:
    }
  }

  #decide(session: ServerSession, action: Action): void {
    if (action.cseq <= session.cseq) return
    if (action.cseq !== session.cseq + 1) throw new Error(`action ${action.cseq} after ${session.cseq}`)
    session.cseq = action.cseq
    this.actions.push({ session: session.id, cseq: action.cseq })
    const since = this.log
      .filter((entry) => entry.seq > action.base && !entry.error)
      .flatMap((entry) => entry.changes)
    if (action.base + 1 < this.logStart && action.changes.some((change) => change[0].endsWith('_text'))) {
      this.#commit(session.id, action.cseq, [], { code: 'stale', message: 'older than the log' })
      return
    }
    const [changes = []] = rebase([action.changes], since)
    const journal = new Journal()
    const inverse: Change[] = []
    try {
      for (const change of changes) if (change[0] !== 'emit') this.tree.apply(change, journal, inverse)
      const effects = this.effects(changes, this.tree)
      for (const change of effects) this.tree.apply(change, journal, inverse)
      const result = [...changes.filter((change) => change[0] !== 'emit'), ...effects]
      const verbatim = effects.length === 0 && sameValue(changes, action.changes)
      this.#commit(session.id, action.cseq, result, undefined, verbatim)
    } catch (error) {
      this.tree.undo(inverse, new Journal())
      this.#commit(session.id, action.cseq, [], { code: 'rejected', message: String(error) })
    }
  }

  #commit(
    session: string,
    cseq: number,
    changes: readonly Change[],
    error?: Transaction['error'],
    verbatim = false,
  ): void {
    const entry = { seq: ++this.seq, session, changes, cseq, verbatim, ...(error ? { error } : {}) }
    this.log.push(entry)
    for (const each of this.sessions.values()) this.#queue(each, entry)
  }

  #queue(session: ServerSession, entry: ModelServer['log'][number] & { verbatim?: boolean }): void {
    const { seq, changes, error, cseq, verbatim } = entry
    let transaction: Transaction | undefined
    if (entry.session !== session.id) transaction = error ? undefined : { seq, changes }
    else if (error) transaction = { seq, cseq, error }
    else transaction = verbatim ? { seq, cseq } : { seq, cseq, changes }
    session.outbox.push({ seq, transaction })
  }
}

export interface World {
  readonly server: ModelServer
  readonly clock: FakeClock
  readonly client: Client
  readonly errors: unknown[]
}

/** A client that is live with a model server. */
export function world(changes: readonly Change[] = [], options: Partial<ClientOptions> = {}): World {
  const server = new ModelServer(changes)
  const clock = new FakeClock()
  const joined = join(server, clock, options)
  server.settle(clock)
  return { server, clock, ...joined }
}

/** One more client, connecting. */
export function join(
  server: ModelServer,
  clock: FakeClock,
  options: Partial<ClientOptions> = {},
): { client: Client; errors: unknown[] } {
  const errors: unknown[] = []
  const client = new Client({
    connect: server.network.connect,
    clock,
    random: () => 0.5,
    report: (error) => errors.push(error),
    ...options,
  })
  server.network.current.open()
  return { client, errors }
}
