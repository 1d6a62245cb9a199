/**
 * Comparison: finds the place where what this client has differs from what the server has, by the hashes of both.
 *
 * - Where the hash of an object differs, its parts are to be asked for, and so on down as long as the difference is in one child alone.
 * - The page fetches this module when it is first needed. So nothing that is needed earlier may import it.
 */
import type { Hashes } from './protocol.js'
import { attributeTexts, digest, StateHash } from './statehash.js'
import type { Tree } from './tree.js'

/** The smallest place that holds all of the difference. */
export interface Divergence {
  readonly object: string
  /** Where it is one attribute alone. */
  readonly attribute: string | undefined
  /** The ids from the root down, with the attribute behind a dot. */
  readonly path: string
}

export class Comparison {
  readonly #tree: Tree
  readonly #hashes: StateHash

  constructor(tree: Tree) {
    this.#tree = tree
    this.#hashes = new StateHash(tree)
  }

  /** @returns nothing where nothing differs, the place that does, or the id of the object whose parts have to be known first */
  compare({ object: id, hash, parts, loose = [] }: Hashes): Divergence | string | undefined {
    const hashes = this.#hashes
    const ignored = new Set(loose)
    if (hashes.of(id, ignored) === hash) return undefined
    if (!parts && hash !== '') return id
    const object = this.#tree.objects.get(id)
    if (!parts || !object) return this.#at(id)
    const children = object.state.children
    const sameChildren =
      children.length === parts.children.length &&
      children.every((child, i) => child.id === parts.children[i]?.[0])
    const below = parts.children.filter(([child, theirs]) => hashes.of(child, ignored) !== theirs)
    const ownDiffers = hashes.ownOf(object, ignored) !== parts.own
    const [only] = below
    if (sameChildren && !ownDiffers && below.length === 1 && only) return only[0]
    const mine = attributeTexts(object.state.attributes)
    const names = new Set([...mine.keys(), ...Object.keys(parts.attributes)])
    const differing = [...names].filter((name) => {
      const text = mine.get(name)
      return (text === undefined ? undefined : digest(text)) !== parts.attributes[name]
    })
    return this.#at(
      id,
      sameChildren && below.length === 0 && differing.length === 1 ? differing[0] : undefined,
    )
  }

  #at(id: string, attribute?: string): Divergence {
    const ids: string[] = []
    for (let at = this.#tree.objects.get(id); at; at = at.parent ?? undefined) ids.unshift(at.id)
    const path = (ids.length ? ids : [id]).join('/') + (attribute === undefined ? '' : `.${attribute}`)
    return { object: id, attribute, path }
  }
}
