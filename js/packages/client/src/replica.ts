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
import type { Change } from './changes.js'
import { ChangeError, LocalError, ProtocolError } from './errors.js'
import type { Audience } from './journal.js'
import { Journal } from './journal.js'
import type { Transaction } from './protocol.js'
import { editedPlaces, placeEdits, placeInverse, rebase } from './rebase.js'
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
  /** What takes it back; undefined while it does not fit and is not applied. */
  inverse: readonly Change[] | undefined
}

/** An action that was not applied, and why. */
export interface Rejection {
  readonly code: string
  readonly message: string
  readonly changes: readonly Change[]
}

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
      this.pending.push({ cseq: this.#nextCseq++, changes, sent: undefined, inverse })
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
   * Shows the state of a snapshot in place of what was shown; objects whose id and type persist stay the same SObjects.
   * Decided actions (up to `cseq`) are dropped, the others replayed on top and numbered from `cseq + 1`.
   * @param rename gives the new id of an object this client minted, when its session is another one now
   */
  load(changes: readonly Change[], cseq: number, rename?: (id: string) => string): void {
    const journal = new Journal()
    journal.goNet()
    const rejections: Rejection[] = []
    this.#takeBack(journal)
    const undecided = this.pending.filter((action) => action.cseq > cseq)
    const edited = new Map<string, unknown>()
    for (const action of undecided) {
      for (const key of editedPlaces(action.changes)) edited.set(key, this.#valueOf(key))
    }
    this.tree.empty(journal)
    try {
      for (const change of changes) this.tree.apply(change, journal)
    } catch (error) {
      journal.tell(this.#owner)
      throw new ProtocolError(`a change of a snapshot does not fit: ${String(error)}`)
    }
    // A place in a text or list means nothing in another.
    const fits = (action: PendingAction): boolean =>
      [...editedPlaces(action.changes)].every((key) => sameValue(edited.get(key), this.#valueOf(key)))
    const kept: PendingAction[] = []
    for (const action of undecided) {
      if (fits(action)) kept.push(action)
      else {
        const message = 'it was changed while this client was away'
        rejections.push({ code: 'stale', message, changes: action.changes })
      }
    }
    this.pending = kept.map((action, i) => ({
      cseq: cseq + 1 + i,
      changes: rename ? action.changes.map((change) => renamed(change, rename)) : action.changes,
      sent: undefined,
      inverse: undefined,
    }))
    this.#nextCseq = cseq + 1 + kept.length
    this.#replay(journal)
    journal.tell(this.#owner)
    for (const rejection of rejections) this.#owner.rejected(rejection)
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

  #valueOf(key: string): unknown {
    const [id, ...name] = key.split(' ')
    return this.tree.objects.get(id as string)?.state.attributes.get(name.join(' '))?.held
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
      for (const change of changes ?? []) this.tree.apply(change, journal)
      if (rewound) this.#rebase(changes ?? [])
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

function renamed(change: Change, rename: (id: string) => string): Change {
  const copy = [...change] as unknown[]
  copy[1] = rename(change[1])
  if (change[0] === 'create' && change[3] !== null) copy[3] = rename(change[3])
  if (change[0] === 'place') copy[2] = rename(change[2])
  return copy as unknown as Change
}

const isPromise = (value: unknown): boolean =>
  typeof (value as { then?: unknown } | null | undefined)?.then === 'function'
