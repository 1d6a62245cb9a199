/** Tabs, a line to drag between two, dialogs. */
import type { BoolTopic, FloatTopic, IntTopic, SObject, StringTopic } from '@objectsync/client'
import { ControlView, freshId } from './base.js'

interface Tab {
  readonly tab: HTMLElement
  readonly end: () => void
}

export class TabsView extends ControlView {
  static override frontendType = 'objectsync.tabs'
  #list!: HTMLElement
  #panels!: HTMLElement
  readonly #tabs = new Map<SObject, Tab>()

  protected build(): HTMLElement {
    this.#list = this.make('div', 'os-tablist')
    this.#list.role = 'tablist'
    this.#panels = this.make('div', 'os-tabpanels')
    this.container = this.#panels
    this.bind('label', (label) => {
      if (label) this.#list.setAttribute('aria-label', label)
    })
    this.bind('selected', () => this.#show())
    this.#list.addEventListener('keydown', (event) => this.#onKey(event))
    this.own(() => {
      for (const { end } of this.#tabs.values()) end()
    })
    return this.make('div', 'os-tabs', this.#list, this.#panels)
  }

  override filled(): void {
    const pages = this.object.children
    for (const [page, { tab, end }] of this.#tabs) {
      if (pages.includes(page)) continue
      end()
      tab.remove()
      this.#tabs.delete(page)
    }
    pages.forEach((page, i) => {
      const { tab } = this.#tabs.get(page) ?? this.#makeTab(page)
      // One that stays where it is keeps the keyboard.
      if (this.#list.children[i] !== tab) this.#list.insertBefore(tab, this.#list.children[i] ?? null)
      const panel = this.#panels.children[i]
      if (!panel) return
      panel.id ||= freshId()
      panel.role = 'tabpanel'
      panel.setAttribute('aria-labelledby', tab.id)
      tab.setAttribute('aria-controls', panel.id)
    })
    this.#show()
  }

  #makeTab(page: SObject): Tab {
    const tab = this.make('button', 'os-tab')
    tab.type = 'button'
    tab.role = 'tab'
    tab.id = freshId()
    tab.addEventListener('click', () => this.#select(this.object.children.indexOf(page)))
    let end = (): void => {}
    if (page.has('title')) {
      const title = page.attribute<StringTopic>('title')
      tab.textContent = title.value
      end = title.onSet((text) => {
        tab.textContent = text
      })
    }
    const made = { tab, end }
    this.#tabs.set(page, made)
    return made
  }

  #show(): void {
    // Of pages that have gone, the last one that is left.
    const selected = Math.min(
      this.object.attribute<IntTopic>('selected').value,
      this.#list.childElementCount - 1,
    )
    ;[...this.#list.children].forEach((tab, i) => {
      tab.ariaSelected = String(i === selected)
      ;(tab as HTMLElement).tabIndex = i === selected ? 0 : -1
      this.#panels.children[i]?.toggleAttribute('data-os-hidden', i !== selected)
    })
  }

  #select(i: number): void {
    this.act(() => this.object.attribute<IntTopic>('selected').set(i))
  }

  #onKey(event: KeyboardEvent): void {
    const tabs = [...this.#list.children] as HTMLElement[]
    const now = tabs.indexOf(event.target as HTMLElement)
    const steps: Record<string, number> = {
      ArrowRight: (now + 1) % tabs.length,
      ArrowLeft: (now + tabs.length - 1) % tabs.length,
      Home: 0,
      End: tabs.length - 1,
    }
    const next = steps[event.key]
    if (now < 0 || next === undefined) return
    event.preventDefault()
    this.#select(next)
    tabs[next]?.focus()
  }
}

export class SplitView extends ControlView {
  static override frontendType = 'objectsync.split'

  protected build(): HTMLElement {
    const line = this.make('div', 'os-splitter')
    line.role = 'separator'
    line.tabIndex = 0
    line.ariaValueMin = '0'
    line.ariaValueMax = '100'
    line.ariaLabel = 'Size of the parts'
    const root = this.make('div', 'os-split', line)
    const topic = this.object.attribute<FloatTopic>('position')
    const isRow = (): boolean => this.object.attribute('direction').value === 'row'
    this.bind('direction', (direction) => {
      root.dataset['direction'] = direction
      line.ariaOrientation = direction === 'row' ? 'vertical' : 'horizontal'
    })
    this.bind('position', (position) => {
      root.style.setProperty('--os-position', `${position}%`)
      line.ariaValueNow = String(Math.round(position))
    })
    const place = (position: number): void =>
      this.act(() => topic.set(Math.min(100, Math.max(0, Math.round(position * 10) / 10))))
    line.addEventListener('pointerdown', (event) => {
      event.preventDefault()
      line.focus()
      line.setPointerCapture(event.pointerId)
    })
    line.addEventListener('pointermove', (event) => {
      if (!line.hasPointerCapture(event.pointerId)) return
      const box = root.getBoundingClientRect()
      place(
        isRow()
          ? (100 * (event.clientX - box.left)) / box.width
          : (100 * (event.clientY - box.top)) / box.height,
      )
    })
    line.addEventListener('keydown', (event) => {
      const steps: Record<string, number> = { ArrowLeft: -2, ArrowUp: -2, ArrowRight: 2, ArrowDown: 2 }
      const step = steps[event.key]
      if (step === undefined) return
      event.preventDefault()
      place(topic.value + step)
    })
    return root
  }
}

export class DialogView extends ControlView {
  static override frontendType = 'objectsync.dialog'

  protected build(): HTMLElement {
    const dialog = this.make('dialog', 'os-dialog')
    const title = this.make('h2', 'os-dialog-title')
    const close = this.make('button', 'os-button', '✕')
    const body = this.make('div', 'os-dialog-body')
    title.id = freshId()
    close.type = 'button'
    close.dataset['kind'] = 'quiet'
    close.ariaLabel = 'Close'
    dialog.setAttribute('aria-labelledby', title.id)
    dialog.append(this.make('header', '', title, close), body)
    this.container = body
    this.bind('label', (text) => {
      title.textContent = text
    })
    const topic = this.object.attribute<BoolTopic>('open')
    const show = (): void => {
      if (topic.value === dialog.open || !dialog.isConnected) return
      if (!topic.value) dialog.close()
      else if (this.object.attribute('modal').value) dialog.showModal()
      else dialog.show()
    }
    this.bind('open', show)
    // It can only open in the document, where it is not yet when it is made.
    queueMicrotask(show)
    close.addEventListener('click', () => this.act(() => topic.set(false)))
    dialog.addEventListener('close', () => {
      if (topic.value && !this.object.isDestroyed) this.act(() => topic.set(false))
    })
    return dialog
  }
}
