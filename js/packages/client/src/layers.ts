/**
 * Layers: changes that are shown on top of what the server confirmed: undecided actions, and previews on top of these.
 *
 * - They are applied in their order and taken back in the reverse one. One that does not fit as a whole is not shown.
 * - Moving one rewrites its edits by position and nothing else. Emissions are no state: they are sent with a layer and never applied.
 * - A preview is shown by this client only, until it is dropped or made an action. What others do goes below it.
 * - A new action is made on top of the previews and belongs below them; one that needs what is only a preview is refused.
 */
import type { Change } from './changes.js'
import { ChangeError, LocalError } from './errors.js'
import type { Gesture } from './gestures.js'
import type { Journal } from './journal.js'
import { rebase } from './rebase.js'
import type { Tree } from './tree.js'
import { sameValue } from './values.js'

/** What the server decided about an action. */
export type Outcome =
  | { readonly applied: true }
  | { readonly applied: false; readonly code: string; readonly message: string }

export interface Layer {
  /** As it is to be replayed now; places in texts and lists move as others' edits come in. */
  changes: readonly Change[]
  /** What takes it back; undefined while it does not fit and is not shown. */
  inverse: readonly Change[] | undefined
}

/** One action that the server has not decided. */
export interface PendingAction extends Layer {
  cseq: number
  /** As it was sent on this connection, or undefined. */
  sent: readonly Change[] | undefined
  /** Whether it was ever sent. */
  wasSent: boolean
  /** What it is a part of. */
  readonly gesture: Gesture | undefined
  /** Whom to tell what became of it. */
  told?: (outcome: Outcome) => void
}

/** Changes that only this client shows. */
export class Preview {
  readonly #end: (commit: boolean) => Promise<Outcome> | undefined

  /** @internal */
  constructor(end: (commit: boolean) => Promise<Outcome> | undefined) {
    this.#end = end
  }

  /** Takes it back. Does nothing when it is over. */
  drop(): void {
    void this.#end(false)
  }

  /** Makes it an action. @throws LocalError when it is over, or had no place in a whole new state that came */
  commit(): Promise<Outcome> {
    const outcome = this.#end(true)
    if (outcome) return outcome
    throw new LocalError('this preview is over; there is nothing to commit')
  }
}

/** Moves layers past edits that happened below them. */
export function move(layers: readonly Layer[], edits: readonly Change[]): void {
  const moved = rebase(
    layers.map(({ changes }) => changes),
    edits,
  )
  layers.forEach((layer, i) => {
    const changes = moved[i] as readonly Change[]
    if (!sameValue(layer.changes, changes)) layer.changes = changes
  })
}

/** Shows the tree without them. */
export function takeBack(layers: readonly Layer[], tree: Tree, journal: Journal): void {
  for (const layer of layers.toReversed()) {
    if (layer.inverse) tree.undo(layer.inverse, journal)
    layer.inverse = undefined
  }
}

/** Shows them again, each where it fits. */
export function replay(layers: readonly Layer[], tree: Tree, journal: Journal): void {
  for (const layer of layers) {
    const inverse: Change[] = []
    try {
      for (const change of layer.changes) if (change[0] !== 'emit') tree.apply(change, journal, inverse)
      layer.inverse = inverse
    } catch (error) {
      if (!(error instanceof ChangeError)) throw error
      tree.undo(inverse, journal)
    }
  }
}
