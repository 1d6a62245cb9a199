/**
 * Troubles: what went wrong with what a view in a notebook shows, said at the view.
 *
 * - An error of the server's, as a handler's, stays; a refusal is said for a while: people go on, and it is no longer true.
 */
import type { Change, Client, ErrorNotice, Rejection } from '@objectsync/client'

/** Milliseconds, as of a toast on a page. */
const SHOWN_FOR = 6_000

export class Troubles {
  readonly #client: Client
  readonly #roots: readonly string[]
  readonly #host: Element
  readonly #ends: readonly (() => void)[]
  /** What is said when nothing else is. */
  #error = ''
  #timer: ReturnType<typeof setTimeout> | undefined

  /** Says in `host` what concerns these objects and what is in them. */
  constructor(client: Client, roots: readonly string[], host: Element) {
    this.#client = client
    this.#roots = roots
    this.#host = host
    this.#ends = [
      client.onNotice((notice) => this.#takeNotice(notice)),
      client.onRejected((rejection) => this.#takeRejection(rejection)),
    ]
  }

  /** Says something for a while. */
  say(message: string): void {
    clearTimeout(this.#timer)
    this.#show(message)
    this.#timer = setTimeout(() => this.#show(this.#error), SHOWN_FOR)
  }

  end(): void {
    for (const end of this.#ends) end()
    clearTimeout(this.#timer)
    this.#show('')
  }

  #takeNotice({ object, message }: ErrorNotice): void {
    if (object === undefined || !this.#concerns(object)) return
    clearTimeout(this.#timer)
    this.#error = message
    this.#show(message)
  }

  #takeRejection({ changes, message }: Rejection): void {
    if (changes.some((change) => this.#concerns(placeOf(change)))) this.say(`Not done: ${message}`)
  }

  #concerns(id: string | null): boolean {
    let object = id === null ? undefined : this.#client.objects.get(id)
    while (object && !this.#roots.includes(object.id)) object = object.parent ?? undefined
    return object !== undefined
  }

  #show(message: string): void {
    this.#host.className = message && 'objectsync-view-errors'
    this.#host.textContent = message
  }
}

/** The object that a change is about; of one that was not created, that in which it would be. */
const placeOf = (change: Change): string | null => (change[0] === 'create' ? change[3] : change[1])
