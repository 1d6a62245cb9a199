/**
 * Shown: whatever Python has drawn of a value: a picture, HTML, text; a figure of Plotly, which is drawn here; or a table.
 *
 * - What is seen stays until the next picture is decoded: there is no moment without one.
 * - Pictures that come while one is being decoded are passed over for the newest.
 */
import type { SObject, Value } from '@objectsync/client'
import type { View } from '@objectsync/dom'
import { ControlView } from './base.js'
import { sanitized } from './html.js'
import { drawPlotly, plotlyOf } from './plotly.js'

interface Content {
  readonly mime: string
  readonly data: Value
  readonly alt: string
  readonly width: number
  readonly height: number
  readonly pixels: boolean
  /** A figure of Plotly as JSON; the rest is what it looks like where plotly.js cannot run. */
  readonly plotly?: string
  /** The id of the Table that shows a DataFrame; the rest is what stands for it where that is gone. */
  readonly table?: string
}

export class ShownView extends ControlView {
  static override frontendType = 'objectsync.shown'
  #root!: HTMLElement
  #url: string | undefined
  #next: Content | undefined
  #busy = false
  #gone = false
  #table: View | undefined
  #plot: { readonly host: HTMLElement; readonly end: () => void } | undefined

  protected build(): HTMLElement {
    this.#root = this.make('div', 'os-shown')
    this.container = null
    this.bind('content', (content: Content | null) => {
      if (!content) return
      this.#next = content
      if (!this.#busy) this.#showNext()
    })
    for (const name of ['alt', 'width']) this.bind(name, () => this.#describe())
    return this.#root
  }

  override destroy(): void {
    this.#gone = true
    this.#forget()
    this.#endOther()
  }

  #showNext(): void {
    const content = this.#next
    this.#next = undefined
    if (!content || this.#gone) return
    this.#busy = true
    void this.#show(content).finally(() => {
      this.#busy = false
      this.#showNext()
    })
  }

  async #show(content: Content): Promise<void> {
    const table = this.client.objects.get(content.table ?? '')
    if (table) return this.#showTable(table)
    if (content.plotly === undefined) return this.#showStill(content)
    try {
      await this.#showPlot(content, content.plotly)
    } catch (error) {
      this.stage.refuse(this.object, 'drawing by plotly.js', String(error))
      await this.#showStill(content)
    }
  }

  /** The same table follows its data by itself. */
  #showTable(table: SObject): void {
    if (this.#table?.object === table) return
    this.#endOther()
    this.#root.classList.remove('os-html')
    this.#table = this.embed(table)
    this.#root.replaceChildren(this.#table.element)
    this.#forget()
  }

  /** What was there stays until plotly.js has come; where nothing was, what stands for the figure. */
  async #showPlot(content: Content, json: string): Promise<void> {
    const coming = plotlyOf(this.object, this.document)
    if (!this.#root.firstChild) await this.#showStill(content)
    const plotly = await coming
    if (this.#gone) return
    if (!this.#plot) {
      const host = this.make('div', 'os-plot')
      host.role = 'figure'
      this.#root.classList.remove('os-html')
      this.#root.replaceChildren(host)
      this.#forget()
      this.#plot = { host, end: () => plotly.purge(host) }
    }
    this.#plot.host.dataset['alt'] = content.alt
    this.#describe()
    await drawPlotly(plotly, this.#plot.host, json)
  }

  async #showStill(content: Content): Promise<void> {
    if (content.mime.startsWith('image/')) return this.#showImage(content)
    const text = String(content.data)
    const isHtml = content.mime === 'text/html'
    this.#endOther()
    this.#root.classList.toggle('os-html', isHtml)
    this.#root.replaceChildren(isHtml ? sanitized(this.document, text) : this.make('pre', 'os-line', text))
    this.#forget()
  }

  async #showImage(content: Content): Promise<void> {
    const image = this.make('img')
    const url = URL.createObjectURL(
      new Blob([content.data as Uint8Array<ArrayBuffer>], { type: content.mime }),
    )
    image.src = url
    image.dataset['alt'] = content.alt
    if (content.pixels) image.dataset['pixels'] = ''
    if (content.width) {
      image.width = content.width
      image.height = content.height
    }
    // A browser decodes nothing for a page that nobody sees. What cannot be decoded is shown as that: with its words.
    if (!this.document.hidden) await image.decode().catch(() => undefined)
    if (this.#gone) {
      URL.revokeObjectURL(url)
      return
    }
    image.decoding = 'sync'
    this.#endOther()
    this.#root.classList.remove('os-html')
    this.#root.replaceChildren(image)
    this.#forget()
    this.#url = url
    this.#describe()
  }

  /** What is said of the picture, and how wide it is: Python's word for it, or else the picture's own. */
  #describe(): void {
    const image = this.#root.querySelector<HTMLElement>(':scope > img, :scope > .os-plot')
    if (!image) return
    const read = (name: string): Value => (this.object.has(name) ? this.object.attribute(name).value : null)
    const alt = String(read('alt') || (image.dataset['alt'] ?? ''))
    if (image.localName === 'img') image.setAttribute('alt', alt)
    else image.ariaLabel = alt
    const width = Number(read('width'))
    image.style.width = width ? `${width}px` : ''
  }

  #endOther(): void {
    this.#plot?.end()
    this.#plot = undefined
    if (this.#table) this.stage.hide(this.#table)
    this.#table = undefined
  }

  #forget(): void {
    if (this.#url) URL.revokeObjectURL(this.#url)
    this.#url = undefined
  }
}
