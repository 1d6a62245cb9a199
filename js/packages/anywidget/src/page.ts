/**
 * Page: one client for all widgets of one kernel's server that share a page, however many outputs there are.
 *
 * - It rides on one of the models; when that goes, on another, and the session goes on.
 * - Re-running the only cell takes the last model away a moment before the next one comes, so a page without models waits a little.
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
  readonly #changed = new Signal<[]>((error) => console.error('objectsync: a view failed:', error))
  readonly #forget: () => void
  #gone = false
  #ridden: { readonly model: Model; readonly transport: Transport } | undefined
  #linger: ReturnType<typeof setTimeout> | undefined

  constructor(first: Model, forget: () => void) {
    this.#models.push(first)
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

  /** Another output of the same server. */
  add(model: Model): void {
    clearTimeout(this.#linger)
    if (this.#models.includes(model)) return
    this.#models.push(model)
    if (!this.#ridden) this.client.retryNow()
  }

  /** The output is gone. */
  remove(model: Model): void {
    const at = this.#models.indexOf(model)
    if (at < 0) return
    this.#models.splice(at, 1)
    this.doubt(model)
    if (this.#models.length === 0 && !this.#gone) this.#linger = setTimeout(() => this.#end(), LINGER)
  }

  /** The model may have lost its kernel: finds out. */
  doubt(model: Model): void {
    if (this.#ridden?.model !== model) return
    this.#ridden.transport.close(1006, 'the output is gone')
    if (this.#models.length > 0) this.client.retryNow()
  }

  #end(): void {
    this.#gone = true
    this.#forget()
    this.client.close()
    this.#changed.emit()
  }
}

const PAGES = Symbol.for('objectsync.anywidget/0.1.0')

/** The page of a model's server. */
export function pageOf(model: Model): Page {
  const shared = globalThis as { [PAGES]?: Map<string, Page> }
  shared[PAGES] ??= new Map()
  const pages = shared[PAGES]
  const server = String(model.get('_server'))
  let page = pages.get(server)
  if (page) page.add(model)
  else {
    page = new Page(model, () => pages.delete(server))
    pages.set(server, page)
  }
  return page
}
