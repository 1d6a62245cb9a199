/**
 * Presence: who is here, and what each client shows the others for the moment, such as a cursor.
 *
 * - It is no state: it is not stored, not undone, and only the latest counts.
 * - A client that says who it is (`set`) is shown to the others and hears of them; one that does not is not, and does not.
 * - What is set often is told at most every 50 ms, and again on each connection.
 */
import type { Clock } from './clock.js'
import { LocalError } from './errors.js'
import { type Disconnect, type Report, Signal } from './events.js'
import type { ClientMessage, PresenceMessage } from './protocol.js'
import { checkValue, type Dict, isDict, sameValue } from './values.js'

/** One who is here. `color` is `#rrggbb` or empty. */
export interface Person {
  readonly name: string
  readonly color: string
  readonly state: Dict
}

const PACE = 50
const COLOR = /^(#[0-9a-fA-F]{6})?$/

export class Presence {
  readonly #clock: Clock
  readonly #send: (message: Extract<ClientMessage, { type: 'present' }>) => void
  readonly #changeSignal: Signal<[string, Person | undefined]>
  #people: ReadonlyMap<string, Person> = new Map()
  #me: Person | undefined
  #live = false
  #dirty = false
  #cancel: (() => void) | undefined

  constructor(clock: Clock, send: (message: ClientMessage) => void, report: Report) {
    this.#clock = clock
    this.#send = send
    this.#changeSignal = new Signal(report)
  }

  /** Who is here by session, this client too: as the server last said. */
  get people(): ReadonlyMap<string, Person> {
    return this.#people
  }

  /** What this client says of itself; undefined while it says nothing. */
  get me(): Person | undefined {
    return this.#me
  }

  /** Says who this client is, or changes a part of it; others see it at once. @throws LocalError */
  set(part: Partial<Person>): void {
    const me = { name: '', color: '', state: {}, ...this.#me, ...part }
    if (me.name.length > 64)
      throw new LocalError(`the name has ${me.name.length} characters; 64 are the most`)
    if (!COLOR.test(me.color)) throw new LocalError(`'${me.color}' is no color; expected '#rrggbb' or ''`)
    checkValue(me.state)
    if (hasBytes(me.state)) throw new LocalError('the state of a presence holds no bytes')
    this.#me = me
    this.#dirty = true
    if (this.#live && !this.#cancel) {
      // What is set together leaves together, and what follows quickly waits.
      this.#cancel = this.#clock.after(0, () => this.#flush())
    }
  }

  /** Runs for each client that came, changed, or (undefined) left. */
  onChange(listener: (session: string, person: Person | undefined) => void): Disconnect {
    return this.#changeSignal.connect(listener)
  }

  /** How many listeners are connected. */
  get listenerCount(): number {
    return this.#changeSignal.size
  }

  /** A connection is there. */
  goLive(): void {
    this.#live = true
    this.#dirty = this.#me !== undefined
    this.#flush()
  }

  /** It is gone. Who was here is left as it was: most connections are back in a second. */
  goOffline(): void {
    this.#live = false
    this.#cancel?.()
    this.#cancel = undefined
  }

  /** For good. */
  end(): void {
    this.goOffline()
    this.receive({ type: 'presence', people: {}, all: true })
  }

  receive({ people, all }: PresenceMessage): void {
    const before = this.#people
    const now = new Map(all ? [] : before)
    for (const [session, person] of Object.entries(people)) {
      if (person) now.set(session, person)
      else now.delete(session)
    }
    this.#people = now
    for (const session of new Set([...Object.keys(people), ...(all ? before.keys() : [])])) {
      const person = now.get(session)
      if (!sameValue(person, before.get(session))) this.#changeSignal.emit(session, person)
    }
  }

  #flush(): void {
    this.#cancel = undefined
    if (!this.#dirty || !this.#live || !this.#me) return
    this.#dirty = false
    this.#send({ type: 'present', ...this.#me })
    this.#cancel = this.#clock.after(PACE, () => this.#flush())
  }
}

function hasBytes(value: unknown): boolean {
  if (value instanceof Uint8Array) return true
  if (Array.isArray(value)) return value.some(hasBytes)
  return isDict(value) && Object.values(value).some(hasBytes)
}
