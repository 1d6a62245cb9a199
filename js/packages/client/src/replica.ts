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
import { type Gesture, join } from './gestures.js'
import type { Audience } from './journal.js'
import { Journal } from './journal.js'
import { type Layer, move, type Outcome, type PendingAction, Preview, replay, takeBack } from './layers.js'
import type { Transaction } from './protocol.js'
import { isPositional, placeEdits, placeInverse, rebase } from './rebase.js'
import { Sights } from './sights.js'
import type { Host } from './sobject.js'
import { Touches } from './touches.js'
import { Tree } from './tree.js'
import { sameValue } from './values.js'

/** An action that was not applied, and why. */
export type Rejection = Refused

interface Recording {
  readonly journal: Journal
  readonly changes: Change[]
  readonly inverse: Change[]
}

export interface ReplicaOwner extends Audience {
  /** An action waits to be sent. It may leave at once, but not be refused before this returns. */
  acted(action: PendingAction): void
  rejected(rejection: Rejection): void
}

export class Replica {
  readonly tree: Tree
  pending: PendingAction[] = []
  readonly #owner: ReplicaOwner
  #nextCseq = 1
  #recording: Recording | undefined
  #previews: Layer[] = []
  #sights: Sights

  constructor(host: Host, owner: ReplicaOwner) {
    this.tree = new Tree(host)
    this.#sights = new Sights(this.tree)
    this.#owner = owner
  }

  /** Applies one action of this client: all of `changes`, or none. @throws ChangeError */
  perform(changes: readonly Change[]): void {
    const recording = this.#recording
    if (!recording) {
      // What a client emits goes to the server only: nothing is shown of it, so there is nothing to take back.
      if (changes.length > 1 || changes[0]?.[0] !== 'emit') {
        this.record(() => this.perform(changes))
        return
      }
      this.#owner.acted(this.#append({ changes, inverse: [] }))
      this.#owner.settled()
      return
    }
    const mark = recording.inverse.length
    try {
      for (const change of changes)
        if (change[0] !== 'emit') this.tree.apply(change, recording.journal, recording.inverse)
    } catch (error) {
      this.tree.undo(recording.inverse.splice(mark), recording.journal)
      throw error
    }
    recording.changes.push(...changes)
  }

  /** Makes one action of all that `act` changes, perhaps a part of a gesture. When it throws, everything is taken back. */
  record<T>(act: () => T, gesture?: Gesture): T {
    return this.#recording ? act() : this.#record(act, (recording) => this.#keep(recording, gesture))
  }

