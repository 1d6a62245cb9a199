/**
 * Client: one session with a server, and the objects it shows.
 *
 * - Driven by what it is given: a transport that brings frames, a clock, a random source. It reads nothing else.
 * - It speaks first (hello), then follows PROTOCOL.md; each frame is applied whole, and `onFrame` listeners run after it.
 * - A broken connection is only a delay: it says hello with what it has seen, and every undecided action is sent again, once.
 * - A gap, or a frame that does not fit, is never guessed over: it connects again, asking for a snapshot where the state is in doubt.
 * - Close codes from 4100 are final.
 */
import { Calls } from './calls.js'
import { type Clock, systemClock } from './clock.js'
import type { Divergence } from './comparison.js'
import { CallError, LocalError, ProtocolError } from './errors.js'
import { type Disconnect, Signal } from './events.js'
import type { Frame } from './frames.js'
import { Gesture } from './gestures.js'
import { Handshake } from './handshake.js'
import type { Outcome, Preview } from './layers.js'
import { Link } from './link.js'
import { Outbox } from './outbox.js'
import { Presence } from './presence.js'
import type { ErrorNotice, Scope, ServerMessage, Snapshot, Update, Welcome } from './protocol.js'
import { decodeServer } from './protocol.js'
import type { Rejection } from './replica.js'
import { Replica } from './replica.js'
import type { Host, SObject } from './sobject.js'
import type { Status } from './status.js'
import type { Connect } from './transport.js'
import { type UndoResult, undoResult } from './undo.js'
import { checkValue, type Dict, type Value } from './values.js'
import { Verifier } from './verifier.js'

export interface ClientOptions {
  readonly connect: Connect
  readonly clock?: Clock
  /** From 0 to below 1. */
  readonly random?: () => number
  /** What this client calls itself in hello. */
  readonly name?: string
  /** The access token, where no cookie carries it. */
  readonly auth?: string
  /** Which parts of the tree to see; all of it, unless given. `subscribe` changes it. */
  readonly scopes?: readonly Scope[]
  /** Where errors of listeners go; the console, unless given. */
  readonly report?: (error: unknown, where: string) => void
}

export class Client {
  readonly #options: ClientOptions
  readonly #clock: Clock
  readonly #link: Link
  readonly #handshake = new Handshake()
  readonly #replica: Replica
  readonly #outbox: Outbox
  readonly #calls = new Calls()
  /** Who else is here: `people`, `set({ name, color, state })`, `onChange`. */
  readonly presence: Presence
  readonly #signals: { readonly size: number }[] = []
  readonly #statusSignal: Signal<[Status]>
  readonly #frameSignal: Signal<[]>
  readonly #settledSignal: Signal<[]>
  readonly #touchedSignal: Signal<[SObject, string | null, (readonly SObject[])?]>
  readonly #emittedSignal: Signal<[SObject, string, Dict]>
  readonly #rejectedSignal: Signal<[Rejection]>
  readonly #noticeSignal: Signal<[ErrorNotice]>
  #status: Status = { state: 'connecting' }
  readonly #verifier: Verifier
  #scopes: readonly Scope[] | undefined
  readonly #divergedSignal: Signal<[Divergence]>
  #repairs = 0
  #nextGesture = 1
  #nextId = 1

