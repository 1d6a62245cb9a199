/** Fields that are typed into. */
import type { EventTopic, StringTopic, Topic, Value } from '@objectsync/client'
import { bindInput, watchHand } from '@objectsync/dom'
import { FieldView, freshId } from './base.js'

const TYPES: Readonly<Record<string, string>> = {
  'objectsync.text': 'text',
  'objectsync.combobox': 'text',
  'objectsync.password': 'password',
  'objectsync.color': 'color',
}

abstract class InputView extends FieldView {
  /** Tells of Enter, while the value is `shown`. */
  protected onEnter(input: HTMLElement, shown = (): boolean => true): void {
    input.addEventListener('keydown', ({ key, isComposing }: KeyboardEvent) => {
      if (key !== 'Enter' || isComposing || !shown()) return
      this.act(() => this.object.attribute<EventTopic>('submit').emit())
    })
  }
}

export class TextView extends InputView {
  static override frontendType: readonly string[] = [...Object.keys(TYPES), 'objectsync.textarea']

  protected makeField(body: HTMLElement): HTMLElement {
    const { frontendType } = this.object
    const input = frontendType === 'objectsync.textarea' ? this.#area() : this.make('input')
    if (input instanceof HTMLInputElement || input.localName === 'input') {
      ;(input as HTMLInputElement).type = TYPES[frontendType] ?? 'text'
      if (frontendType === 'objectsync.password') input.autocomplete = 'off'
    }
    this.bind('placeholder', (text) => {
      input.placeholder = text
    })
    bindInput(this, input)
    if (input.localName === 'input') this.onEnter(input)
    body.append(input)
    if (frontendType === 'objectsync.combobox') this.#suggest(input as HTMLInputElement, body)
    return input
  }

  #area(): HTMLTextAreaElement {
    const area = this.make('textarea')
    this.bind('rows', (rows) => {
      area.rows = rows
    })
    return area
  }

  #suggest(input: HTMLInputElement, body: HTMLElement): void {
    const list = this.make('datalist')
    list.id = freshId()
    input.setAttribute('list', list.id)
    input.autocomplete = 'off'
    this.bind('options', (options: readonly unknown[]) => {
      list.replaceChildren(
        ...options.map((each) => {
          const option = this.make('option')
          option.value = String(each)
          return option
        }),
      )
    })
    body.append(list)
  }
}

/**
 * A field in which what is typed may be no value of it. It stays then, is said to be wrong, and Python is told (`complaint`), so that
 * no form sends the value before it as if that were shown. A new value takes its place, whoever sets it.
 */
abstract class EntryView extends InputView {
  /** What is typed, where nothing is wrong with it. */
  protected abstract read(input: HTMLInputElement): Value

  /** What is wrong with what is typed; '' for nothing. */
  protected wrong(input: HTMLInputElement): string {
    const { badInput, rangeUnderflow, rangeOverflow } = input.validity
    return badInput || rangeUnderflow || rangeOverflow ? input.validationMessage : ''
  }

  protected bindEntry(input: HTMLInputElement): void {
    const value = this.object.attribute<Topic<Value>>('value')
    const complaint = this.object.attribute<StringTopic>('complaint')
    const say = (message: string): void => {
      this.complain(message)
      if (complaint.value !== message) complaint.set(message)
    }
    this.bind('value', (now: Value) => {
      if (this.wrong(input) || this.read(input) !== now) input.value = now === null ? '' : String(now)
      this.complain('')
    })
    watchHand(input)
    input.addEventListener('input', (event) => {
      const message = this.wrong(input)
      this.edit(event, () => {
        if (!message) value.set(this.read(input))
        say(message)
      })
    })
    input.addEventListener('change', (event) => this.edit(event, () => {}))
    // A form hears of what this page shows, before it is sent: not of what another page showed, or this one before it was loaded anew.
    const sent = (event: Event): void => {
      if (event.target === input.form) this.act(() => say(this.wrong(input)))
    }
    this.document.addEventListener('submit', sent, true)
    this.own(() => this.document.removeEventListener('submit', sent, true))
  }
}

export class NumberView extends EntryView {
  static override frontendType: readonly string[] = ['objectsync.int', 'objectsync.float']

  protected makeField(body: HTMLElement): HTMLElement {
    const input = this.make('input')
    input.type = 'number'
    input.inputMode = this.#isWhole ? 'numeric' : 'decimal'
    for (const name of ['min', 'max', 'step'] as const) {
      this.bind(name, (value) => {
        if (value !== null) input[name] = String(value)
        else if (name === 'step' && !this.#isWhole) input.step = 'any'
        else input.removeAttribute(name)
      })
    }
    this.bindEntry(input)
    body.append(input)
    return input
  }

  /** The step is for the arrows: between them there are numbers too. */
  protected override wrong(input: HTMLInputElement): string {
    const isOther = this.#isWhole && !Number.isSafeInteger(Number(input.value))
    return super.wrong(input) || (isOther ? 'Please enter a whole number.' : '')
  }

  protected read(input: HTMLInputElement): number | null {
    return input.value === '' ? null : Number(input.value)
  }

  get #isWhole(): boolean {
    return this.object.frontendType === 'objectsync.int'
  }
}

export class DateView extends EntryView {
  static override frontendType: readonly string[] = ['objectsync.date', 'objectsync.time']

  protected makeField(body: HTMLElement): HTMLElement {
    const input = this.make('input')
    input.type = this.object.frontendType === 'objectsync.date' ? 'date' : 'time'
    for (const name of ['min', 'max'] as const) {
      this.bind(name, (value) => {
        input[name] = value
      })
    }
    this.bindEntry(input)
    this.onEnter(input, () => !this.wrong(input))
    body.append(input)
    return input
  }

  protected read(input: HTMLInputElement): string {
    return input.value
  }
}
