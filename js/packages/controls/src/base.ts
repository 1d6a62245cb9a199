/**
 * What the views of all controls have in common.
 *
 * - Native elements underneath, each with a name that assistive technology can read.
 * - A control follows its topics, and keeps no value of its own beside them.
 * - One style sheet, put into the document with the first control.
 */
import { inGesture, type Order, refuseStyle, View } from '@objectsync/dom'
import { addStyles } from './styles.js'

let ids = 0
/** An id that no other element of this page has. */
export const freshId = (): string => `os-${++ids}`

/** An element with classes and contents. */
export function make<K extends keyof HTMLElementTagNameMap>(
  document: Document,
  tag: K,
  classes = '',
  ...contents: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag)
  if (classes) element.className = classes
  element.append(...contents)
  return element
}

export abstract class ControlView extends View {
  #styles: readonly string[] = []
  #classes: readonly string[] = []

  override create(): Element {
    addStyles(this.document)
    const root = this.build()
    root.classList.add('os-control')
    this.bind('hidden', (hidden) => {
      root.hidden = hidden === true
    })
    this.bind('tooltip', (text) => {
      if (text) root.title = String(text)
      else root.removeAttribute('title')
    })
    this.bind('style', (styles) => this.#showStyle(root, styles))
    this.bind('classes', (classes) => this.#showClasses(root, classes))
    return root
  }

  /** Makes the element, once. */
  protected abstract build(): HTMLElement

  /** Shorthand of `make` in this document. */
  protected make<K extends keyof HTMLElementTagNameMap>(
    tag: K,
    classes = '',
    ...contents: (Node | string)[]
  ): HTMLElementTagNameMap[K] {
    return make(this.document, tag, classes, ...contents)
  }

  /** Runs what a person has set off; an error is reported with the object named. */
  protected act(act: () => void): void {
    this.stage.guard(this.object, () => this.client.record(act))
  }

  /** The same for an `input` or `change` event of a form element: a drag of a slider is one step to undo. */
  protected edit(event: Event, act: () => void): void {
    this.stage.guard(this.object, () => inGesture(this.client, event, (gesture) => gesture.record(act)))
  }

  #showStyle(root: HTMLElement, styles: { readonly [name: string]: unknown }): void {
    for (const name of this.#styles) root.style.removeProperty(name)
    const allowed = Object.entries(styles).filter(
      ([name, value]) => refuseStyle(name, String(value)) === undefined,
    )
    for (const [name, value] of allowed) root.style.setProperty(name, String(value))
    this.#styles = allowed.map(([name]) => name)
  }

  #showClasses(root: HTMLElement, classes: readonly unknown[]): void {
    const now = classes.filter((each): each is string => typeof each === 'string' && /^\S+$/.test(each))
    root.classList.remove(...this.#classes)
    root.classList.add(...now)
    this.#classes = now
  }
}

/** Something with a value: a label, the field, a hint, what is wrong. */
export abstract class FieldView extends ControlView {
  /** The element that a person uses; orders such as `focus` are for it. */
  protected field!: HTMLElement
  #notes: { readonly help: HTMLElement; readonly error: HTMLElement } | undefined
  #ownError = ''

  /** Makes the field, and puts it with all around it into `body`. */
  protected abstract makeField(body: HTMLElement): HTMLElement

  override invoke(order: Order): void {
    this.invokeOn(order.method.startsWith('scroll') ? this.element : this.field, order)
  }

  protected build(): HTMLElement {
    const label = this.make('label', 'os-label')
    const body = this.make('div', 'os-body')
    this.field = this.makeField(body)
    this.field.id ||= freshId()
    label.htmlFor = this.field.id
    this.bind('label', (text: string) => {
      label.textContent = text
      label.hidden = !text
      this.name(text)
    })
    this.bind('required', (required) => {
      label.classList.toggle('os-required', required === true)
      this.field.ariaRequired = required ? 'true' : null
    })
    const root = this.make('div', 'os-field', label, body)
    this.describe(root)
    return root
  }

  /** Adds the hint and the message to the control. */
  protected describe(root: HTMLElement): void {
    const help = this.make('small', 'os-help')
    const error = this.make('small', 'os-error')
    help.id = freshId()
    error.id = freshId()
    error.setAttribute('aria-live', 'polite')
    root.append(help, error)
    this.#notes = { help, error }
    this.bind('help', () => this.#showNotes())
    this.bind('error', () => this.#showNotes())
    this.bind('disabled', (disabled) => this.disable(disabled === true))
  }

  protected disable(disabled: boolean): void {
    ;(this.field as HTMLInputElement).disabled = disabled
  }

  /** Says what is wrong with what was entered and not taken over; '' for nothing. */
  protected complain(message: string): void {
    this.#ownError = message
    this.#showNotes()
  }

  #showNotes(): void {
    if (!this.#notes) return
    const { help, error } = this.#notes
    const read = (name: string): string =>
      this.object.has(name) ? String(this.object.attribute(name).value) : ''
    help.textContent = read('help')
    error.textContent = this.#ownError || read('error')
    this.field.ariaInvalid = error.textContent ? 'true' : null
    const said = [help, error].filter((note) => note.textContent).map((note) => note.id)
    if (said.length) this.field.setAttribute('aria-describedby', said.join(' '))
    else this.field.removeAttribute('aria-describedby')
  }

  /** Names the field to assistive technology: the `<label>` does, where it says something and the field is one element that it can be for. */
  protected name(label: string): void {
    if (label) this.field.removeAttribute('aria-label')
    else this.field.setAttribute('aria-label', this.#fallbackName())
  }

  #fallbackName(): string {
    const placeholder = this.object.has('placeholder')
      ? String(this.object.attribute('placeholder').value)
      : ''
    return placeholder || this.object.type
  }
}
