/**
 * Carry: what becomes of a client's undecided actions when a snapshot takes the place of the state they were made on.
 *
 * - Nothing is dropped in silence, and nothing done twice: each is kept, or refused with a reason.
 * - An object is the same if its id and type are. What was to be done to one that is gone is refused here, before its id can mean another.
 * - An edit by position is moved past the difference between the two states, as past any other edit.
 * - Where the server remembers neither session nor decisions, but the state may hold them, what was sent before has an unknown outcome.
 */
import type { Change, Held } from './changes.js'
import { topicSteps } from './differences.js'
import { editedPlaces, rebase, textChange } from './rebase.js'
import { differences } from './text.js'
import type { Tree } from './tree.js'
import type { TopicType, Value } from './values.js'

/** What the server said of the actions that it decided. */
export interface Decided {
  /** The last one; those up to it are in the snapshot, or were rejected. */
  readonly cseq: number
  readonly rejected: readonly { readonly cseq: number; readonly code: string; readonly message: string }[]
  /** Whether it forgot the session in which they were sent, though not the state. */
  readonly isForgotten: boolean
}

/** An undecided action, or a preview: that has no number and was never sent. */
export interface Undecided {
  readonly cseq?: number
  readonly changes: readonly Change[]
  readonly wasSent?: boolean
}

export interface Refused {
  readonly code: string
  readonly message: string
  readonly changes: readonly Change[]
}

/** How a tree was, as far as the undecided actions rest on it. */
export class Footing {
  readonly #types = new Map<string, string | undefined>()
  readonly #values = new Map<string, readonly [TopicType, Held]>()

  /** @param tree as the server confirmed it, without the actions */
  constructor(tree: Tree, actions: readonly Undecided[]) {
    for (const { changes } of actions) {
      for (const id of changes.flatMap(references)) this.#types.set(id, tree.objects.get(id)?.type)
      for (const key of editedPlaces(changes)) {
        const topic = topicAt(tree, key)
        if (topic) this.#values.set(key, [topic.type, topic.held])
      }
    }
  }

  /** An object that `action` needs and that is gone, or another one now. `born` are those that earlier ones create. */
  missing(action: Undecided, tree: Tree, born: ReadonlySet<string>): string | undefined {
    const own = new Set(born)
    for (const change of action.changes) {
      for (const id of references(change)) {
        if (own.has(id)) continue
        const type = this.#types.get(id)
        if (type === undefined || tree.objects.get(id)?.type !== type)
          return type ? `${type}(${id})` : `'${id}'`
      }
      if (change[0] === 'create') own.add(change[1])
    }
    return undefined
  }

  /** The edits that lead from the values then to those in `tree`. */
  edits(tree: Tree): readonly Change[] {
    return [...this.#values].flatMap(([key, [type, before]]) => {
      const topic = topicAt(tree, key)
      return topic?.type === type ? editsBetween(topic.object.id, topic.name, type, before, topic.held) : []
    })
  }
}

/** Decides about each action: kept as it is to be done on the state that is now in `tree`, or refused. */
export function carry<A extends Undecided>(
  actions: readonly A[],
  footing: Footing,
  tree: Tree,
  decided: Decided,
): {
  readonly kept: readonly (readonly [A, readonly Change[]])[]
  readonly refused: readonly Refused[]
  readonly born: ReadonlySet<string>
} {
  const kept: A[] = []
  const refused: Refused[] = []
  const born = new Set<string>()
  const rejected = new Map(decided.rejected.map((each) => [each.cseq, each]))
  for (const action of actions) {
    const { changes, cseq = Number.POSITIVE_INFINITY } = action
    if (!decided.isForgotten && cseq <= decided.cseq) {
      const why = rejected.get(cseq)
      if (why) refused.push({ code: why.code, message: why.message, changes })
      continue
    }
    if (decided.isForgotten && action.wasSent) {
      const message =
        'the connection was lost for too long to tell whether this was done; look, and repeat it if not'
      refused.push({ code: 'unknown_outcome', message, changes })
      continue
    }
    const missing = footing.missing(action, tree, born)
    if (missing !== undefined) {
      refused.push({ code: 'unknown_object', message: `${missing} is no longer there`, changes })
      continue
    }
    kept.push(action)
    for (const change of changes) if (change[0] === 'create') born.add(change[1])
  }
  const moved = rebase(
    kept.map(({ changes }) => changes),
    footing.edits(tree),
  )
  return { kept: kept.map((action, i) => [action, moved[i] as readonly Change[]] as const), refused, born }
}

/** What an edit by position has to be moved past when the whole value became another one. */
export function editsBetween(
  id: string,
  name: string,
  type: TopicType,
  before: Held,
  after: Held,
): readonly Change[] {
  if (typeof before === 'string' && typeof after === 'string') {
    return differences(before, after).map((edit) => textChange(edit, id, name))
  }
  // An item in whose place another stands was replaced, which moves nothing: so will the server see it, where that is what happened.
  const steps = topicSteps(type, before, after)
  const pops = steps.filter(([kind]) => kind === 'pop')
  const inserts = steps.filter(([kind]) => kind === 'insert')
  const replaced = Math.min(pops.length, inserts.length)
  return [
    ...pops.slice(0, pops.length - replaced).map(([, , at]): Change => ['pop', id, name, at as number]),
    ...inserts
      .slice(replaced)
      .map(([, item, at]): Change => ['insert', id, name, at as number, item as Value]),
  ]
}

/** An action with the ids of the objects that it and others create changed. */
export function renamed(change: Change, rename: (id: string) => string): Change {
  const copy = [...change] as unknown[]
  copy[1] = rename(change[1])
  if (change[0] === 'create' && change[3] !== null) copy[3] = rename(change[3])
  if (change[0] === 'place') copy[2] = rename(change[2])
  return copy as unknown as Change
}

/** The objects that must exist for a change. */
function references(change: Change): readonly string[] {
  switch (change[0]) {
    case 'define':
      return []
    case 'create':
      return change[3] === null ? [] : [change[3]]
    case 'place':
      return [change[1], change[2]]
    default:
      return [change[1]]
  }
}

/** The attribute with this key (`id name`), where there is one. */
export function topicAt(tree: Tree, key: string) {
  const [id, ...name] = key.split(' ')
  return tree.objects.get(id as string)?.state.attributes.get(name.join(' '))
}
