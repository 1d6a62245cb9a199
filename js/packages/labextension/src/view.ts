/**
 * ObjectView: one output that shows an SObject.
 *
 * - Live where its kernel has shown this very view; else the picture that the output holds, greyed, with what to do.
 * - While the connection is made, the picture stands in, so that nothing flickers.
 * - Nothing of a saved notebook is run or fetched: the picture passes JupyterLab's sanitizer, views are looked up by registered name.
 */
import type { IRenderMime } from '@jupyterlab/rendermime-interfaces'
import { Widget } from '@lumino/widgets'
import type { Client } from '@objectsync/client'
import { builtIns, mount, type Registry } from '@objectsync/dom'
import { keepKeys, Troubles } from '@objectsync/dom/notebook'
import { undoByKeys } from '@objectsync/dom/undoing'
import { type KernelClient, VIEW, type ViewData } from './kernels.js'

const SHOWN = 'objectsync_jupyter.shown'
const RUN = 'run the cell to make this live'

/** The built-in views; those of controls are fetched when one is first shown. */
function views(): Registry {
  const registry = builtIns()
  registry.later('objectsync.', async () => (await import('@objectsync/controls')).controls)
  return registry
}

/** What an output needs of its notebook. */
export interface Place {
  /** The client of the notebook's kernel, if it has one. */
  readonly kernel: KernelClient | undefined
  /** Runs when the notebook has another kernel. */
  onKernel(listener: () => void): () => void
}

export class ObjectView extends Widget implements IRenderMime.IRenderer {
  readonly #place: Place
  readonly #sanitizer: IRenderMime.ISanitizer
  readonly #body = document.createElement('div')
  readonly #note = document.createElement('div')
  readonly #errors = document.createElement('div')
  readonly #offKernel: () => void
  readonly #offKeys: () => void
  #offChange: (() => void) | undefined
  #kernel: KernelClient | undefined
  #view: ViewData | undefined
  #picture = ''
  /** The client whose object is shown, and what ends that. */
  #live: { readonly client: Client; end(): void } | undefined
  /** The client that is being asked, or said no. */
  #asked: Client | undefined
  #askedAt = 0

  constructor(place: Place, sanitizer: IRenderMime.ISanitizer) {
    super()
    this.#place = place
    this.#sanitizer = sanitizer
    this.addClass('objectsync-view')
    this.#body.className = 'objectsync-view-body'
    this.#note.className = 'objectsync-view-note'
    this.#note.setAttribute('role', 'status')
    this.#errors.setAttribute('role', 'alert')
    this.node.append(this.#body, this.#errors, this.#note)
    this.#offKernel = place.onKernel(() => this.#takeKernel())
    this.#offKeys = keepKeys(this.#body)
  }

  /** The client whose object is shown; undefined while it is only a picture. For tests and for the console. */
  get objectsyncClient(): Client | undefined {
    return this.#live?.client
  }

  renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    const data = model.data[VIEW] as Partial<Record<'id' | 'cell', unknown>> | undefined
    const { id, cell } = data ?? {}
    const view = typeof id === 'string' && typeof cell === 'string' ? { id, cell } : undefined
    if (this.#view && view && this.#view.id === view.id && this.#view.cell === view.cell)
      return Promise.resolve()
    this.#end()
    this.#view = view
    const html = model.data['text/html']
    this.#picture = Array.isArray(html) ? html.join('') : typeof html === 'string' ? html : ''
    this.#takeKernel()
    this.#kernel?.seek()
    return Promise.resolve()
  }

  override dispose(): void {
    if (this.isDisposed) return
    this.#offKernel()
    this.#offKeys()
    this.#offChange?.()
    this.#end()
    super.dispose()
  }

  #takeKernel(): void {
    const { kernel } = this.#place
    if (kernel !== this.#kernel) {
      this.#offChange?.()
      this.#end()
      this.#kernel = kernel
      this.#offChange = kernel?.onChange(() => this.#follow())
      kernel?.seek()
    }
    this.#follow()
  }

  #follow(): void {
    const kernel = this.#kernel
    const client = kernel?.client
    if (this.#live && this.#live.client !== client) this.#end()
    if (this.#asked && this.#asked !== client) this.#asked = undefined
    if (!kernel || !client || kernel.standing === 'absent') {
      this.#showPicture(true, kernel ? RUN : `no kernel: start one and ${RUN}`)
    } else if (this.#live) {
      this.#note.textContent = kernel.standing === 'offline' ? 'reconnecting – changes are kept' : ''
    } else if (this.#asked !== client || this.#askedAt !== kernel.shows) {
      if (this.#asked !== client)
        this.#showPicture(false, kernel.standing === 'offline' ? 'reconnecting' : '')
      if (kernel.standing === 'live') this.#ask(client, kernel.shows)
    }
  }

  #ask(client: Client, shows: number): void {
    const view = this.#view
    this.#asked = client
    this.#askedAt = shows
    if (!view) {
      this.#showPicture(true, 'this output names no object')
      return
    }
    client.call(SHOWN, { views: [[view.id, view.cell]] }).then(
      (answer) => {
        if (this.isDisposed || this.#asked !== client || this.#view !== view) return
        if (Array.isArray(answer) && answer[0] === true) this.#showLive(client, view.id)
        else this.#showPicture(true, RUN)
      },
      () => {
        // The connection broke meanwhile; the next one is asked again.
        if (this.#asked === client) this.#asked = undefined
        this.#follow()
      },
    )
  }

  #showLive(client: Client, id: string): void {
    /** What is shown here: the object, and others that its views show and that lie elsewhere. */
    const roots: string[] = []
    const want = (root: string): (() => void) => {
      const hide = this.#kernel?.show(root)
      roots.push(root)
      return () => {
        roots.splice(roots.indexOf(root), 1)
        hide?.()
      }
    }
    const unwant = want(id)
    const ends: (() => void)[] = []
    const show = (): void => {
      this.#body.replaceChildren()
      this.#body.inert = false
      this.removeClass('objectsync-view-stale')
      this.addClass('objectsync-view-live')
      this.#note.textContent = ''
      ends.push(mount(client, this.#body, { id, registry: views(), want }))
    }
    if (client.objects.has(id)) show()
    else {
      // This page has not had it yet: it was asked for by `show`, and the picture stands in until it comes.
      const off = client.onSettled(() => {
        if (!client.objects.has(id)) return
        off()
        show()
      })
      ends.push(off)
    }
    const troubles = new Troubles(client, roots, this.#errors)
    const offKeys = undoByKeys(client, this.#body, (message) => troubles.say(message), id)
    ends.push(offKeys, () => troubles.end())
    this.#live = {
      client,
      end: () => {
        for (const end of ends) end()
        unwant()
      },
    }
  }

  #showPicture(stale: boolean, note: string): void {
    this.removeClass('objectsync-view-live')
    this.toggleClass('objectsync-view-stale', stale)
    this.#note.textContent = note
    if (this.#body.childElementCount === 0) this.#body.innerHTML = this.#sanitizer.sanitize(this.#picture)
    this.#body.inert = stale
  }

  #end(): void {
    this.#live?.end()
    this.#live = undefined
    this.#asked = undefined
    this.#body.replaceChildren()
    this.#body.inert = false
  }
}
