/**
 * Text: what becomes of an edit when another edit was applied first.
 *
 * - Positions and lengths are UTF-16 code units, as everywhere on the wire.
 * - A delete never eats an insertion it did not know of: it splits around it.
 * - Two insertions at one place: the one the server had first stays first, the later one shifts right.
 * - Everything here is pure. `transform(a, b, …)` answers with the edits that, after `b`, do what `a` meant.
 */

import { cross } from './crossing.js'

export type TextEdit =
  | { readonly kind: 'insert'; readonly position: number; readonly text: string }
  | { readonly kind: 'delete'; readonly position: number; readonly length: number }

/** The text after one edit. The caller has checked the position. */
export function applyEdit(text: string, edit: TextEdit): string {
  const head = text.slice(0, edit.position)
  return edit.kind === 'insert'
    ? head + edit.text + text.slice(edit.position)
    : head + text.slice(edit.position + edit.length)
}

/** True where an edit may begin or end: inside the text, and not between the halves of a surrogate pair. */
export function isPosition(text: string, position: number): boolean {
  if (!Number.isInteger(position) || position < 0 || position > text.length) return false
  if (position === 0 || position === text.length) return true
  const before = text.charCodeAt(position - 1)
  const after = text.charCodeAt(position)
  return !(before >= 0xd800 && before < 0xdc00 && after >= 0xdc00 && after < 0xe000)
}

/**
 * Edit `a`, made without knowing of `b`, as it has to be made after `b`.
 * @param aFirst whether the server had `a` before `b`; decides insertions at the same place.
 * @returns no edit (`b` already did it), one, or two (a delete split around an insertion), to be applied in order.
 */
export function transform(a: TextEdit, b: TextEdit, aFirst: boolean): readonly TextEdit[] {
  return a.kind === 'insert' ? [shiftInsertion(a, b, aFirst)] : shiftDeletion(a, b)
}

type Insertion = Extract<TextEdit, { kind: 'insert' }>
type Deletion = Extract<TextEdit, { kind: 'delete' }>

function shiftInsertion(a: Insertion, b: TextEdit, aFirst: boolean): Insertion {
  if (b.kind === 'insert') {
    const stays = a.position < b.position || (a.position === b.position && aFirst)
    return stays ? a : { ...a, position: a.position + b.text.length }
  }
  if (a.position <= b.position) return a
  return { ...a, position: Math.max(b.position, a.position - b.length) }
}

function shiftDeletion(a: Deletion, b: TextEdit): readonly Deletion[] {
  const end = a.position + a.length
  if (b.kind === 'insert') {
    if (b.position <= a.position) return [{ ...a, position: a.position + b.text.length }]
    if (b.position >= end) return [a]
    const before = b.position - a.position
    return [
      { ...a, length: before },
      // By now the first part is gone, so the insertion stands at a.position.
      { ...a, position: a.position + b.text.length, length: a.length - before },
    ]
  }
  const bEnd = b.position + b.length
  const shared = Math.max(0, Math.min(end, bEnd) - Math.max(a.position, b.position))
  if (shared === a.length) return []
  const position =
    a.position < b.position ? a.position : a.position < bEnd ? b.position : a.position - b.length
  return [{ ...a, position, length: a.length - shared }]
}

/** Two sequences of edits made side by side from the same text, each as it has to be made after the other. */
export const transformAll = (
  ours: readonly TextEdit[],
  theirs: readonly TextEdit[],
  oursFirst: boolean,
): readonly [readonly TextEdit[], readonly TextEdit[]] => cross(transform, ours, theirs, oursFirst)

/** The one edit or two (delete, then insert) that turn `from` into `to`, leaving what they share at both ends. */
export function difference(from: string, to: string): readonly TextEdit[] {
  let start = 0
  const shorter = Math.min(from.length, to.length)
  while (start < shorter && from[start] === to[start]) start++
  while (!isPosition(from, start) || !isPosition(to, start)) start--
  let tail = 0
  while (tail < shorter - start && from[from.length - 1 - tail] === to[to.length - 1 - tail]) tail++
  while (!isPosition(from, from.length - tail) || !isPosition(to, to.length - tail)) tail--
  const edits: TextEdit[] = []
  const length = from.length - tail - start
  if (length > 0) edits.push({ kind: 'delete', position: start, length })
  const text = to.slice(start, to.length - tail)
  if (text) edits.push({ kind: 'insert', position: start, text })
  return edits
}

/** What two texts must share to be told apart by it; less is chance. */
const SHARED = 3
/** Letters times letters. A longer middle is taken as one piece: a few milliseconds are spent on finding more, not a second. */
const COMPARED = 2_000_000

/** The edits that turn `from` into `to`, each counted on the text that the ones before it leave: what they share in the middle stays, too. */
export function differences(from: string, to: string): readonly TextEdit[] {
  const [first] = difference(from, to)
  if (!first) return []
  const shorter = Math.min(from.length, to.length)
  const start = first.position
  let tail = 0
  while (tail < shorter - start && from[from.length - 1 - tail] === to[to.length - 1 - tail]) tail++
  const shared = longestShared(from.slice(start, from.length - tail), to.slice(start, to.length - tail))
  if (!shared) return difference(from, to)
  const [a, b] = [start + shared.from, start + shared.to]
  // From the back, so that the places before are still those of `from`.
  const after = differences(from.slice(a + shared.length), to.slice(b + shared.length)).map((edit) => ({
    ...edit,
    position: edit.position + a + shared.length,
  }))
  return [...after, ...differences(from.slice(0, a), to.slice(0, b))]
}

/** The longest piece that two texts share, at whole characters. */
function longestShared(
  from: string,
  to: string,
): { readonly from: number; readonly to: number; readonly length: number } | undefined {
  if (from.length * to.length > COMPARED) return undefined
  let best = { from: 0, to: 0, length: SHARED - 1 }
  let above = new Int32Array(to.length + 1)
  for (let i = 1; i <= from.length; i++) {
    const row = new Int32Array(to.length + 1)
    for (let j = 1; j <= to.length; j++) {
      if (from[i - 1] !== to[j - 1]) continue
      const length = (above[j - 1] as number) + 1
      row[j] = length
      if (length <= best.length) continue
      const piece = { from: i - length, to: j - length, length }
      if (isWhole(from, piece.from, i) && isWhole(to, piece.to, j)) best = piece
    }
    above = row
  }
  return best.length >= SHARED ? best : undefined
}

const isWhole = (text: string, start: number, end: number): boolean =>
  isPosition(text, start) && isPosition(text, end)
