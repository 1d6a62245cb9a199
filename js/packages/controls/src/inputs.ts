/** Fields that are typed into. */
import type { EventTopic, Topic } from '@objectsync/client'
import { bindInput, watchHand } from '@objectsync/dom'
import { FieldView, freshId } from './base.js'

const TYPES: Readonly<Record<string, string>> = {
  'objectsync.text': 'text',
  'objectsync.combobox': 'text',
  'objectsync.password': 'password',
  'objectsync.color': 'color',
  'objectsync.date': 'date',
  'objectsync.time': 'time',
}

export class TextView extends FieldView {
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
    for (const name of ['min', 'max']) {
      this.bind(name, (value) => {
        if (value) input.setAttribute(name, String(value))
        else input.removeAttribute(name)
      })
    }
    bindInput(this, input)
    if (input.localName === 'input') {
      input.addEventListener('keydown', (event) => {
        if ((event as KeyboardEvent).key !== 'Enter' || (event as KeyboardEvent).isComposing) return
        this.act(() => this.object.attribute<EventTopic>('submit').emit())
      })
    }
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

/** A number that is not in range, or no number, is not taken over: the field says so. */
export class NumberView extends FieldView {
  static override frontendType: readonly string[] = ['objectsync.int', 'objectsync.float']

  protected makeField(body: HTMLElement): HTMLElement {
    const input = this.make('input')
    const whole = this.object.frontendType === 'objectsync.int'
    input.type = 'number'
    input.inputMode = whole ? 'numeric' : 'decimal'
    for (const name of ['min', 'max', 'step'] as const) {
      this.bind(name, (value) => {
        input[name] = value === null ? (name === 'step' && !whole ? 'any' : '') : String(value)
      })
    }
    const topic = this.object.attribute<Topic<number | null>>('value')
    const show = (): void => {
      const { value } = topic
      if (value === null ? !input.validity.badInput : Number(input.value) !== value || input.value === '')
        input.value = value === null ? '' : String(value)
      this.complain('')
    }
    this.bind('value', show)
    watchHand(input)
    input.addEventListener('input', (event) => {
      if (!input.validity.valid) {
        this.complain(input.validationMessage)
        return
      }
      this.complain('')
      this.edit(event, () => topic.set(input.value === '' ? null : Number(input.value)))
    })
    input.addEventListener('change', (event) => this.edit(event, () => {}))
    input.addEventListener('blur', () => {
      if (!input.validity.valid) {
        input.value = topic.value === null ? '' : String(topic.value)
        this.complain('')
      }
    })
    body.append(input)
    return input
  }
}
