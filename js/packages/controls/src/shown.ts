/**
 * Shown: whatever Python has drawn of a value: a picture, HTML, text; a figure, which is drawn here; or a control: a table, a player.
 *
 * - What is seen stays until the next picture is decoded: there is no moment without one.
 * - Pictures that come while one is being decoded are passed over for the newest.
 */
import type { SObject, Value } from '@objectsync/client'
import type { View } from '@objectsync/dom'
import { ControlView } from './base.js'
import { type Figure, fetched, type Library } from './figures.js'
import { sanitized } from './html.js'
import { plotly } from './plotly.js'
import { vega } from './vega.js'

interface Content {
  readonly mime: string
  readonly data: Value
  readonly alt: string
  readonly width: number
  readonly height: number
  /** Against what a picture can be read that is seen through: "light", "dark", "". */
  readonly background?: string
  readonly pixels: boolean
  /** Which library draws `figure`, which is JSON; the rest is what it looks like where that cannot run. */
  readonly library?: string
  readonly figure?: string
  /** The id of the control that shows it (a Table, Audio, Video); the rest is what stands for it where that is gone. */
  readonly control?: string
}

interface Plot {
  readonly library: string
  readonly host: HTMLElement
  readonly figure: Figure
  readonly sizes: ResizeObserver
  /** How wide it was when it was drawn. */
  width: number
}

const LIBRARIES: Readonly<Record<string, Library>> = { plotly, vega }

export class ShownView extends ControlView {
  static override frontendType = 'objectsync.shown'
  #root!: HTMLElement
  #url: string | undefined
  #next: Content | undefined
  #busy = false
  #gone = false
  #control: View | undefined
  #plot: Plot | undefined

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
    const control = this.client.objects.get(content.control ?? '')
    if (control) return this.#showControl(control)
    const { library = '', figure } = content
    const known = LIBRARIES[library]
    if (!known || figure === undefined) return this.#showStill(content)
    try {
      await this.#showPlot(content, library, known, figure)
    } catch (error) {
      this.stage.refuse(this.object, `drawing by ${library}`, String(error))
      await this.#showStill(content)
    }
  }

  /** The same control follows its data by itself. */
  #showControl(control: SObject): void {
    if (this.#control?.object === control) return
    this.#endOther()
    this.#root.classList.remove('os-html')
    this.#control = this.embed(control)
    this.#root.replaceChildren(this.#control.element)
    this.#forget()
  }

  /** What was there stays until the library has come; where nothing was, what stands for the figure. */
  async #showPlot(content: Content, name: string, library: Library, json: string): Promise<void> {
    const coming = fetched(name, library, this.object, this.document)
    if (!this.#root.firstChild) await this.#showStill(content)
    const begin = await coming
    if (this.#gone) return
    if (this.#plot?.library !== name) {
      const host = this.make('div', 'os-plot')
      host.role = 'figure'
      this.#endOther()
      this.#root.classList.remove('os-html')
      this.#root.replaceChildren(host)
      this.#forget()
      const sizes = new ResizeObserver(() => this.#resize())
      this.#plot = { library: name, host, figure: begin(host), sizes, width: 0 }
      sizes.observe(host)
    }
    this.#plot.host.dataset['alt'] = content.alt
    this.#describe()
    this.#plot.width = this.#plot.host.clientWidth
    await this.#plot.figure.draw(json)
    this.#resize()
  }

  /** What nobody sees has no width, and is drawn at any. */
  #resize(): void {
    const plot = this.#plot
    const width = plot?.host.clientWidth
    if (!plot || !width || width === plot.width) return
    plot.width = width
    plot.figure.resize()
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
    if (content.background) image.dataset['background'] = content.background
    if (content.width) {
      image.width = content.width
      if (content.height) image.height = content.height
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
    const image = this.#root.querySelector<HTMLElement>(':scope:not(.os-html) > img, :scope > .os-plot')
    if (!image) return
    const read = (name: string): Value => (this.object.has(name) ? this.object.attribute(name).value : null)
    const alt = String(read('alt') || (image.dataset['alt'] ?? ''))
    if (image.localName === 'img') image.setAttribute('alt', alt)
    else image.ariaLabel = alt
    const width = Number(read('width'))
    image.style.width = width ? `${width}px` : ''
  }

  #endOther(): void {
    this.#plot?.sizes.disconnect()
    this.#plot?.figure.end()
    this.#plot = undefined
    if (this.#control) this.stage.hide(this.#control)
    this.#control = undefined
  }

  #forget(): void {
    if (this.#url) URL.revokeObjectURL(this.#url)
    this.#url = undefined
  }
}
