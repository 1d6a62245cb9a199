/**
 * The plugin: every notebook's outputs may hold objects of its kernel. No token but the document registry, so it runs in JupyterLab and in
 * Notebook 7 alike.
 */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application'
import { PageConfig } from '@jupyterlab/coreutils'
import type { DocumentRegistry } from '@jupyterlab/docregistry'
import type { IRenderMime } from '@jupyterlab/rendermime-interfaces'
import type { Kernel } from '@jupyterlab/services'
import type { Widget } from '@lumino/widgets'
import { Signal } from '@objectsync/client'
import { type KernelClient, kernelClient, leaveAll, VIEW } from './kernels.js'
import { type Cells, takeLate } from './late.js'
import { type Deletes, forgetReturned } from './returned.js'
import { askAgain } from './stranded.js'
import { ObjectView, type Place } from './view.js'

/** What is used of a notebook panel; `@jupyterlab/notebook` itself is not needed. */
interface NotebookPanel {
  readonly content: Widget &
    Cells & {
      readonly rendermime: { addFactory(factory: IRenderMime.IRendererFactory, rank: number): void }
    }
}

/** Better than the plain HTML, whatever its rank. */
const RANK = -10

/** A notebook, with whatever kernel it has. */
class NotebookPlace implements Place {
  readonly #context: DocumentRegistry.Context
  readonly #cells: Cells
  readonly #moved = new Signal<[]>((error) => console.error('objectsync: a view failed:', error))
  #kernel: KernelClient | undefined
  #detach: (() => void) | undefined

  constructor(context: DocumentRegistry.Context, cells: Cells) {
    this.#context = context
    this.#cells = cells
    context.sessionContext.kernelChanged.connect(this.#follow)
    this.#follow()
  }

  get kernel(): KernelClient | undefined {
    return this.#kernel
  }

  onKernel(listener: () => void): () => void {
    return this.#moved.connect(listener)
  }

  dispose(): void {
    this.#context.sessionContext.kernelChanged.disconnect(this.#follow)
    this.#detach?.()
  }

  readonly #follow = (): void => {
    const kernel: Kernel.IKernelConnection | null | undefined = this.#context.sessionContext.session?.kernel
    this.#detach?.()
    this.#kernel = kernel ? kernelClient(kernel.id) : undefined
    if (kernel) {
      const ends = [this.#kernel?.attach(kernel), askAgain(kernel)]
      if (!this.#context.model.collaborative)
        ends.push(takeLate(kernel, this.#cells, () => this.#kernel?.client))
      this.#detach = () => {
        for (const end of ends) end?.()
      }
    } else this.#detach = undefined
    this.#moved.emit()
  }
}

/** Keeps the kernel's mark at busy while a cell runs: the kernel says idle after each comm message, on whatever thread it was. */
function ignoreComms(): void {
  const option = 'untracked_message_types'
  const ignored = new Set(JSON.parse(PageConfig.getOption(option) || '[]') as string[])
  for (const type of ['comm_open', 'comm_msg', 'comm_close', 'comm_info_request']) ignored.add(type)
  PageConfig.setOption(option, JSON.stringify([...ignored]))
}

const plugin: JupyterFrontEndPlugin<void> = {
  id: '@objectsync/labextension:plugin',
  description: 'Shows objectsync objects live in notebooks.',
  autoStart: true,
  activate: (app: JupyterFrontEnd) => {
    ignoreComms()
    // Arrives only sometimes; otherwise the kernel notices by its heartbeat.
    addEventListener('pagehide', leaveAll)
    app.docRegistry.addWidgetExtension('Notebook', {
      createNew(panel, context) {
        const { content } = panel as unknown as NotebookPanel
        const place = new NotebookPlace(context, content)
        forgetReturned(context.model as unknown as Deletes)
        content.rendermime.addFactory(
          {
            safe: false,
            mimeTypes: [VIEW],
            createRenderer: ({ sanitizer }) => new ObjectView(place, sanitizer),
          },
          RANK,
        )
        // Not the panel's own: by then its kernel connection is gone, and no goodbye would leave.
        content.disposed.connect(() => place.dispose())
      },
    })
  },
}

export default plugin
