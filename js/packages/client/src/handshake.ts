/**
 * Handshake: how a client and its server come together on a connection, and what session they have from then on.
 *
 * - The client says hello with what it has seen. The welcome goes on from there, or announces the pages of a snapshot.
 * - A state that is in doubt is not gone on from: hello asks for all of it.
 */
import type { Change } from './changes.js'
import { ProtocolError } from './errors.js'
import type { Hello, Limits, Scope, Snapshot, Welcome } from './protocol.js'
import { PROTOCOL_VERSION } from './protocol.js'

/** An epoch no server has: asks for a snapshot. */
const NO_EPOCH = '-'

/** What a session is, from its first snapshot on. */
export interface Session {
  readonly id: string
  readonly token: string
  epoch: string
  seq: number
  /** The server's rolling hash at `seq`, as it told it. */
  hash: string | undefined
  /** Whether what is shown may be wrong, and has to come as a whole. */
  inDoubt: boolean
}

/** A whole state that has come. */
export interface Loaded {
  readonly changes: readonly Change[]
  readonly welcome: Welcome
  /** The session before. */
  readonly former: Session | undefined
}

export class Handshake {
  session: Session | undefined
  #attempt = 0
  #phase: 'opening' | 'greeting' | 'loading' | 'live' = 'opening'
  #welcome: Welcome | undefined
  /** Which parts the server was asked for. */
  #scopes: readonly Scope[] | undefined
  #pages: Change[] = []
  #nextPage = 0

  get isLive(): boolean {
    return this.#phase === 'live'
  }

  /** What the server takes, as its welcome said. */
  get limits(): Limits | undefined {
    return this.#welcome?.limits
  }

  /** The connection is gone: the next one begins with a hello. */
  lost(): void {
    this.#phase = 'opening'
    this.#welcome = undefined
    this.#pages = []
    this.#nextPage = 0
  }

  hello(client: string, auth: string | undefined, scopes: readonly Scope[] | undefined): Hello {
    this.lost()
    this.#phase = 'greeting'
    this.#scopes = scopes
    const { session } = this
    const inDoubt = session?.inDoubt
    return {
      type: 'hello',
      protocol: PROTOCOL_VERSION,
      attempt: ++this.#attempt,
      session: session?.id,
      token: session?.token,
      epoch: inDoubt ? NO_EPOCH : session?.epoch,
      seq: inDoubt ? 0 : session?.seq,
      hash: inDoubt ? undefined : session?.hash,
      client,
      auth,
      scopes,
    }
  }

  /** @returns whether the client goes on from what it has; else the pages of a snapshot follow */
  welcome(welcome: Welcome): boolean {
    if (this.#phase !== 'greeting') throw new ProtocolError('a second welcome came; expected one')
    this.#welcome = welcome
    const { session } = this
    const { session: id, token, epoch } = welcome
    // Now, and not when all of a snapshot has come: the next frame tells the server that the former token is not needed any more.
    if (session?.id === id) this.session = { ...session, token }
    if (welcome.resume === 'snapshot') {
      this.#phase = 'loading'
      return false
    }
    if (session?.epoch === epoch && session.id === id) return true
    throw new ProtocolError(`welcome resumes epoch '${epoch}' of '${id}', which this client is not at`)
  }

  /** A page has come. @returns all of it, with the last one; the session is the welcome's then */
  page({ seq, page, pages, changes }: Snapshot): Loaded | undefined {
    const welcome = this.#welcome
    if (this.#phase !== 'loading' || !welcome || page !== this.#nextPage) {
      throw new ProtocolError(`page ${page} of a snapshot came; expected ${this.#nextPage}`)
    }
    this.#nextPage++
    for (const change of changes) this.#pages.push(change)
    if (this.#nextPage < pages) return undefined
    const loaded = { changes: this.#pages, welcome, former: this.session }
    this.#pages = []
    const { session: id, token, epoch, hash } = welcome
    this.session = { id, token, epoch, seq, hash, inDoubt: false }
    return loaded
  }

  /** The state is here. */
  live(): void {
    this.#phase = 'live'
  }

  /**
   * Whether the server is to be asked for other parts than it was; from then on it was asked for these. Before its welcome, that would tell it
   * that this client has its new token.
   */
  asksFor(scopes: readonly Scope[] | undefined): boolean {
    if (this.#phase === 'opening' || this.#phase === 'greeting' || scopes === this.#scopes) return false
    this.#scopes = scopes
    return true
  }
}
