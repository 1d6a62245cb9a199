/**
 * Vega: an Altair chart with its tooltips, selections and sliders, drawn by the scripts that came with Python's own vl-convert.
 *
 * - Expressions are interpreted, not compiled: nothing here needs `eval`, which pages refuse.
 * - Nothing is fetched: a chart that asks for an address all the same gets an error.
 * - Where only its data differs from what is shown, the chart stays, with what people have selected in it; otherwise it is drawn beside the
 *   old one, which goes when it is ready.
 */
import { FILLS, type Figure, type Library } from './figures.js'

type Rows = readonly unknown[]

interface Source {
  readonly name: string
  readonly format?: object
}

interface VegaView {
  parse(rows: Rows, format: object): Rows
  data(name: string, rows: Rows): VegaView
  container(): HTMLElement | null
  signal(name: string, value: number): VegaView
  runAsync(): Promise<unknown>
}

interface Embedded {
  readonly view: VegaView
  readonly vgSpec: {
    readonly data?: readonly Source[]
    readonly signals?: readonly { readonly name: string }[]
  }
  finalize(): void
}

interface VegaLibrary {
  embed(host: HTMLElement, spec: object, options: object): Promise<Embedded>
  readonly expr: unknown
}

interface Chart {
  readonly datasets?: Readonly<Record<string, Rows>>
  readonly width?: number | 'container'
}

interface Shown {
  readonly host: HTMLElement
  readonly chart: Embedded
  readonly names: readonly string[]
  readonly rest: string
}

const refuse = (address: string): Promise<never> =>
  Promise.reject(new Error(`nothing is fetched: ${address}`))
const LOADER = { load: refuse, sanitize: refuse, http: refuse, file: refuse }

export const vega: Library = ({ ObjectsyncVega }) => {
  const library = ObjectsyncVega as VegaLibrary | undefined
  return library && ((host) => new VegaFigure(library, host))
}

class VegaFigure implements Figure {
  readonly #library: VegaLibrary
  readonly #host: HTMLElement
  #shown: Shown | undefined
  #ended = false

  constructor(library: VegaLibrary, host: HTMLElement) {
    this.#library = library
    this.#host = host
  }

  async draw(json: string): Promise<void> {
    const spec = JSON.parse(json) as Chart
    const datasets = Object.entries(spec.datasets ?? {})
    const names = datasets.map(([name]) => name)
    const rest = withoutData(spec, names)
    const shown = this.#shown
    if (shown && names.length === shown.names.length && rest === shown.rest) {
      for (const [index, [, rows]] of datasets.entries()) this.#replaceData(shown, index, rows)
      await shown.chart.view.runAsync()
    } else await this.#embed(spec, names, rest)
  }

  /** Vega follows the window only. */
  resize(): void {
    const { view, vgSpec } = this.#shown?.chart ?? {}
    const width = view?.container()?.clientWidth
    const follows = vgSpec?.signals?.some(
      (each) => each.name === 'width' && /containerSize/.test(JSON.stringify(each)),
    )
    if (view && width && follows) void view.signal('width', width).runAsync()
  }

  end(): void {
    this.#ended = true
    this.#shown?.chart.finalize()
    this.#shown = undefined
  }

  #replaceData({ chart, names }: Shown, index: number, rows: Rows): void {
    const source = chart.vgSpec.data?.find(({ name }) => name === names[index])
    if (!source) return
    const { view } = chart
    view.data(source.name, view.parse(rows, { type: 'json', ...source.format }))
  }

  async #embed(spec: Chart, names: readonly string[], rest: string): Promise<void> {
    const host = this.#host.ownerDocument.createElement('div')
    host.className = 'os-coming'
    this.#host.classList.toggle(FILLS, spec.width === 'container')
    this.#host.append(host)
    const chart = await this.#library
      .embed(host, spec, {
        ast: true,
        expr: this.#library.expr,
        loader: LOADER,
        actions: false,
        renderer: 'svg',
      })
      .catch((error: unknown) => {
        host.remove()
        throw error
      })
    this.#shown?.chart.finalize()
    this.#shown?.host.remove()
    host.className = ''
    // Vega names what it draws for data, and leaves nameless what it draws for a selection.
    for (const nameless of host.querySelectorAll('[role="graphics-symbol"]:not([aria-label])')) {
      nameless.setAttribute('aria-hidden', 'true')
    }
    this.#shown = { host, chart, names, rest }
    if (this.#ended) this.end()
  }
}

/** A chart as JSON without its data, whose names are made of it. */
function withoutData(spec: Chart, names: readonly string[]): string {
  return JSON.stringify(spec, (key, value: unknown) => {
    if (key === 'datasets') return undefined
    const place = typeof value === 'string' ? names.indexOf(value) : -1
    return place < 0 ? value : { dataset: place }
  })
}
