/**
 * Verifier: compares what this client has confirmed with the server now and then, and finds the place where they differ.
 *
 * - A while after something has changed it asks for the hash of the root. While actions of this client are undecided it waits.
 * - Where a hash differs, it asks for the parts, and goes down as long as the difference is in one child alone.
 * - What to do about it is the client's: it gets the place, and comes back with a snapshot.
 */
import type { Clock } from './clock.js'
import type { ClientMessage, Hashes } from './protocol.js'
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

/** From a change to the next look; the server's work is shared by all who look at about the same time. */
const EVERY = 60_000
const SOON = 1_000

export interface VerifierOwner {
  readonly tree: Tree
  readonly clock: Clock
  readonly random: () => number
  send(message: ClientMessage): void
  /** Whether everything shown is confirmed. */
  isSettled(): boolean
  found(divergence: Divergence): void
}

export class Verifier {
  readonly #owner: VerifierOwner
  #hashes: StateHash | undefined
  #live = false
  #asked = false
  #cancel: (() => void) | undefined

  constructor(owner: VerifierOwner) {
    this.#owner = owner
  }

  /** Something has changed: looks in a while. */
  changed(): void {
    if (this.#live && !this.#asked && !this.#cancel) this.#later(EVERY * (0.5 + this.#owner.random()))
  }

  goLive(): void {
    this.#live = true
    this.changed()
  }

  goOffline(): void {
    this.#live = false
    this.#asked = false
    this.#cancel?.()
    this.#cancel = undefined
  }

  /** Looks now. */
  verify(): void {
    if (!this.#live || this.#asked) return
    this.#cancel?.()
    this.#cancel = undefined
    if (this.#owner.isSettled()) this.#ask('root', false)
    else this.#later(SOON)
  }

  receive({ object: id, hash, parts, loose = [] }: Hashes): void {
    this.#asked = false
    if (!this.#owner.isSettled()) {
      this.#later(SOON)
      return
    }
    this.#hashes ??= new StateHash(this.#owner.tree)
    const hashes = this.#hashes
    const ignored = new Set(loose)
    if (hashes.of(id, ignored) === hash) return
    if (!parts && hash !== '') {
      this.#ask(id, true)
      return
    }
    const object = this.#owner.tree.objects.get(id)
    if (!parts || !object) {
      this.#tell(id)
      return
    }
    const children = object.state.children
    const sameChildren =
      children.length === parts.children.length &&
      children.every((child, i) => child.id === parts.children[i]?.[0])
    const below = parts.children.filter(([child, theirs]) => hashes.of(child, ignored) !== theirs)
    const ownDiffers = hashes.ownOf(object, ignored) !== parts.own
    const [only] = below
    if (sameChildren && !ownDiffers && below.length === 1 && only) {
      this.#ask(only[0], true)
      return
    }
    const mine = attributeTexts(object.state.attributes)
    const names = new Set([...mine.keys(), ...Object.keys(parts.attributes)])
    const differing = [...names].filter((name) => {
      const text = mine.get(name)
      return (text === undefined ? undefined : digest(text)) !== parts.attributes[name]
    })
    this.#tell(id, sameChildren && below.length === 0 && differing.length === 1 ? differing[0] : undefined)
  }

  #later(delay: number): void {
    this.#cancel = this.#owner.clock.after(delay, () => {
      this.#cancel = undefined
      this.verify()
    })
  }

  #ask(object: string, parts: boolean): void {
    this.#asked = true
    this.#owner.send({ type: 'verify', object, parts: parts || undefined })
  }

  #tell(id: string, attribute?: string): void {
    const ids: string[] = []
    for (let at = this.#owner.tree.objects.get(id); at; at = at.parent ?? undefined) ids.unshift(at.id)
    const path = (ids.length ? ids : [id]).join('/') + (attribute === undefined ? '' : `.${attribute}`)
    this.#owner.found({ object: id, attribute, path })
  }
}
