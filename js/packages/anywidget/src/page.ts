/**
 * Page: one client for all widgets of one kernel's server that share a page, however many outputs there are.
 *
 * - It rides on one of the models that have been shown; when that goes, on another, and the session goes on.
 * - Hosts keep the models of a notebook that was closed, so it lives no longer than what shows them.
 * - Re-running the only cell takes the last view and model away a moment before the next ones come, so a page without them waits a little.
 * - Each widget is a module of its own, so what they share hangs on the global object.
 * - A server that ended does not come back under its epoch.
 */
import { Client, Signal, type Transport } from '@objectsync/client'
import { type Model, overModel } from './model.js'

export type Standing = 'connecting' | 'live' | 'offline' | 'gone'

const RESTART = 4002
const LINGER = 5_000

export class Page {
  readonly client: Client
  readonly #models: Model[] = []
  #views = 0
  readonly #changed = new Signal<[]>((error) => console.error('objectsync: a view failed:', error))
  readonly #forget: () => void
  #gone = false
  #ridden: { readonly model: Model; readonly transport: Transport } | undefined
  #linger: ReturnType<typeof setTimeout> | undefined

  constructor(forget: () => void) {
    this.#forget = forget
    this.client = new Client({
      name: 'objectsync-anywidget/0.1.0',
      connect: (handlers) => {
        const model = this.#models.at(-1)
        if (!model) {
          queueMicrotask(() => handlers.closed(1006, 'there is no output'))
          return { send() {}, close() {} }
        }
        const transport = overModel(model)({
          opened: () => handlers.opened(),
          received: (frame) => handlers.received(frame),
          closed: (code, reason) => {
            if (this.#ridden?.transport === transport) this.#ridden = undefined
            handlers.closed(code, reason)
            if (code === RESTART) queueMicrotask(() => this.#end())
          },
        })
        this.#ridden = { model, transport }
        return transport
      },
    })
    this.client.onStatus(() => this.#changed.emit())
  }

  get standing(): Standing {
    const { state } = this.client.status
    return this.#gone || state === 'closed' ? 'gone' : state
  }

  onChange(listener: () => void): () => void {
    return this.#changed.connect(listener)
  }

  /** Another output shows a model. @returns the function that tells that it no longer does */
  enter(model: Model): () => void {
    clearTimeout(this.#linger)
    this.#views += 1
    if (!this.#models.includes(model)) {
      this.#models.push(model)
      if (!this.#ridden) this.client.retryNow()
    }
    return () => {
      this.#views -= 1
      this.#mayEnd()
    }
  }

  /** The model is gone. */
  remove(model: Model): void {
    const at = this.#models.indexOf(model)
    if (at < 0) return
    this.#models.splice(at, 1)
    this.doubt(model)
    this.#mayEnd()
  }

  /** The model may have lost its kernel: finds out. */
  doubt(model: Model): void {
    if (this.#ridden?.model !== model) return
    this.#ridden.transport.close(1006, 'the output is gone')
    if (this.#models.length > 0) this.client.retryNow()
  }

  #mayEnd(): void {
    if (this.#gone || (this.#views > 0 && this.#models.length > 0)) return
    clearTimeout(this.#linger)
    this.#linger = setTimeout(() => this.#end(), LINGER)
  }

  #end(): void {
    this.#gone = true
    this.#forget()
    this.client.close()
    this.#changed.emit()
  }
}

const PAGES = Symbol.for('objectsync.anywidget/0.1.0')

const shared = globalThis as { [PAGES]?: Map<string, Page> }

/** The page of a model's server, where something shows a model of it. */
export function pageOf(model: Model): Page | undefined {
  return shared[PAGES]?.get(serverOf(model))
}

/** The page for what shows a model. */
export function pageFor(model: Model): Page {
  shared[PAGES] ??= new Map()
  const pages = shared[PAGES]
  const server = serverOf(model)
  const page = pages.get(server) ?? new Page(() => pages.delete(server))
  pages.set(server, page)
  return page
}

function serverOf(model: Model): string {
  return String(model.get('_server'))
}
