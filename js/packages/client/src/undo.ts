/**
 * What an undo or redo did, as the server tells it.
 */
import { isDict, type Value } from './values.js'

/** A part of a step that stays as it is, because someone has changed the same thing since. */
export interface Conflict {
  readonly object: string
  readonly attribute: string | null
  readonly reason: string
}

export interface UndoResult {
  /** Whether there was a step. */
  readonly done: boolean
  readonly conflicts: readonly Conflict[]
}

export function undoResult(value: Value): UndoResult {
  if (!isDict(value)) return { done: false, conflicts: [] }
  const conflicts = Array.isArray(value['conflicts']) ? value['conflicts'] : []
  return { done: value['done'] === true, conflicts: conflicts as unknown as readonly Conflict[] }
}