  /** Makes one action of all that `act` changes. @returns what becomes of it */
  propose(act: () => void): Promise<Outcome> {
    this.#needNoRecording('propose()')
    return new Promise((resolve) => {
      this.#record(act, (recording) => {
        const action = this.#keep(recording)
        if (action) action.told = resolve
        else resolve({ applied: true })
      })
    })
  }

  /** Shows what `act` changes, here only. */
  pretend(act: () => void): Preview {
    this.#needNoRecording('pretend()')
    let preview: Layer | undefined
    this.#record(act, ({ changes, inverse, journal }) => {
      if (changes.length) {
        preview = { changes, inverse }
        this.#previews.push(preview)
      }
      journal.tell(this.#owner)
    })
    return new Preview((commit) => {
      const layer = preview
      if (!layer || !this.#previews.includes(layer)) return undefined
      return this.#endPreview(layer, commit)
    })
  }

  #needNoRecording(what: string): void {
    if (this.#recording) throw new LocalError(`${what} begins something of its own; call it outside record()`)
  }

  #record<T>(act: () => T, done: (recording: Recording) => void): T {
    const recording: Recording = { journal: new Journal(), changes: [], inverse: [] }
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
    done(recording)
    return result
  }

  /** Makes an action of what was recorded. */
  #keep({ changes, inverse, journal }: Recording, gesture?: Gesture): PendingAction | undefined {
    if (!changes.length) return undefined
    const layer: Layer = { changes, inverse }
    if (this.#previews.length) this.#putBelowPreviews(layer, journal)
    const last = this.pending.at(-1)
    const isJoined = last && layer.inverse && join(last, gesture, layer.changes, layer.inverse)
    const action = isJoined ? last : this.#append(layer, gesture)
    this.#owner.acted(action)
    journal.tell(this.#owner)
    return action
  }

  #append({ changes, inverse }: Layer, gesture?: Gesture): PendingAction {
    const action: PendingAction = {
      cseq: this.#nextCseq++,
      changes,
      inverse,
      gesture,
      sent: undefined,
      wasSent: false,
    }
    this.pending.push(action)
    return action
  }

  #putBelowPreviews(layer: Layer, journal: Journal): void {
    journal.goNet()
    takeBack([...this.#previews, layer], this.tree, journal)
    for (const { changes } of this.#previews.toReversed()) {
      layer.changes = rebase([layer.changes], placeInverse(changes))[0] as readonly Change[]
    }
    replay([layer], this.tree, journal)
    if (layer.inverse) move(this.#previews, placeEdits(layer.changes))
    replay(this.#previews, this.tree, journal)
    if (layer.inverse) return
    journal.tell(this.#owner)
    throw new LocalError('this stands on what is only a preview; commit that first')
  }

  #endPreview(preview: Layer, commit: boolean): Promise<Outcome> {
    this.#needNoRecording('the end of a preview')
    const journal = new Journal()
    journal.goNet()
    takeBack(this.#previews, this.tree, journal)
    this.#previews = this.#previews.filter((other) => other !== preview)
    return new Promise((resolve) => {
      const action = commit ? this.#append(preview) : undefined
      if (action) {
        action.told = resolve
        replay([action], this.tree, journal)
      }
      replay(this.#previews, this.tree, journal)
      if (action) this.#owner.acted(action)
      journal.tell(this.#owner)
    })
  }

  /**
   * Applies what the server decided, as one frame.
   * @param applied runs when all is applied and before anyone is told
   * @throws ProtocolError when it does not fit; the state is then in doubt, and a snapshot is needed
   */
  receive(transactions: readonly Transaction[], applied: () => void): void {
    const journal = new Journal()
    const decided: PendingAction[] = []
    const rejections: Rejection[] = []
    let rewound = false
    try {
      for (const transaction of transactions) {
        if (!rewound && this.#mustRewind(transaction)) {
          rewound = true
          journal.goNet()
          takeBack(this.#layers, this.tree, journal)
        }
        this.#decide(transaction, rewound, journal, decided, rejections)
      }
      if (rewound) replay(this.#layers, this.tree, journal)
    } catch (error) {
      this.pending.unshift(...decided) // nobody was told of what it decides; the snapshot will say it again
      for (const layer of this.#layers) layer.inverse = undefined
      journal.goNet()
      journal.tell(this.#owner)
      if (!(error instanceof ChangeError)) throw error
      throw new ProtocolError(`a change of the server does not fit here: ${error.message}`)
    }
    applied()
    journal.tell(this.#owner)
    this.#settle(decided, rejections)
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
      takeBack(this.#layers, this.tree, journal)
    } catch (error) {
      // The state was in doubt already, which is why there is a snapshot.
      if (!(error instanceof ChangeError)) throw error
    }
    const before = this.pending.slice()
    const layers = this.#layers
    const footing = new Footing(this.tree, layers)
    this.#sights = new Sights(this.tree)
    this.tree.empty(journal)
    try {
      for (const change of changes) this.tree.apply(change, journal)
    } catch (error) {
      journal.tell(this.#owner)
      throw new ProtocolError(`a change of a snapshot does not fit: ${String(error)}`)
    }
    const { kept, refused, born } = carry(layers, footing, this.tree, decided)
    const again = (id: string): string => (rename && born.has(id) ? rename(id) : id)
    for (const [layer, moved] of kept) {
      layer.changes = rename ? moved.map((change) => renamed(change, again)) : moved
      layer.inverse = undefined
    }
    const stays = (layer: Layer): boolean => kept.some(([other]) => other === layer)
    this.#previews = this.#previews.filter(stays)
    this.pending = before.filter(stays)
    this.#nextCseq = decided.cseq + 1
    for (const action of this.pending) Object.assign(action, { cseq: this.#nextCseq++, sent: undefined })
    replay(this.#layers, this.tree, journal)
    journal.tell(this.#owner)
    // Nobody is told of a preview that fits no more: it was only for show.
    this.#settle(
      before.filter((action) => !stays(action)),
      refused.filter(({ changes }) => before.some((action) => action.changes === changes)),
    )
  }

  /** Whether nobody can say any more what its positions mean: what it edits went out of sight, and may be edited there. */
  isAdrift(action: PendingAction): boolean {
    return !action.inverse && this.#sights.isAway(action.changes)
  }

  /** Refuses an action that was not sent, nor any after it: it is taken back, and those after it are counted anew. */
  refuse(action: PendingAction, code: string, message: string): void {
    const journal = new Journal()
    journal.goNet()
    takeBack(this.#layers, this.tree, journal)
    this.pending = this.pending.filter((other) => other !== action)
    for (const other of this.pending) if (other.cseq > action.cseq) other.cseq--
    this.#nextCseq--
    this.#moveOverLoss(action)
    replay(this.#layers, this.tree, journal)
    journal.tell(this.#owner)
    this.#settle([action], [{ code, message, changes: action.changes }])
  }

  /** Gives up the undecided actions: they will never be decided. */
  abandon(code: string, message: string): void {
    const journal = new Journal()
    journal.goNet()
    takeBack(this.#layers, this.tree, journal)
    const abandoned = this.pending
    this.pending = []
    this.#previews = []
    journal.tell(this.#owner)
    this.#settle(
      abandoned,
      abandoned.map(({ changes }) => ({ code, message, changes })),
    )
  }

  /** Tells what became of the actions that are decided now. */
  #settle(decided: readonly PendingAction[], rejections: readonly Rejection[]): void {
    for (const { told, changes } of decided) {
      const why = told && rejections.find((rejection) => rejection.changes === changes)
      told?.(why ? { applied: false, code: why.code, message: why.message } : { applied: true })
    }
    for (const rejection of rejections) this.#owner.rejected(rejection)
  }

  /** Whether what is shown is what the server confirmed, with nothing on top. */
  get isSettled(): boolean {
    return this.#layers.length === 0
  }

  get #layers(): readonly Layer[] {
    return [...this.pending, ...this.#previews]
  }

  /** Whether the predictions must be taken back to apply this. */
  #mustRewind({ cseq, changes, error }: Transaction): boolean {
    const oldest = this.pending[0]
    if (!oldest && !this.#previews.length) return false
    if (cseq !== undefined && oldest && oldest.inverse?.length !== 0) {
      const stays = oldest.inverse && oldest.sent === oldest.changes && !changes && !error
      if (!stays) return true
    }
    if (!changes?.length) return false
    const touches = new Touches()
    for (const action of this.#layers) {
      touches.add(action.changes)
      if (action.inverse) touches.add(action.inverse)
    }
    return touches.meet(changes, this.tree)
  }

  #decide(
    { seq, cseq, changes, error }: Transaction,
    rewound: boolean,
    journal: Journal,
    decided: PendingAction[],
    rejections: Rejection[],
  ): void {
    if (cseq === undefined) {
      const theirs = changes ?? []
      if (rewound)
        move(
          this.#layers,
          theirs.flatMap((change) => this.#applyBelow(change, journal)),
        )
      else for (const change of theirs) this.tree.apply(change, journal)
      return
    }
    const action = this.pending.shift()
    if (action) decided.push(action)
    if (!action || action.cseq !== cseq) {
      const expected = action ? `${action.cseq}` : 'none'
      throw new ProtocolError(`transaction ${seq} decides action ${cseq}; expected ${expected}`)
    }
    if (error) {
      rejections.push({ ...error, changes: action.changes })
      if (rewound) this.#moveOverLoss(action)
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
      this.#moveOverLoss(action)
      move(this.#layers, changes)
    }
  }

  /**
   * Applies a change of the server, the undecided actions having been taken back.
   * @returns what edits by position have to be moved past: of a value set as a whole (which is also how a difference comes), what it made different
   */
  #applyBelow(change: Change, journal: Journal): readonly Change[] {
    if (isPositional(change)) {
      this.tree.apply(change, journal)
      return [change]
    }
    if (change[0] !== 'set') return this.#sights.apply(change, this.#layers, journal)
    const cell = this.tree.cell(change[1], change[2])
    const before = cell.held
    this.tree.apply(change, journal)
    return editsBetween(change[1], change[2], cell.type, before, cell.held)
  }

  /** Later edits by position stood on an action that is gone: moves them to where they are without it. */
  #moveOverLoss(action: PendingAction): void {
    const inverse = placeInverse(action.changes)
    if (inverse.length) move(this.#layers, inverse)
  }
}

const isPromise = (value: unknown): boolean =>
  typeof (value as { then?: unknown } | null | undefined)?.then === 'function'
