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
  let joined = [...earlier]
  for (const change of later) {
    if (change[0] === 'set') joined = joined.filter((other) => !isSamePlace(other, change))
    else if (change[0] === 'put') {
      const last = joined.findLastIndex((other) => isSamePlace(other, change))
      const other = joined[last]
      if (other?.[0] === 'put' && other[3] === change[3]) joined.splice(last, 1)
    }
    joined.push(change)
  }
  return joined
}

/** What takes both back (from its end), without what the earlier ones overwrite. */
function joinInverses(earlier: readonly Change[], later: readonly Change[]): readonly Change[] {
  const needed = later.filter((change) => {
    const last = earlier.findLast((other) => isSamePlace(other, change))
    if (last?.[0] === 'set') return false
    return !(last?.[0] === 'put' && change[0] === 'put' && last[3] === change[3])
  })
  return [...earlier, ...needed]
}

const SHAPE = new Set([
  'define',
  'create',
  'destroy',
  'clear',
  'place',
  'attribute',
  'drop_attribute',
  'tag',
  'untag',
])

/** Whether both change the value of the same attribute. */
const isSamePlace = (a: Change, b: Change): boolean =>
  !SHAPE.has(a[0]) && !SHAPE.has(b[0]) && a[0] !== 'emit' && a[1] === b[1] && a[2] === b[2]
