/**
 * Output and Log: a list of items `[kind, value]`, the newest at the end.
 *
 * - What was shown stays: only what came and what went is changed, however long it is.
 * - It scrolls along as long as its end is in sight, also while an object in it grows: a figure is drawn when its library has come.
 *   Of what is no text and higher than the box, the top is to be seen.
 * - An object in it may lie anywhere: who sees only parts of the tree asks for it. It is shown whenever it is there.
 * - What a picture takes the place of stays until that is decoded: a plot that is drawn again and again does not flicker.
 */
import type { ListTopic, Value } from '@objectsync/client'
import type { View } from '@objectsync/dom'
import { ControlView } from './base.js'
import { sanitized } from './html.js'
import { decoded } from './media.js'

type Item = readonly [kind: string, value: Value]
const COLOURS = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white', 'grey', 'dim', 'back']
const PICTURES = ['image/png', 'image/jpeg', 'image/gif', 'image/webp']

interface Shown {
  element: Element
  end(): void
}

export class LinesView extends ControlView {
  static override frontendType: readonly string[] = ['objectsync.output', 'objectsync.log']
  readonly #items: Shown[] = []
  readonly #leaving: Shown[] = []
  /** How many pictures are being decoded. */
  #coming = 0
  #box!: HTMLElement
  /** Whether people want to see the end of it, whatever grows there. */
  #followed = true
  /** How high everything in it was when it was last looked at. */
  #height = 0
  readonly #growth = new ResizeObserver(() => {
    if (this.#followed) this.#scrollAlong()
    this.#height = this.#box.scrollHeight
  })

  protected build(): HTMLElement {
    const isLog = this.object.frontendType === 'objectsync.log'
    this.#box = this.make('div', 'os-lines')
    this.#box.tabIndex = 0
    this.container = null
    this.bind('label', (label) => {
      this.#box.ariaLabel = label || (isLog ? 'log' : 'output')
      // A landmark needs a name of its own.
      this.#box.role = isLog ? 'log' : label ? 'region' : 'group'
    })
    const topic = this.object.attribute<ListTopic>('items')
    for (const item of topic.value) this.#insert(item as unknown as Item, this.#items.length)
    this.own(
      topic.onInsert((item, index) => this.#follow(() => this.#insert(item as unknown as Item, index))),
    )
    this.own(topic.onPop((_, index) => this.#follow(() => this.#pop(index))))
    this.#box.onscroll = () => {
      // Where something has grown or shrunk, it is the browser that scrolls.
      if (this.#box.scrollHeight === this.#height) this.#followed = this.#isAtEnd()
    }
    this.own(() => {
      this.#growth.disconnect()
      for (const item of [...this.#items, ...this.#leaving]) item.end()
    })
    return this.#box
  }

  #follow(change: () => void): void {
    const atEnd = this.#isAtEnd()
    change()
    if (atEnd) this.#scrollAlong()
    this.#height = this.#box.scrollHeight
  }

  #isAtEnd(): boolean {
    return this.#end() - this.#box.scrollTop < 8
  }

  /** Who has gone further than that, stays there. */
  #scrollAlong(): void {
    this.#box.scrollTop = Math.max(this.#box.scrollTop, this.#end())
  }

  /** How far it scrolls along. */
  #end(): number {
    const { scrollHeight, scrollTop, clientHeight } = this.#box
    const end = scrollHeight - clientHeight
    const last = this.#items.findLast(({ element }) => !element.matches('[hidden]'))?.element
    if (!last || last.matches('.os-line')) return end
    return Math.min(end, scrollTop + last.getBoundingClientRect().top - this.#box.getBoundingClientRect().top)
  }

  #insert(item: Item, index: number): void {
    const shown = this.#show(item)
    this.#box.insertBefore(shown.element, this.#items[index]?.element ?? null)
    this.#items.splice(index, 0, shown)
  }

  #pop(index: number): void {
    this.#leaving.push(...this.#items.splice(index, 1))
    // What comes in its place comes in the same frame.
    queueMicrotask(() => this.#follow(() => this.#leave()))
  }

  /** What has gone goes from sight, unless a picture comes in its place: then when that is there. */
  #leave(before?: Element): void {
    const place = this.#leaving.findIndex(({ element }) => element === before)
    if (!before && this.#coming) return
    for (const shown of this.#leaving.splice(0, place < 0 ? this.#leaving.length : place)) {
      shown.element.remove()
      shown.end()
    }
  }

  /** A picture is not seen before it is decoded; one that has gone meanwhile is, until the next one is. */
  async #bring(image: HTMLImageElement, url: string): Promise<void> {
    this.#coming++
    image.hidden = true
    await decoded(image, url)
    this.#coming--
    this.#follow(() => {
      image.hidden = false
      this.#leave(image)
      this.#leave()
    })
  }

  #show([kind, value]: Item): Shown {
    if (kind === 'object') return this.#object(String(value))
    if (kind === 'display') return this.#display(value as { readonly [mime: string]: Value })
    const line = this.make('pre', 'os-line')
    line.dataset['kind'] = kind
    for (const [text, look] of Array.isArray(value) ? (value as [string, string][]) : [[String(value), '']])
      line.append(look ? this.#run(String(text), look) : String(text))
    return { element: line, end: () => {} }
  }

  /** A part of a line that looks in another way: `look` are words, such as "bold red on-#00ff00" (terminal.py). */
  #run(text: string, look: string): HTMLElement {
    const run = this.make('span', '', text)
    const words = look.split(' ')
    const ground = words.find((word) => word.startsWith('on-'))?.slice(3)
    const { style } = run
    if (ground?.startsWith('#')) {
      // The other colours are then those that can be read on it.
      const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) =>
        Number.parseInt(ground.slice(at, at + 2), 16),
      )
      style.colorScheme = 2 * red + 7 * green + blue < 1280 ? 'dark' : 'light'
      style.backgroundColor = ground
      style.color = 'CanvasText'
    } else if (ground) {
      // What is written in the usual colour has to be readable on it, too.
      const share = words.includes('back') ? 100 : 30
      style.backgroundColor = `color-mix(in srgb, var(--os-${ground}) ${share}%, transparent)`
    }
    for (const word of words) {
      run.classList.add(`os-is-${word}`)
      if (!word.startsWith('#')) {
        if (COLOURS.includes(word)) style.color = `var(--os-${word})`
      } else if (ground) style.color = word
      else
        style.color = `light-dark(oklch(from ${word} min(l, 0.55) c h), oklch(from ${word} max(l, 0.7) c h))`
    }
    return run
  }

  /** The view of an object, and nothing while there is none. */
  #object(id: string): Shown {
    const { client, stage } = this
    const nothing = this.make('div', 'os-gone')
    let view: View | undefined
    const hide = (): void => {
      if (!view) return
      this.#growth.unobserve(view.element)
      stage.hide(view)
    }
    const follow = (): void => {
      const object = client.objects.get(id)
      if (view?.object === object) return
      const fresh = object && stage.show(object)
      const element = fresh?.element ?? nothing
      this.#follow(() => shown.element.replaceWith(element))
      hide()
      shown.element = element
      view = fresh
      if (view) this.#growth.observe(view.element)
    }
    const off = client.onSettled(follow)
    const isBelow = client.objects.get(id)?.parent === this.object
    const unwant = isBelow ? undefined : stage.want?.(id)
    const shown: Shown = {
      element: nothing,
      end: () => {
        off()
        unwant?.()
        hide()
      },
    }
    follow()
    return shown
  }

  #display(bundle: { readonly [mime: string]: Value }): Shown {
    const picture = PICTURES.find((mime) => bundle[mime] instanceof Uint8Array)
    const svg = bundle['image/svg+xml']
    if (picture || typeof svg === 'string') {
      const image = this.make('img', 'os-image')
      const data = picture ? (bundle[picture] as Uint8Array<ArrayBuffer>) : String(svg)
      const url = URL.createObjectURL(new Blob([data], { type: picture ?? 'image/svg+xml' }))
      void this.#bring(image, url)
      image.alt = String(bundle['text/plain'] ?? '')
      if (bundle['width']) image.width = Number(bundle['width'])
      if (bundle['background']) image.dataset['background'] = String(bundle['background'])
      return { element: image, end: () => URL.revokeObjectURL(url) }
    }
    const html = bundle['text/html']
    if (typeof html === 'string') {
      const box = this.make('div', 'os-html')
      box.append(sanitized(this.document, html))
      return { element: box, end: () => {} }
    }
    const text = this.make('pre', 'os-line', `${String(bundle['text/plain'] ?? '')}\n`)
    return { element: text, end: () => {} }
  }
}
