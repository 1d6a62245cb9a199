/** Choices. Options travel as `[text, value]`; the elements hold their places among them. */
import type { Topic, Value } from '@objectsync/client'
import { sameValue } from '@objectsync/client'
import type { Order } from '@objectsync/dom'
import { FieldView, freshId } from './base.js'

type Option = readonly [text: string, value: Value]

abstract class ChoiceView extends FieldView {
  protected get options(): readonly Option[] {
    return this.object.attribute<Topic<readonly Option[]>>('options').value
  }

  protected set(value: Value): void {
    this.act(() => this.object.attribute('value').set(value))
  }
}

export class SelectView extends ChoiceView {
  static override frontendType: readonly string[] = ['objectsync.select', 'objectsync.multi-select']

  protected makeField(body: HTMLElement): HTMLElement {
    const select = this.make('select')
    const many = this.object.frontendType === 'objectsync.multi-select'
    select.multiple = many
    const topic = this.object.attribute<Topic<Value>>('value')
    const show = (): void => {
      const { value } = topic
      const chosen = many ? (value as readonly Value[]) : [value]
      this.options.forEach(([, each], i) => {
        const option = select.options[i]
        if (option) option.selected = chosen.some((other) => sameValue(other, each))
      })
      if (!many && !this.options.some(([, each]) => sameValue(each, value))) select.selectedIndex = -1
    }
    const size = (): void => {
      const rows = Number(this.object.attribute('rows').value)
      select.size = rows || Math.min(8, Math.max(2, this.options.length))
    }
    this.bind('options', (options: readonly Option[]) => {
      select.replaceChildren(...options.map(([text]) => this.make('option', '', text)))
      show()
      if (many) size()
    })
    if (many) this.bind('rows', size)
    this.bind('value', show)
    select.addEventListener('change', () => {
      const chosen = [...select.options].flatMap(({ selected }, i) => {
        const option = this.options[i]
        return selected && option ? [option[1]] : []
      })
      this.set(many ? chosen : (chosen[0] ?? null))
    })
    body.append(select)
    return select
  }
}

export class RadioView extends ChoiceView {
  static override frontendType = 'objectsync.radio'
  #inputs: readonly HTMLInputElement[] = []

  protected makeField(body: HTMLElement): HTMLElement {
    const group = this.make('div', 'os-radios')
    const name = freshId()
    group.role = 'radiogroup'
    const topic = this.object.attribute<Topic<Value>>('value')
    const show = (): void => {
      this.#inputs.forEach((input, i) => {
        input.checked = sameValue(this.options[i]?.[1], topic.value)
      })
    }
    this.bind('options', (options: readonly Option[]) => {
      this.#inputs = options.map(([, value]) => {
        const input = this.make('input')
        input.type = 'radio'
        input.name = name
        input.addEventListener('change', () => this.set(value))
        return input
      })
      group.replaceChildren(
        ...options.map(([text], i) => this.make('label', 'os-inline', this.#inputs[i] as HTMLElement, text)),
      )
      show()
      this.disable(this.object.attribute('disabled').value === true)
    })
    this.bind('value', show)
    body.append(group)
    return group
  }

  /** The keyboard is for one of the buttons: a group cannot have it. */
  override invoke(order: Order): void {
    const button = this.#inputs.find(({ checked }) => checked) ?? this.#inputs[0]
    if (order.method === 'focus' && button) this.invokeOn(button, order)
    else super.invoke(order)
  }

  protected override name(label: string): void {
    this.field.setAttribute('aria-label', label || this.object.type)
  }

  protected override disable(disabled: boolean): void {
    for (const input of this.#inputs) input.disabled = disabled
  }
}
