/**
 * Differences: what happened, told from before and after.
 *
 * For when the way there is not what people should hear of: a prediction taken back and done again, a `set` of a whole list, a
 * snapshot. Each function answers with the steps that lead from `before` to `after`; none when they are equal.
 */
import type { Held } from './changes.js'
import type { ChildrenChange, SObject } from './sobject.js'
import type { Happened } from './topics.js'
import type { TopicType, Value } from './values.js'
import { indexOfValue, SHAPES, sameValue } from './values.js'

/** The inner steps between two values of a topic. */
export function topicSteps(type: TopicType, before: Held, after: Held): readonly Happened[] {
  const shape = SHAPES[type]
  if (shape === 'list') return listSteps(before as Value[], after as Value[])
  if (shape === 'set') return setSteps(before as Value[], after as Value[])
  if (before instanceof Map && after instanceof Map) return dictSteps(before, after)
  return []
}

/** Equal ends stay; the rest is popped from the back and inserted anew. */
function listSteps(before: readonly Value[], after: readonly Value[]): readonly Happened[] {
  const shorter = Math.min(before.length, after.length)
  let start = 0
  while (start < shorter && sameValue(before[start], after[start])) start++
  let tail = 0
  while (
    tail < shorter - start &&
    sameValue(before[before.length - 1 - tail], after[after.length - 1 - tail])
  ) {
    tail++
  }
  const steps: Happened[] = []
  for (let i = before.length - tail - 1; i >= start; i--) steps.push(['pop', before[i] as Value, i])
  for (let i = start; i < after.length - tail; i++) steps.push(['insert', after[i] as Value, i])
  return steps
}

function setSteps(before: readonly Value[], after: readonly Value[]): readonly Happened[] {
  return [
    ...before.filter((item) => indexOfValue(after, item) === -1).map((item): Happened => ['remove', item]),
    ...after.filter((item) => indexOfValue(before, item) === -1).map((item): Happened => ['append', item]),
  ]
}

function dictSteps(
  before: ReadonlyMap<string, Value>,
  after: ReadonlyMap<string, Value>,
): readonly Happened[] {
  const steps: Happened[] = []
  for (const key of before.keys()) if (!after.has(key)) steps.push(['drop', key])
  for (const [key, item] of after) {
    const old = before.get(key)
    if (old === undefined) steps.push(['add', key, item])
    else if (!sameValue(old, item)) steps.push(['change', key, item])
  }
  return steps
}

/** The removals, moves and insertions between two lists of children. */
export function childrenSteps(
  before: readonly SObject[],
  after: readonly SObject[],
): readonly ChildrenChange[] {
  const steps: ChildrenChange[] = []
  const staying = new Set(after)
  const now: SObject[] = []
  for (const child of before) {
    if (staying.has(child)) now.push(child)
    else steps.push({ kind: 'remove', child, index: now.length })
  }
  const here = new Set(now)
  after.forEach((child, index) => {
    if (now[index] === child) return
    if (here.has(child)) {
      const from = now.indexOf(child, index)
      now.splice(from, 1)
      now.splice(index, 0, child)
      steps.push({ kind: 'move', child, from, index })
    } else {
      now.splice(index, 0, child)
      steps.push({ kind: 'insert', child, index })
    }
  })
  return steps
}
