/**
 * Late: what a handler prints goes to the cell that last showed its object, and JupyterLab drops it where no cell waits for that request:
 * after a reload, in another tab, when that cell was deleted. Then a cell that shows the object takes it.
 *
 * - What a cell puts out while it runs is its own: another tab's cell is not copied here.
 * - A document that people share has one list of outputs, which another page may have added it to: there it is left alone.
 */
import type { Kernel, KernelMessage } from '@jupyterlab/services'
import type { Client } from '@objectsync/client'
import { VIEW, type ViewData } from './kernels.js'

/** What the kernel is asked: which views may take what comes for a request. */
const PLACES = 'objectsync_jupyter.places'

/** What is used of a notebook. */
export interface Cells {
  readonly widgets: readonly {
    readonly model: { readonly outputs?: Outputs }
    readonly outputArea?: { readonly future?: { readonly msg: KernelMessage.IMessage } | null } | null
  }[]
}

interface Outputs {
  readonly length: number
  get(index: number): { readonly data: object }
  add(output: object): unknown
}

/** Takes care of a notebook's late outputs. @returns the function that ends it */
export function takeLate(
  kernel: Kernel.IKernelConnection,
  notebook: Cells,
  client: () => Client | undefined,
): () => void {
  const running = new Set<string>()
  let taken = Promise.resolve()
  const onMessage = (_: unknown, message: KernelMessage.IIOPubMessage): void => {
    const request = (message.parent_header as { msg_id?: string }).msg_id
    if (request === undefined) return
    if (message.header.msg_type === 'status') {
      const { execution_state: state } = message.content as { execution_state: string }
      if (state === 'busy') running.add(request)
      else running.delete(request)
      return
    }
    const output = outputOf(message)
    if (!output || running.has(request) || isAwaited(notebook, request)) return
    const asked = client()
      ?.call(PLACES, { request })
      .catch(() => [])
    if (!asked) return
    // In the order in which they came.
    taken = taken.then(async () => {
      const places = (await asked) as unknown as readonly (readonly [id: string, cell: string])[]
      if (kernel.isDisposed) return
      for (const [id, cell] of places) {
        const outputs = outputsWith(notebook, { id, cell })
        if (!outputs) continue
        outputs.add(output)
        return
      }
    })
  }
  kernel.iopubMessage.connect(onMessage)
  return () => {
    if (!kernel.isDisposed) kernel.iopubMessage.disconnect(onMessage)
  }
}

/** A message as a notebook keeps it; undefined for what is no output. */
function outputOf({ header, content }: KernelMessage.IIOPubMessage): object | undefined {
  if (header.msg_type === 'stream' || header.msg_type === 'error')
    return { output_type: header.msg_type, ...content }
  if (header.msg_type !== 'display_data') return undefined
  const { data, metadata } = content as KernelMessage.IDisplayDataMsg['content']
  return { output_type: header.msg_type, data, metadata }
}

function isAwaited(notebook: Cells, request: string): boolean {
  return notebook.widgets.some(({ outputArea }) => outputArea?.future?.msg.header.msg_id === request)
}

function outputsWith(notebook: Cells, { id, cell }: ViewData): Outputs | undefined {
  for (const { outputs } of notebook.widgets.map(({ model }) => model)) {
    for (let index = 0; outputs && index < outputs.length; index++) {
      const view = (outputs.get(index).data as { [VIEW]?: Partial<ViewData> })[VIEW]
      if (view?.id === id && view.cell === cell) return outputs
    }
  }
  return undefined
}
