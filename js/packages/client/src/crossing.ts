/**
 * Crossing: two sequences of edits made side by side, each moved past the other.
 *
 * The pure part that text and lists share; what one edit becomes after another is handed in.
 */

/** `a` as it has to be made after `b`: nothing, one edit, or more. `aFirst`: whether the server had `a` before `b`. */
export type Transform<E> = (a: E, b: E, aFirst: boolean) => readonly E[]

/**
 * @returns `[ours after theirs, theirs after ours]`: applying `ours` and then the second, or `theirs` and then the first, comes to the same
 */
export function cross<E>(
  transform: Transform<E>,
  ours: readonly E[],
  theirs: readonly E[],
  oursFirst: boolean,
): readonly [readonly E[], readonly E[]] {
  let others = theirs
  const result: E[] = []
  for (const edit of ours) {
    let moved: readonly E[] = [edit]
    const othersMoved: E[] = []
    for (const other of others) {
      const [nextMoved, nextOther] = crossOne(transform, moved, other, oursFirst)
      moved = nextMoved
      othersMoved.push(...nextOther)
    }
    result.push(...moved)
    others = othersMoved
  }
  return [result, others]
}

/** A few edits against one; either may split, so this recurses. */
function crossOne<E>(
  transform: Transform<E>,
  edits: readonly E[],
  other: E,
  editsFirst: boolean,
): readonly [readonly E[], readonly E[]] {
  const [edit] = edits
  if (edit === undefined) return [[], [other]]
  if (edits.length === 1) return [transform(edit, other, editsFirst), transform(other, edit, !editsFirst)]
  return cross(transform, edits, [other], editsFirst)
}
