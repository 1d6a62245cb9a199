/** Labels, progress, spinners, toasts. */
import type { EventTopic } from '@objectsync/client'
import { ControlView, freshId } from './base.js'

/** Pixels. */
const TOAST_GAP = 16

export class LabelView extends ControlView {
  static override frontendType = 'objectsync.label'

  protected build(): HTMLElement {
    const label = this.make('span', 'os-text')
    this.bind('text', (text) => {
      label.textContent = text
    })
    return label
  }
}

export class ProgressView extends ControlView {
  static override frontendType = 'objectsync.progress'

  protected build(): HTMLElement {
    const label = this.make('label', 'os-label')
    const bar = this.make('progress')
    const said = this.make('span', 'os-number')
    bar.id = freshId()
    label.htmlFor = bar.id
    this.bind('label', (text) => {
      label.textContent = text
      label.hidden = !text
      if (!text) bar.ariaLabel = 'progress'
      else bar.removeAttribute('aria-label')
    })
    const show = (): void => {
      const value = this.object.attribute('value').value as number | null
      const max = Number(this.object.attribute('max').value)
      const text = String(this.object.attribute('text').value)
      bar.max = max
      if (value === null) bar.removeAttribute('value')
      else bar.value = value
      said.textContent = text || (value === null ? '' : `${Math.round((100 * value) / max)} %`)
    }
    for (const name of ['value', 'max', 'text']) this.bind(name, show)
    return this.make('div', 'os-field', label, this.make('div', 'os-body', bar, said))
  }
}

export class SpinnerView extends ControlView {
  static override frontendType = 'objectsync.spinner'

  protected build(): HTMLElement {
    const wheel = this.make('span', 'os-wheel')
    const text = this.make('span')
    wheel.ariaHidden = 'true'
    this.bind('label', (label) => {
      text.textContent = label
    })
    const root = this.make('span', 'os-spinner', wheel, text)
    root.role = 'status'
    return root
  }
}

export class ToastView extends ControlView {
  static override frontendType = 'objectsync.toast'

  protected build(): HTMLElement {
    const text = this.make('span')
    const close = this.make('button', 'os-button', '✕')
    close.type = 'button'
    close.dataset['kind'] = 'quiet'
    close.ariaLabel = 'Close'
    const root = this.make('div', 'os-toast', text, close)
    this.bind('text', (said) => {
      text.textContent = said
    })
    this.bind('kind', (kind) => {
      root.dataset['kind'] = kind
      root.role = kind === 'error' || kind === 'warning' ? 'alert' : 'status'
    })
    const end = (): void => {
      if (!this.object.isDestroyed) this.act(() => this.object.attribute<EventTopic>('closed').emit())
    }
    close.addEventListener('click', end)
    let timer: ReturnType<typeof setTimeout> | undefined
    // Whoever reads it, or is on its button, has the time they need.
    const pause = (): void => clearTimeout(timer)
    const run = (): void => {
      pause()
      if (this.object.isDestroyed) return
      const seconds = Number(this.object.attribute('duration').value)
      if (seconds > 0) timer = setTimeout(end, seconds * 1000)
    }
    for (const type of ['pointerenter', 'focusin']) root.addEventListener(type, pause)
    for (const type of ['pointerleave', 'focusout']) root.addEventListener(type, run)
    this.bind('duration', run)
    this.own(pause)
    // In the browser's top layer nothing lies over it or cuts it off. It can go there from the document, where it is not yet.
    queueMicrotask(() => {
      if (root.isConnected) {
        root.popover = 'manual'
        root.showPopover()
      }
      stack(this.document)
    })
    return root
  }

  override destroy(): void {
    stack(this.document)
  }
}

/** Puts the toasts of a document above each other, the newest lowest. */
function stack(document: Document): void {
  let below = TOAST_GAP
  for (const toast of [...document.querySelectorAll<HTMLElement>('.os-toast')].reverse()) {
    if (!toast.offsetHeight) continue
    toast.style.bottom = `${below}px`
    below += toast.offsetHeight + TOAST_GAP / 2
  }
}
