/**
 * Touches: which parts of the state the undecided actions of this client rest on, and whether a transaction from the server
 * meets one of them.
 *
 * - Where nothing meets, what came is applied on top and the predictions stay as they are (the normal case, and the fast one).
 * - When in doubt the answer is "meets": taking predictions back and doing them again is always right, only slower.
 */
import type { Change } from './changes.js'
import type { Tree } from './tree.js'

/** `attribute`s by object and name; `children` lists by parent; objects `placed`, `mentioned`, and those that come or go (`life`). */
export class Touches {
  readonly #parts = new Set<string>()

  get isEmpty(): boolean {
    return this.#parts.size === 0
  }

  /** Adds what `changes` touch; with the inverses of a prediction among them, also where things were before. */
  add(changes: readonly Change[]): void {
    for (const change of changes) {
      for (const id of idsIn(change)) this.#parts.add(`mentioned ${id}`)
      for (const part of partsOf(change)) this.#parts.add(part)
    }
  }

  /** Whether any of `changes`, about to be applied to `tree`, meets what was added. */
  meet(changes: readonly Change[], tree: Tree): boolean {
    if (this.isEmpty) return false
    // What is destroyed is looked up in the tree as it is now; moved about first, it would be looked for in the wrong place.
    const moves = changes.some((change) => change[0] === 'place')
    if (moves && changes.some((change) => change[0] === 'destroy' || change[0] === 'clear')) return true
    return changes.some((change) => this.#meets(change, tree))
  }

  #meets(change: Change, tree: Tree): boolean {
    const has = (part: string): boolean => this.#parts.has(part)
    const [kind, id] = change
    if (kind === 'define') return false
    if (kind === 'creates' || kind === 'rows') return true
    if (partsOf(change).some(has) || idsIn(change).some((each) => has(`life ${each}`))) return true
    switch (kind) {
      case 'create':
        // (What is mentioned and was not there did not fit, and may now.)
        return has(`mentioned ${id}`)
      case 'destroy':
      case 'clear': {
        const top = tree.objects.get(id)
        if (!top || (kind === 'destroy' && has(`children ${top.parent?.id}`))) return true
        const waiting = kind === 'clear' ? top.children.slice() : [top]
        for (let next = waiting.pop(); next; next = waiting.pop()) {
          if (has(`mentioned ${next.id}`)) return true
          waiting.push(...next.state.children)
        }
        return false
      }
      case 'place':
        return (
          has(`children ${tree.objects.get(id)?.parent?.id}`) ||
          // Placed by both, one below the other: a cycle that only the server's order can judge.
          [...this.#parts].some((part) => part.startsWith('placed '))
        )
    }
    return false
  }
}

const idsIn = (change: Change): readonly (string | null)[] => {
  if (change[0] === 'create') return [change[1], change[3]]
  return change[0] === 'place' ? [change[1], change[2]] : [change[1]]
}

function partsOf(change: Change): readonly string[] {
  const [kind, id] = change
  switch (kind) {
    case 'define':
    case 'creates':
    case 'rows': // the server's alone, so never predicted
    case 'emit':
    case 'unemit':
      return []
    case 'create':
      return [`life ${id}`, `children ${change[3]}`]
    case 'destroy':
      return [`life ${id}`]
    case 'clear':
      return [`children ${id}`]
    case 'place':
      return [`placed ${id}`, `children ${change[2]}`]
    case 'tag':
    case 'untag':
      return [`tags ${id}`]
  }
  return [`attribute ${id} ${change[2]}`]
}
