/**
 * Replica: what a client shows, which is what the server confirmed with this client's undecided actions replayed on top.
 *
 * - A local change is applied at once and remembered as an action, with the changes that take it back.
 * - What the server decided is the truth, never what both sides computed: an acknowledged action stays as it is; a rebased one is
 *   taken back and the server's changes take its place; a rejected one is taken back.
 * - Where a transaction meets an undecided action, all predictions are taken back, it is applied, and they are replayed; only the
 *   net difference is told. An action that no longer fits is skipped, and the server will say what becomes of it.
 * - No I/O and no clock: `client.ts` sends the actions and brings the transactions.
 */
import { carry, type Decided, editsBetween, Footing, type Refused, renamed } from './carry.js'
import type { Change } from './changes.js'
import { ChangeError, LocalError, ProtocolError } from './errors.js'
import type { Audience } from './journal.js'
import { Journal } from './journal.js'
import type { Transaction } from './protocol.js'
import { placeEdits, placeInverse, rebase } from './rebase.js'
import type { Host } from './sobject.js'
import { Touches } from './touches.js'
import { Tree } from './tree.js'
import { sameValue } from './values.js'

/** One action that the server has not decided. */
export interface PendingAction {
  cseq: number
  /** As it is to be replayed now; places in texts and lists move as others' edits come in. */
  changes: readonly Change[]
  /** As it was sent on this connection, or undefined. */
  sent: readonly Change[] | undefined
  /** Whether it was ever sent. */
  wasSent: boolean
  /** What takes it back; undefined while it does not fit and is not applied. */
  inverse: readonly Change[] | undefined
}

/** An action that was not applied, and why. */
export type Rejection = Refused

export interface ReplicaOwner extends Audience {
  /** A new action waits to be sent. */
  acted(): void
  rejected(rejection: Rejection): void
}

export class Replica {
  readonly tree: Tree
  pending: PendingAction[] = []
  readonly #owner: ReplicaOwner
  #nextCseq = 1
  #recording: { journal: Journal; changes: Change[]; inverse: Change[] } | undefined

  constructor(host: Host, owner: ReplicaOwner) {
    this.tree = new Tree(host)
    this.#owner = owner
  }

  /** Applies one action of this client: all of `changes`, or none. @throws ChangeError */
  perform(changes: readonly Change[]): void {
    this.record(() => {
      const recording = this.#recording as { journal: Journal; changes: Change[]; inverse: Change[] }
      const mark = recording.inverse.length
      try {
        for (const change of changes) {
          if (change[0] !== 'emit') this.tree.apply(change, recording.journal, recording.inverse)
          // What a client emits goes to the server only, so it is not told to listeners here.
          else this.tree.topic(change[1], change[2])
        }
      } catch (error) {
        this.tree.undo(recording.inverse.splice(mark), recording.journal)
        throw error
      }
      recording.changes.push(...changes)
    })
  }

