/**
 * Kernels: one client per kernel that this page shows, however many views and notebooks there are.
 *
 * - A kernel without our server (never loaded, or restarted) is asked once, and again when there is reason to: a new view, or an output of
 *   ours on its broadcast.
 * - A restarted kernel is another server: its client is replaced, never resumed; what was pending for the old one must not reach the new.
 */
import type { Kernel, KernelMessage } from '@jupyterlab/services'
import { Client, type Scope, Signal } from '@objectsync/client'
import { fastest } from './direct.js'
import { forgetSubshell } from './wire.js'

export const VIEW = 'application/vnd.objectsync.view+json'

/** What the kernel is told of what this page shows: it keeps these objects, also those that it would otherwise let go. */
const VIEWS = 'objectsync_jupyter.views'
/** Milliseconds: a cell that runs again takes several views away and brings others. */
const SETTLED = 200
/** How many scopes a client may have (PROTOCOL.md). */
const MOST = 1_000

/** What a view says it shows. */
export interface ViewData {
  readonly id: string
  readonly cell: string
}

/** How a kernel stands with its views. */
export type Standing = 'connecting' | 'live' | 'offline' | 'absent'

export class KernelClient {
  readonly #kernels = new Set<Kernel.IKernelConnection>()
  readonly #changed = new Signal<[]>((error) => console.error('objectsync: a view failed:', error))
  #client: Client | undefined
  #epoch: string | undefined
  #standing: Standing = 'absent'
  #shows = 0
  /** How many views show each object. */
  readonly #viewing = new Map<string, number>()
  /** Which objects, with what is in them, the client has asked for. */
  #subscribed: ReadonlySet<string> = new Set()
  #isSubscribing = false
  #report: ReturnType<typeof setTimeout> | undefined

  get client(): Client | undefined {
    return this.#client
  }

  get standing(): Standing {
    return this.#standing
  }

  /** How often the kernel has shown an object, as far as this page knows: what it denied before may be true now. */
  get shows(): number {
    return this.#shows
  }

  /** Runs when the client is another one, or stands otherwise. */
  onChange(listener: () => void): () => void {
    return this.#changed.connect(listener)
  }

  /** A view shows an object. @returns the function that ends it */
  show(id: string): () => void {
    this.#viewing.set(id, (this.#viewing.get(id) ?? 0) + 1)
    if (!this.#subscribed.has(id)) this.#subscribeSoon()
    this.#tell()
    return () => {
      const left = (this.#viewing.get(id) ?? 1) - 1
      if (left > 0) this.#viewing.set(id, left)
      else this.#viewing.delete(id)
      this.#tell()
    }
  }

  /** A notebook uses this connection. @returns the function that ends it */
  attach(kernel: Kernel.IKernelConnection): () => void {
    if (this.#kernels.has(kernel)) return () => {}
    this.#kernels.add(kernel)
    const onStatus = (_: unknown, status: Kernel.Status): void => {
      if (status === 'restarting' || status === 'autorestarting' || status === 'dead') {
        forgetSubshell(kernel)
        this.#leave()
      }
    }
    let session: string | undefined
    const onMessage = (_: unknown, { msg, direction }: Kernel.IAnyMessageArgs): void => {
      if (direction !== 'recv' || msg.channel !== 'iopub' || msg.header.msg_type === 'status') return
      if (session !== undefined && session !== msg.header.session) {
        // Restarted from another page, of which nobody tells this one.
        forgetSubshell(kernel)
        this.#leave()
      }
      session = msg.header.session
      if (!showsView(msg)) return
      this.#shows++
      if (this.#standing === 'absent') this.seek()
      else this.#changed.emit()
    }
    kernel.statusChanged.connect(onStatus)
    kernel.anyMessage.connect(onMessage)
    return () => {
      this.#kernels.delete(kernel)
      if (!kernel.isDisposed) {
        kernel.statusChanged.disconnect(onStatus)
        kernel.anyMessage.disconnect(onMessage)
      }
      if (this.#kernels.size === 0) this.#leave()
    }
  }

  /** Connects, where there is no connection and may be one. */
  seek(): void {
    if (this.#client || this.#kernels.size === 0) return
    this.#standing = 'connecting'
    // Of all that the kernel has, only what is shown.
    const scopes = this.#scopes([...this.#viewing.keys()])
    const client = new Client({
      name: 'objectsync-lab/0.1.0',
      ...(scopes && { scopes }),
      connect: (handlers) => {
        const kernel = [...this.#kernels].find((each) => !each.isDisposed)
        if (!kernel) {
          queueMicrotask(() => handlers.closed(1006, 'there is no kernel'))
          return { send() {}, close() {} }
        }
        return fastest(kernel, {
          ready: (epoch) => this.#ready(epoch),
          absent: () => queueMicrotask(() => this.#leave()),
        })(handlers)
      },
    })
    this.#client = client
    client.onStatus(() => this.#follow(client))
    this.#changed.emit()
  }

  /** Says goodbye; the kernel forgets this page at once. */
  leave(): void {
    if (this.#client) this.#leave()
  }

  #ready(epoch: string): void {
    if (this.#epoch === epoch || this.#epoch === undefined) {
      this.#epoch = epoch
      return
    }
    this.#leave()
    this.seek()
  }

  #follow(client: Client): void {
    if (client !== this.#client) return
    const { state } = client.status
    if (state === 'closed') this.#leave()
    else {
      if (state === 'live' && this.#standing !== 'live') this.#tell()
      this.#standing = state
      this.#changed.emit()
    }
  }

  /** At once, so that views need not wait, and once for all that come together. What is no longer shown goes with the next report. */
  #subscribeSoon(): void {
    if (this.#isSubscribing) return
    this.#isSubscribing = true
    queueMicrotask(() => {
      this.#isSubscribing = false
      this.#client?.subscribe(this.#scopes([...this.#subscribed, ...this.#viewing.keys()]))
    })
  }

  #tell(): void {
    clearTimeout(this.#report)
    this.#report = setTimeout(() => {
      if ([...this.#subscribed].some((id) => !this.#viewing.has(id)))
        this.#client?.subscribe(this.#scopes([...this.#viewing.keys()]))
      // A connection that breaks meanwhile is told again when it is live again.
      if (this.#standing === 'live')
        this.#client?.call(VIEWS, { ids: [...this.#viewing.keys()] }).catch(() => {})
    }, SETTLED)
  }

  /** The parts that are these objects; all of the tree where they are too many. */
  #scopes(ids: readonly string[]): readonly Scope[] | undefined {
    this.#subscribed = new Set(ids)
    if (this.#subscribed.size > MOST) return undefined
    return [...this.#subscribed].map((root) => ({ root }))
  }

  #leave(): void {
    const client = this.#client
    this.#client = undefined
    this.#epoch = undefined
    this.#standing = 'absent'
    client?.close()
    this.#changed.emit()
  }
}

const known = new Map<string, KernelClient>()

/** The client of a kernel; the same for all who ask on this page. */
export function kernelClient(id: string): KernelClient {
  let client = known.get(id)
  if (!client) {
    client = new KernelClient()
    known.set(id, client)
  }
  return client
}

/** The page goes: no kernel has to wait for it. */
export function leaveAll(): void {
  for (const client of known.values()) client.leave()
}

/** Whether a message brings an output of ours. */
function showsView(message: KernelMessage.IMessage): boolean {
  const type: string = message.header.msg_type
  if (type !== 'execute_result' && type !== 'display_data' && type !== 'update_display_data') return false
  const { data } = message.content as { data?: object }
  return data !== undefined && VIEW in data
}
