/**
 * Gestures: what a person does in one go, a drag or a key held down, is many changes, one step to undo, and one action per frame.
 *
 * - Its actions carry its number; the server makes one step of them (PROTOCOL.md, "Actions").
 * - Its first action leaves at once. Later ones wait until 16 ms after the one before, and what comes meanwhile joins the one that waits:
 *   only the last value of an attribute is sent. When the gesture ends, or anything else is done, what waits leaves at once.
 */
import type { Change } from './changes.js'
import type { Clock } from './clock.js'
import type { PendingAction } from './layers.js'

/** Milliseconds: a frame of most screens. */
const FRAME = 16
/** So many changes an action of a gesture holds at most; one with more is begun anew. */
const MOST = 100

export class Gesture {
  /** As its actions carry it. */
  readonly id: number
  readonly #act: <T>(act: () => T, gesture: Gesture) => T
  readonly #ended: () => void
  #isOpen = true
  /** @internal When its last action left. */
  sentAt = Number.NEGATIVE_INFINITY

  /** @internal */
  constructor(id: number, act: <T>(act: () => T, gesture: Gesture) => T, ended: () => void) {
    this.id = id
    this.#act = act
    this.#ended = ended
  }

  /** Whether more may come. */
  get isOpen(): boolean {
    return this.#isOpen
  }

  /** Makes one action of all that `act` changes, as `Client.record` does: a part of the gesture. (Late parts may follow its end.) */
  record<T>(act: () => T): T {
    return this.#act(act, this)
  }

  /** The person has let go: what waits is sent. */
  end(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    this.#ended()
  }
}

/** Holds an action back while what follows may join it. */
export class Frames {
  readonly #clock: Clock
  readonly #due: () => void
  #cancel: (() => void) | undefined

  /** @param due something that was held back may go */
  constructor(clock: Clock, due: () => void) {
    this.#clock = clock
    this.#due = due
  }

  /** Whether the newest action has to wait for the next frame. */
  holds({ gesture }: PendingAction): boolean {
    if (!gesture?.isOpen) return false
    const wait = gesture.sentAt + FRAME - this.#clock.now()
    if (wait <= 0) return false
    this.#cancel ??= this.#clock.after(wait, () => {
      this.#cancel = undefined
      this.#due()
    })
    return true
  }

  /** An action has left. */
  sent({ gesture }: PendingAction): void {
    if (gesture) gesture.sentAt = this.#clock.now()
  }

  end(): void {
    this.#cancel?.()
    this.#cancel = undefined
  }
}

/** Puts more changes of a gesture into an action that was not sent. @returns whether they fit into it */
export function join(
  action: PendingAction,
  gesture: Gesture | undefined,
  changes: readonly Change[],
  inverse: readonly Change[],
): boolean {
  if (!gesture || action.gesture !== gesture || action.wasSent || action.told || !action.inverse) return false
  const joined = joinChanges(action.changes, changes)
  if (joined.length > MOST) return false
  action.changes = joined
  action.inverse = joinInverses(action.inverse, inverse)
  return true
}

/** Earlier and later changes, without those that a later one overwrites. */
function joinChanges(earlier: readonly Change[], later: readonly Change[]): readonly Change[] {
  const joined = [...earlier]
  for (const change of later) {
    const last = lastOf(joined, change)
    if (isOverwritten(joined[last], change)) joined.splice(last, 1)
    joined.push(change)
  }
  return joined
}

/** What takes both back (from its end), without what the earlier ones overwrite. */
const joinInverses = (earlier: readonly Change[], later: readonly Change[]): readonly Change[] => [
  ...earlier,
  ...later.filter((change) => !isOverwritten(earlier[lastOf(earlier, change)], change)),
]

/** The newest change of the same attribute. */
const lastOf = (changes: readonly Change[], change: Change): number =>
  changes.findLastIndex((other) => other[1] === change[1] && other[2] === change[2])

/** Whether of two changes that follow each other only one counts, whichever is done last. */
const isOverwritten = (a: Change | undefined, b: Change): boolean =>
  a?.[0] === b[0] && (a[0] === 'set' || (a[0] === 'put' && a[3] === b[3]))