  /** Makes one action of all that `act` changes. When it throws, everything is taken back. */
  record<T>(act: () => T): T {
    if (this.#recording) return act()
    const recording = { journal: new Journal(), changes: [] as Change[], inverse: [] as Change[] }
    this.#recording = recording
    let result: T
    try {
      result = act()
    } catch (error) {
      recording.journal.goNet()
      this.tree.undo(recording.inverse, recording.journal)
      this.#recording = undefined
      recording.journal.tell(this.#owner)
      throw error
    }
    this.#recording = undefined
    if (isPromise(result)) {
      this.tree.undo(recording.inverse, recording.journal)
      throw new LocalError('record() got an async function; expected one that changes things at once')
    }
    if (recording.changes.length) {
      const { changes, inverse } = recording
      this.pending.push({ cseq: this.#nextCseq++, changes, sent: undefined, wasSent: false, inverse })
      recording.journal.tell(this.#owner)
      this.#owner.acted()
    }
    return result
  }

  /**
   * Applies what the server decided, as one frame.
   * @param applied runs when all is applied and before anyone is told
   * @throws ProtocolError when it does not fit; the state is then in doubt, and a snapshot is needed
   */
  receive(transactions: readonly Transaction[], applied: () => void = () => {}): void {
    const journal = new Journal()
    const rejections: Rejection[] = []
    let rewound = false
    try {
      for (const transaction of transactions) {
        if (!rewound && this.#mustRewind(transaction)) {
          rewound = true
          journal.goNet()
          this.#takeBack(journal)
        }
        this.#decide(transaction, rewound, journal, rejections)
      }
      if (rewound) this.#replay(journal)
    } catch (error) {
      journal.goNet()
      journal.tell(this.#owner)
      if (!(error instanceof ChangeError)) throw error
      throw new ProtocolError(`a change of the server does not fit here: ${error.message}`)
    }
    applied()
    journal.tell(this.#owner)
    for (const rejection of rejections) this.#owner.rejected(rejection)
  }

  /**
   * Shows the state of a snapshot in place of what was shown; objects whose id and type persist stay the same SObjects, and only what
   * differs is told. Undecided actions are replayed on top (see carry.ts), numbered from `decided.cseq + 1`.
   * @param rename gives the new id of an object this client minted, when its session is another one now
   */
  load(changes: readonly Change[], decided: Decided, rename?: (id: string) => string): void {
    const journal = new Journal()
    journal.goNet()
    try {
      this.#takeBack(journal)
    } catch (error) {
      // The state was in doubt already, which is why there is a snapshot.
      if (!(error instanceof ChangeError)) throw error
    }
    const footing = new Footing(this.tree, this.pending)
    this.tree.empty(journal)
    try {
      for (const change of changes) this.tree.apply(change, journal)
    } catch (error) {
      journal.tell(this.#owner)
      throw new ProtocolError(`a change of a snapshot does not fit: ${String(error)}`)
    }
    const { kept, refused, born } = carry(this.pending, footing, this.tree, decided)
    const again = (id: string): string => (rename && born.has(id) ? rename(id) : id)
    this.pending = kept.map(([action, moved], i) =>
      Object.assign(action, {
        cseq: decided.cseq + 1 + i,
        changes: rename ? moved.map((change) => renamed(change, again)) : moved,
        sent: undefined,
        inverse: undefined,
      }),
    )
    this.#nextCseq = decided.cseq + 1 + kept.length
    this.#replay(journal)
    journal.tell(this.#owner)
    for (const rejection of refused) this.#owner.rejected(rejection)
  }

  /** Refuses an action that was not sent, nor any after it: it is taken back, and those after it are counted anew. */
  refuse(action: PendingAction, code: string, message: string): void {
    const journal = new Journal()
    journal.goNet()
    this.#takeBack(journal)
    this.pending = this.pending.filter((other) => other !== action)
    for (const other of this.pending) if (other.cseq > action.cseq) other.cseq--
    this.#nextCseq--
    this.#rebaseOverLoss(action)
    this.#replay(journal)
    journal.tell(this.#owner)
    this.#owner.rejected({ code, message, changes: action.changes })
  }

  /** Gives up the undecided actions: they will never be decided. */
  abandon(code: string, message: string): void {
    const journal = new Journal()
    journal.goNet()
    this.#takeBack(journal)
    const abandoned = this.pending
    this.pending = []
    journal.tell(this.#owner)
    for (const { changes } of abandoned) this.#owner.rejected({ code, message, changes })
  }

  /** Whether the predictions must be taken back to apply this. */
  #mustRewind({ cseq, changes, error }: Transaction): boolean {
    const [oldest] = this.pending
    if (!oldest) return false
    if (cseq !== undefined && oldest.inverse?.length !== 0) {
      const stays = oldest.inverse && oldest.sent === oldest.changes && !changes && !error
      if (!stays) return true
    }
    if (!changes?.length) return false
    const touches = new Touches()
    for (const action of this.pending) {
      touches.add(action.changes)
      if (action.inverse) touches.add(action.inverse)
    }
    return touches.meet(changes, this.tree)
  }

  #decide(
    { seq, cseq, changes, error }: Transaction,
    rewound: boolean,
    journal: Journal,
    rejections: Rejection[],
  ): void {
    if (cseq === undefined) {
      const done = (changes ?? []).flatMap((change) => this.#apply(change, rewound, journal))
      if (rewound) this.#rebase(done)
      return
    }
    const action = this.pending.shift()
    if (!action || action.cseq !== cseq) {
      const expected = action ? `${action.cseq}` : 'none'
      throw new ProtocolError(`transaction ${seq} decides action ${cseq}; expected ${expected}`)
    }
    if (error) {
      rejections.push({ ...error, changes: action.changes })
      if (rewound) this.#rebaseOverLoss(action)
      return
    }
    if (!changes) {
      if (rewound) {
        const own = action.sent ?? action.changes
        for (const change of own) if (change[0] !== 'emit') this.tree.apply(change, journal)
      }
      return
    }
    const emitted = action.changes.filter((change) => change[0] === 'emit')
    for (const change of changes) {
      // Its own emission comes back among the changes of the action; only what the server emits is heard here.
      const own = change[0] === 'emit' ? emitted.findIndex((each) => sameValue(each, change)) : -1
      if (own === -1) this.tree.apply(change, journal)
      else emitted.splice(own, 1)
    }
    const asPredicted = sameValue(placeEdits(changes), placeEdits(action.changes))
    if (rewound && !asPredicted) {
      this.#rebaseOverLoss(action)
      this.#rebase(changes)
    }
  }

  /**
   * Applies a change of the server.
   * @returns what edits by position have to be moved past: of a value set as a whole (which is also how a difference comes), what it made different
   */
  #apply(change: Change, rewound: boolean, journal: Journal): readonly Change[] {
    if (!rewound || change[0] !== 'set') {
      this.tree.apply(change, journal)
      return [change]
    }
    const topic = this.tree.topic(change[1], change[2])
    const before = topic.held
    this.tree.apply(change, journal)
    return editsBetween(change[1], change[2], topic.type, before, topic.held)
  }

  #rebase(done: readonly Change[]): void {
    const moved = rebase(
      this.pending.map((action) => action.changes),
      done,
    )
    moved.forEach((changes, i) => {
      const action = this.pending[i]
      if (action && !sameValue(action.changes, changes)) action.changes = changes
    })
  }

  /** Later edits by position stood on an action that is gone: moves them to where they are without it. */
  #rebaseOverLoss(action: PendingAction): void {
    const inverse = placeInverse(action.changes)
    if (inverse.length) this.#rebase(inverse)
  }

  #takeBack(journal: Journal): void {
    for (const action of this.pending.toReversed()) {
      if (action.inverse) this.tree.undo(action.inverse, journal)
      action.inverse = undefined
    }
  }

  #replay(journal: Journal): void {
    for (const action of this.pending) {
      const inverse: Change[] = []
      try {
        for (const change of action.changes) {
          if (change[0] !== 'emit') this.tree.apply(change, journal, inverse)
        }
        action.inverse = inverse
      } catch (error) {
        if (!(error instanceof ChangeError)) throw error
        this.tree.undo(inverse, journal)
      }
    }
  }
}

const isPromise = (value: unknown): boolean =>
  typeof (value as { then?: unknown } | null | undefined)?.then === 'function'
