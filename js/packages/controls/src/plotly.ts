/**
 * Plotly: a figure that people can zoom into, drawn by the plotly.js that came with Python's own plotly package.
 *
 * - The script comes from the object's server, over the connection that there is, once per page, when the first figure is shown.
 * - Nothing comes from a network: figures that would ask for maps are not drawn here (objectsync/showing/plots.py).
 */
import type { SObject } from '@objectsync/client'

export interface PlotlyLibrary {
  react(host: HTMLElement, data: unknown, layout: object, config: object): Promise<unknown>
  purge(host: HTMLElement): void
}

interface Figure {
  readonly data: unknown
  readonly layout: object
}

const CONFIG = {
  responsive: true,
  displaylogo: false,
  showSendToCloud: false,
  plotlyServerURL: '',
  topojsonURL: '',
}
let library: Promise<PlotlyLibrary> | undefined

/** Draws a figure into an element that is in the document, or draws it anew there. */
export async function drawPlotly(plotly: PlotlyLibrary, host: HTMLElement, json: string): Promise<void> {
  const { data, layout } = JSON.parse(json) as Figure
  // What a person has zoomed into stays when Python draws again.
  await plotly.react(host, data, { uirevision: true, ...layout }, CONFIG)
}

/** plotly.js, which is fetched once per page. */
export async function plotlyOf(object: SObject, document: Document): Promise<PlotlyLibrary> {
  library ??= fetchLibrary(object, document)
  try {
    return await library
  } catch (error) {
    // The connection may have broken: the next figure tries again.
    library = undefined
    throw error
  }
}

async function fetchLibrary(object: SObject, document: Document): Promise<PlotlyLibrary> {
  const parts: Uint8Array<ArrayBuffer>[] = []
  for (;;) {
    const part = await object.call('script', { part: parts.length })
    if (!(part instanceof Uint8Array)) throw new TypeError('expected the bytes of a script')
    if (!part.length) break
    parts.push(part as Uint8Array<ArrayBuffer>)
  }
  const text = await new Response(
    new Blob(parts).stream().pipeThrough(new DecompressionStream('gzip')),
  ).blob()
  const url = URL.createObjectURL(new Blob([text], { type: 'text/javascript' }))
  try {
    await new Promise((resolve, reject) => {
      const script = document.createElement('script')
      script.onload = resolve
      script.onerror = () => reject(new Error('this page refuses to run plotly.js'))
      script.src = url
      document.head.append(script)
    })
  } finally {
    URL.revokeObjectURL(url)
  }
  const { Plotly } = globalThis as unknown as { Plotly?: PlotlyLibrary }
  if (!Plotly) throw new Error('plotly.js did not say what it is')
  return Plotly
}
