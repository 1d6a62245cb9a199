/** Sliders. `value` follows the drag; `release` is emitted when the handle is let go. */
import type { Topic, Value } from '@objectsync/client'
import { watchHand } from '@objectsync/dom'
import { FieldView, freshId } from './base.js'
import { shownNumber } from './numbers.js'

function textOf(value: number, format: string): string {
  const number = shownNumber(value)
  return format ? format.replace('{}', number) : number
}

abstract class SliderBase extends FieldView {
  protected get format(): string {
    return String(this.object.attribute('format').value)
  }

  protected range(): HTMLInputElement {
    const input = this.make('input')
    input.type = 'range'
    watchHand(input)
    return input
  }

  /** Runs `show` for the limits and the value; the value last, because a range cuts off what is beyond its limits. */
  protected follow(inputs: readonly HTMLInputElement[], show: () => void): void {
    for (const name of ['min', 'max', 'step'] as const) {
      this.bind(name, (value) => {
        for (const input of inputs) input[name] = String(value)
        show()
      })
    }
    this.bind('format', show)
    this.bind('value', show)
  }

  protected released(value: Value): void {
    this.object.emit('release', { value })
  }
}

export class SliderView extends SliderBase {
  static override frontendType = 'objectsync.slider'

  protected makeField(body: HTMLElement): HTMLElement {
    const input = this.range()
    const output = this.make('output', 'os-number')
    input.id = freshId()
    output.htmlFor.add(input.id)
    const topic = this.object.attribute<Topic<number>>('value')
    this.follow([input], () => {
      if (Number(input.value) !== topic.value) input.value = String(topic.value)
      output.textContent = textOf(topic.value, this.format)
      input.setAttribute('aria-valuetext', output.textContent)
      const { min, max } = input
      input.style.setProperty(
        '--os-filled',
        `${(100 * (topic.value - Number(min))) / (Number(max) - Number(min))}%`,
      )
    })
    input.addEventListener('input', (event) => this.edit(event, () => topic.set(Number(input.value))))
    input.addEventListener('change', (event) => this.edit(event, () => this.released(topic.value)))
    body.append(input, output)
    return input
  }
}

export class RangeSliderView extends SliderBase {
  static override frontendType = 'objectsync.range-slider'
  #inputs!: readonly [HTMLInputElement, HTMLInputElement]

  protected makeField(body: HTMLElement): HTMLElement {
    const inputs = [this.range(), this.range()] as const
    this.#inputs = inputs
    const output = this.make('output', 'os-number')
    const group = this.make('div', 'os-range', ...inputs)
    group.role = 'group'
    const topic = this.object.attribute<Topic<readonly number[]>>('value')
    this.follow(inputs, () => {
      const { value } = topic
      inputs.forEach((input, i) => {
        const number = value[i] ?? 0
        if (Number(input.value) !== number) input.value = String(number)
        input.setAttribute('aria-valuetext', textOf(number, this.format))
      })
      output.textContent = value.map((each) => textOf(each, this.format)).join(' – ')
      const [min, max] = [Number(inputs[0].min), Number(inputs[0].max)]
      const percent = (number: number): string => `${(100 * (number - min)) / (max - min)}%`
      group.style.setProperty('--os-from', percent(value[0] ?? min))
      group.style.setProperty('--os-to', percent(value[1] ?? max))
      // Where both handles are at one end, the one that can leave it is to be had.
      group.toggleAttribute('data-low-on-top', (value[0] ?? min) - min > (max - min) / 2)
    })
    inputs.forEach((input, i) => {
      input.addEventListener('input', (event) => {
        const [low, high] = topic.value as [number, number]
        const number = i ? Math.max(low, Number(input.value)) : Math.min(high, Number(input.value))
        input.value = String(number)
        this.edit(event, () => topic.set(i ? [low, number] : [number, high]))
      })
      input.addEventListener('change', (event) => this.edit(event, () => this.released([...topic.value])))
    })
    body.append(group, output)
    return inputs[0]
  }

  protected override name(label: string): void {
    this.#inputs.forEach((input, i) => {
      input.setAttribute('aria-label', `${label} ${i ? 'to' : 'from'}`.trim())
    })
  }

  protected override disable(disabled: boolean): void {
    for (const input of this.#inputs) input.disabled = disabled
  }
}
