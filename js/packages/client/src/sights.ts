/**
 * Sights: what those attributes held that undecided edits by position are about, when they went out of this client's sight.
 *
 * - Objects of a partial view come and go. What comes back may have been edited meanwhile, and undecided edits are moved past the
 *   difference; while it is away, nobody can tell what their positions mean.
 */
import { editsBetween, topicAt } from './carry.js'
import type { Change, Held } from './changes.js'
import type { Journal } from './journal.js'
import type { Layer } from './layers.js'
import { editedPlaces } from './rebase.js'
import type { Tree } from './tree.js'
import type { TopicType } from './values.js'

/** What an attribute holds. */
interface Sight {
  readonly type: TopicType
  readonly held: Held
}

export class Sights {
  readonly #tree: Tree
  readonly #left = new Map<string, Sight>()

  constructor(tree: Tree) {
    this.#tree = tree
  }

  /** Whether what these changes edit by position is away. */
  isAway(changes: readonly Change[]): boolean {
    return editedPlaces(changes).some((key) => this.#left.has(key))
  }

  /**
   * Applies a change that may make attributes come and go, the layers having been taken back.
   * @returns how what it brings back was edited while it was away
   */
  apply(change: Change, layers: readonly Layer[], journal: Journal): readonly Change[] {
    const watched = [...new Set(layers.flatMap(({ changes }) => editedPlaces(changes)))]
    const before = watched.map((key) => this.#sightOf(key))
    this.#tree.apply(change, journal)
    const edits = watched.flatMap((key, i) => this.#seen(key, before[i]))
    for (const key of this.#left.keys()) if (!watched.includes(key)) this.#left.delete(key)
    return edits
  }

  /** Looks at an attribute again. @returns how it was edited while it was away, if it has come back */
  #seen(key: string, former: Sight | undefined): readonly Change[] {
    const topic = topicAt(this.#tree, key)
    const left = this.#left.get(key)
    if (!topic && former) this.#left.set(key, former)
    if (!topic || former || !left) return []
    this.#left.delete(key)
    return left.type === topic.type
      ? editsBetween(topic.object.id, topic.name, topic.type, left.held, topic.held)
      : []
  }

  #sightOf(key: string): Sight | undefined {
    const topic = topicAt(this.#tree, key)
    return topic && { type: topic.type, held: topic.held }
  }
}