  /** Connects at once. */
  constructor(options: ClientOptions) {
    this.#options = options
    this.#scopes = options.scopes
    this.#clock = options.clock ?? systemClock
    this.#link = new Link(options.connect, this.#clock, options.random ?? Math.random, {
      opened: () => this.#hello(),
      received: (frame) => this.#receive(frame),
      lost: (code, reason) => this.#lost(code, reason),
      appliedSeq: () => (this.#handshake.isLive ? this.seq : 0),
      mayOffer: () => this.#outbox.pump(),
    })
    const signal = <A extends readonly unknown[]>(where: string): Signal<A> => {
      const made = new Signal<A>((error) => this.#report(error, `a listener of the client's ${where}`))
      this.#signals.push(made)
      return made
    }
    this.#statusSignal = signal('status')
    this.#frameSignal = signal('frames')
    this.#settledSignal = signal('settled')
    this.#touchedSignal = signal('touched')
    this.#emittedSignal = signal('emissions')
    this.#rejectedSignal = signal('rejections')
    this.#noticeSignal = signal('errors')
    this.#divergedSignal = signal('divergences')
    this.presence = new Presence(
      this.#clock,
      (message) => this.#link.send(message),
      (error) => this.#report(error, 'a listener of the presence'),
    )
    this.#replica = new Replica(this.#makeHost(), {
      touched: (object, name, moved) => this.#touchedSignal.emit(object, name, moved),
      settled: () => this.#settledSignal.emit(),
      emitted: (cell, args) => this.#emittedSignal.emit(cell.object, cell.name, args),
      acted: (action) => this.#outbox.acted(action),
      rejected: (rejection) => this.#rejectedSignal.emit(rejection),
    })
    this.#outbox = new Outbox(this.#clock, this.#link, this.#replica, this.#calls, () =>
      this.#handshake.isLive ? this.seq : undefined,
    )
    this.#verifier = new Verifier({
      tree: this.#replica.tree,
      clock: this.#clock,
      random: options.random ?? Math.random,
      send: (message) => this.#link.send(message),
      isSettled: () => this.#replica.isSettled,
      found: (divergence) => this.#repair(divergence),
    })
    this.#link.connect()
  }

  /** The root object; null until the first snapshot came. */
  get root(): SObject | null {
    return this.#replica.tree.root
  }

  /** All objects by id. The map changes as the tree does. */
  get objects(): ReadonlyMap<string, SObject> {
    return this.#replica.tree.objects
  }

  /** @throws LocalError when there is none */
  object(id: string): SObject {
    const object = this.objects.get(id)
    if (object) return object
    throw new LocalError(`there is no object '${id}' here (${this.objects.size} objects are known)`)
  }

  get status(): Status {
    return this.#status
  }

  /** How many actions the server has not decided. */
  get pendingCount(): number {
    return this.#replica.pending.length
  }

  /** The `seq` this client has applied. */
  get seq(): number {
    return this.#handshake.session?.seq ?? 0
  }

  get session(): string | undefined {
    return this.#handshake.session?.id
  }

  onStatus(listener: (status: Status) => void): Disconnect {
    return this.#statusSignal.connect(listener)
  }
  /** Runs after each frame of the server was applied whole. */
  onFrame(listener: () => void): Disconnect {
    return this.#frameSignal.connect(listener)
  }
  /** Runs after each batch of changes, the server's or local, when everyone else was told. */
  onSettled(listener: () => void): Disconnect {
    return this.#settledSignal.connect(listener)
  }
  /**
   * Runs once per batch for each attribute that changed, and with `null` for the children: then `moved` are those that came, went or moved,
   * where these are few; the others are there as before, in the same order.
   */
  onTouched(
    listener: (object: SObject, name: string | null, moved?: readonly SObject[]) => void,
  ): Disconnect {
    return this.#touchedSignal.connect(listener)
  }
  /** Runs for each event that the server emits, after all else that came with it. */
  onEmitted(listener: (object: SObject, name: string, args: Dict) => void): Disconnect {
    return this.#emittedSignal.connect(listener)
  }
  /** Runs when an action of this client was not applied; it has been taken back by then. */
  onRejected(listener: (rejection: Rejection) => void): Disconnect {
    return this.#rejectedSignal.connect(listener)
  }
  /** Runs when the server reports a problem that concerns this client. */
  onNotice(listener: (notice: ErrorNotice) => void): Disconnect {
    return this.#noticeSignal.connect(listener)
  }
  /** Says a problem of this page's own where those that the server reports are said. */
  notify(problem: Pick<ErrorNotice, 'code' | 'message' | 'object' | 'incident'>): void {
    this.#noticeSignal.emit({ type: 'error', fatal: false, ...problem })
  }

  /** Runs when this client found that its state was not the server's; it gets the whole of it anew. */
  onDiverged(listener: (divergence: Divergence) => void): Disconnect {
    return this.#divergedSignal.connect(listener)
  }
  /** How often that was. */
  get repairs(): number {
    return this.#repairs
  }
  /** Compares with the server now; it does so by itself now and then. */
  verify(): void {
    this.#verifier.verify()
  }

  /** How many listeners are connected to the client itself. */
  get listenerCount(): number {
    return this.#signals.reduce((sum, { size }) => sum + size, this.presence.listenerCount)
  }

  /** Makes one action of all that `act` changes: all of it happens, or none. */
  record<T>(act: () => T): T {
    this.#needOpen()
    return this.#replica.record(act)
  }

  /**
   * Begins something that a person does in one go, such as a drag: what its `record` changes is one step to undo, and at most one action
   * per frame. `end` says that it is over.
   */
  gesture(): Gesture {
    return new Gesture(
      this.#nextGesture++,
      (act, gesture) => {
        this.#needOpen()
        return this.#replica.record(act, gesture)
      },
      () => this.#outbox.pumpSoon(),
    )
  }

  /**
   * Makes one action of all that `act` changes, as `record` does.
   * @returns what the server decides about it; never rejects. Kept while the connection is broken
   */
  propose(act: () => void): Promise<Outcome> {
    this.#needOpen()
    return this.#replica.propose(act)
  }

  /** Shows what `act` changes here only, until the preview is dropped or committed. */
  pretend(act: () => void): Preview {
    this.#needOpen()
    return this.#replica.pretend(act)
  }

  /** Calls a service of the server, or of `object`. @returns its answer; rejects with `CallError` */
  call(service: string, args: Dict = {}, object?: SObject | string): Promise<Value> {
    checkValue(args)
    if (this.#status.state === 'closed') {
      return Promise.reject(new CallError('closed', `the client is closed: ${this.#status.reason}`))
    }
    const id = typeof object === 'object' ? object.id : object
    const answer = this.#calls.add(service, args, id, this.#replica.pending.at(-1))
    this.#outbox.pumpSoon()
    return answer
  }

  /** Sees these parts of the tree from now on (undefined: all of it). Objects come and go as they do when the server makes and destroys them. */
  subscribe(scopes: readonly Scope[] | undefined): void {
    this.#scopes = scopes
    this.#sayScopes()
  }

  #sayScopes(): void {
    if (this.#handshake.asksFor(this.#scopes))
      this.#link.send({ type: 'subscribe', scopes: this.#scopes ?? null })
  }

  /** Undoes this client's newest step, or everyone's newest: within `target`, if given. */
  undo(target?: SObject | string, whose: 'own' | 'all' = 'own'): Promise<UndoResult> {
    return this.#callHistory('undo', target, whose)
  }

  /** Redoes what was undone last, unless something new was done since. */
  redo(target?: SObject | string, whose: 'own' | 'all' = 'own'): Promise<UndoResult> {
    return this.#callHistory('redo', target, whose)
  }

  /**
   * For a page that is visible, awake or online again: connects at once, where it is waiting to; where it believes to be connected, it asks
   * the server, so that a connection that died meanwhile is found in two seconds.
   */
  retryNow(): void {
    this.#link.retryNow()
  }

  /** Leaves for good. */
  close(): void {
    if (this.#status.state === 'closed') return
    this.#link.send({ type: 'bye' })
    this.#end(1000, 'closed by this client')
  }

  async #callHistory(
    service: string,
    target: SObject | string | undefined,
    whose: 'own' | 'all',
  ): Promise<UndoResult> {
    const id = typeof target === 'object' ? target.id : target
    const args = { ...(id === undefined ? {} : { target: id }), ...(whose === 'own' ? { own: true } : {}) }
    return undoResult(await this.call(service, args))
  }

  #makeHost(): Host {
    const client = this
    return {
      get objects() {
        return client.objects
      },
      get isWatched() {
        return client.#touchedSignal.size > 0
      },
      perform: (changes) => {
        this.#needOpen()
        this.#replica.perform(changes)
      },
      call: (service, args, object) => this.call(service, args, object),
      mintId: () => {
        const { session } = this
        if (session === undefined) throw new LocalError('objects can be created when the client is live')
        return `${session}.${this.#nextId++}`
      },
      frontendType: (type) => this.#replica.tree.frontendType(type),
      report: (error, where) => this.#report(error, where),
    }
  }

  #needOpen(): void {
    if (this.#status.state !== 'closed') return
    throw new LocalError(`nothing can be changed: the client is closed (${this.#status.reason})`)
  }

  #report(error: unknown, where: string): void {
    if (this.#options.report) this.#options.report(error, where)
    else console.error(`objectsync: ${where} failed:`, error)
  }

  #setStatus(status: Status): void {
    this.#status = status
    this.#statusSignal.emit(status)
  }

  // --- the connection ---------------------------------------------------------------------------------------------

  #hello(): void {
    const { name, auth } = this.#options
    this.#link.send(this.#handshake.hello(name ?? 'objectsync-js/0.1.0', auth, this.#scopes))
  }

  /** The connection is gone; decides whether there is another. */
  #lost(code: number, reason: string): void {
    if (code >= 4100 && code < 4200) {
      this.#end(code, reason)
      return
    }
    this.#disconnected()
    const retryAt = this.#link.retry()
    this.#setStatus({ state: 'offline', reason: reason || `the connection was lost (${code})`, retryAt })
  }

  #disconnected(): void {
    this.#handshake.lost()
    this.presence.goOffline()
    this.#verifier.goOffline()
    this.#calls.lost()
  }

  #end(code: number, reason: string): void {
    this.#disconnected()
    this.#outbox.end()
    this.#link.end()
    this.#calls.end(reason)
    this.#setStatus({ state: 'closed', code, reason })
    this.presence.end()
    this.#replica.abandon('closed', `the connection ended before this was done (${reason})`)
  }

  // --- what comes -------------------------------------------------------------------------------------------------

  #receive(frame: Frame): void {
    try {
      this.#handle(decodeServer(frame))
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error
      this.#report(error, 'a frame of the server')
      this.#doubt()
    }
  }

  #handle(message: ServerMessage): void {
    switch (message.type) {
      case 'ping':
        // At once and together: the timers of a hidden tab run late, but its messages do not.
        this.#link.ack()
        this.#link.send({ type: 'pong' })
        return
      case 'pong':
        break
      case 'welcome':
        this.#welcome(message)
        break
      case 'error':
        this.#noticeSignal.emit(message)
        if (message.fatal)
          this.#report(new ProtocolError(`${message.code}: ${message.message}`), 'the session')
        break
      case 'snapshot':
        this.#snapshot(message)
        break
      case 'update':
        this.#update(message)
        break
      case 'result':
        this.#calls.answer(message)
        break
      case 'hashes':
        this.#verifier.receive(message)
        break
      case 'presence':
        this.presence.receive(message)
        break
    }
    this.#link.ackLater()
  }

  #welcome(welcome: Welcome): void {
    if (!this.#handshake.welcome(welcome)) {
      this.#sayScopes()
      return
    }
    for (const action of this.#replica.pending) if (action.cseq > welcome.cseq) action.sent = undefined
    this.#outbox.begin(welcome.cseq)
    this.#goLive()
  }

  #snapshot(snapshot: Snapshot): void {
    const loaded = this.#handshake.page(snapshot)
    if (!loaded) return
    const { changes, former, welcome } = loaded
    const { session: id, cseq, rejected = [], epoch } = welcome
    const isOther = former !== undefined && former.id !== id
    this.#outbox.begin(cseq)
    this.#replica.load(
      changes,
      { cseq, rejected, isForgotten: isOther && former.epoch === epoch },
      isOther ? renamer(former.id, id) : undefined,
    )
    this.#goLive()
    this.#frameSignal.emit()
  }

  #goLive(): void {
    this.#handshake.live()
    this.#link.live(this.#handshake.limits)
    this.#sayScopes()
    this.presence.goLive()
    this.#verifier.goLive()
    this.#outbox.pumpSoon()
    this.#setStatus({ state: 'live' })
  }

  #update(update: Update): void {
    const { session, isLive } = this.#handshake
    if (!isLive || !session) {
      throw new ProtocolError('an update came before the state it changes')
    }
    if (update.prev !== session.seq) {
      // A gap loses nothing but time: the same hello as after a broken connection fetches what is missing.
      this.#link.giveUp(4096, 'gap')
      return
    }
    this.#replica.receive(update.transactions, () => {
      session.seq = update.seq
      session.hash = update.hash
    })
    this.#outbox.decided()
    this.#verifier.changed()
    this.#frameSignal.emit()
  }

  /** Never silent drift: tells where, and asks for the whole state. */
  #repair(divergence: Divergence): void {
    this.#repairs++
    const { object, attribute } = divergence
    this.#link.send({ type: 'diverged', object, attribute })
    this.#report(
      new ProtocolError(`out of step at ${divergence.path}; getting all of it anew`),
      'a look at the state',
    )
    this.#divergedSignal.emit(divergence)
    this.#doubt()
  }

  /** The state is in doubt, so the whole of it is asked for. Actions stay: the welcome says which were decided. */
  #doubt(): void {
    const { session } = this.#handshake
    if (session) session.inDoubt = true
    this.#link.giveUp(4097, 'out_of_step')
  }
}

/** Objects minted as `former.n` are `now.n` in another session. */
function renamer(former: string, now: string): (id: string) => string {
  return (id) => (id.startsWith(`${former}.`) ? now + id.slice(former.length) : id)
}
