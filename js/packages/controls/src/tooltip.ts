/**
 * Tooltips: above what they are about, in the browser's top layer, so that nothing cuts them off and no page grows by one that is not seen.
 */
import { ControlView, freshId } from './base.js'

const FOCUSABLE = 'button, input, select, textarea, a[href], [tabindex]'
/** Milliseconds that a pointer rests before it is shown. */
const DELAY = 150
/** Pixels to what it is about, and to the edge of the window. */
const GAP = 6

export class TooltipView extends ControlView {
  static override frontendType = 'objectsync.tooltip'
  #bubble!: HTMLElement
  #root!: HTMLElement
  #timer: ReturnType<typeof setTimeout> | undefined

  protected build(): HTMLElement {
    const bubble = this.make('span', 'os-bubble')
    bubble.role = 'tooltip'
    bubble.id = freshId()
    bubble.popover = 'manual'
    this.#bubble = bubble
    const host = this.make('span', 'os-tooltip')
    this.container = host
    this.bind('text', (text) => {
      bubble.textContent = text
    })
    const root = this.make('span', 'os-tooltip', host, bubble)
    this.#root = root
    for (const type of ['pointerenter', 'focusin']) {
      root.addEventListener(type, () => {
        clearTimeout(this.#timer)
        this.#timer = setTimeout(() => this.#show(), DELAY)
      })
    }
    for (const type of ['pointerleave', 'focusout']) root.addEventListener(type, () => this.#hide())
    root.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') this.#hide()
    })
    this.own(() => this.#hide())
    return root
  }

  override filled(): void {
    this.#root.querySelector(FOCUSABLE)?.setAttribute('aria-describedby', this.#bubble.id)
  }

  #show(): void {
    const bubble = this.#bubble
    const about = this.container?.firstElementChild
    if (!about || !bubble.isConnected || bubble.matches(':popover-open')) return
    bubble.showPopover()
    const { left, width, top, bottom } = about.getBoundingClientRect()
    const own = bubble.getBoundingClientRect()
    const most = this.document.documentElement.clientWidth - own.width - GAP
    bubble.style.left = `${Math.max(GAP, Math.min(most, left + width / 2 - own.width / 2))}px`
    bubble.style.top = `${top - own.height - GAP < 0 ? bottom + GAP : top - own.height - GAP}px`
    // What it is about may move away under it.
    this.document.addEventListener('scroll', this.#hide, { capture: true, once: true })
  }

  readonly #hide = (): void => {
    clearTimeout(this.#timer)
    this.document.removeEventListener('scroll', this.#hide, { capture: true })
    if (this.#bubble.matches(':popover-open')) this.#bubble.hidePopover()
  }
}
