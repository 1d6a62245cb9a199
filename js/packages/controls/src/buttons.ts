/** Buttons, and what is on or off. */
import type { BoolTopic } from '@objectsync/client'
import { ControlView, FieldView } from './base.js'

export class ButtonView extends ControlView {
  static override frontendType = 'objectsync.button'

  protected build(): HTMLElement {
    const button = this.make('button', 'os-button')
    this.bind('label', (text) => {
      button.textContent = text
    })
    this.bind('kind', (kind) => {
      button.dataset['kind'] = kind
    })
    this.bind('submits', (submits) => {
      button.type = submits ? 'submit' : 'button'
    })
    this.bind('disabled', (disabled) => {
      button.disabled = disabled
    })
    button.addEventListener('click', () => this.act(() => this.object.emit('click')))
    return button
  }
}

export class ToggleButtonView extends ControlView {
  static override frontendType = 'objectsync.toggle-button'

  protected build(): HTMLElement {
    const button = this.make('button', 'os-button os-toggle')
    button.type = 'button'
    this.bind('label', (text) => {
      button.textContent = text
    })
    this.bind('value', (on) => {
      button.ariaPressed = String(on)
    })
    this.bind('disabled', (disabled) => {
      button.disabled = disabled
    })
    const topic = this.object.attribute<BoolTopic>('value')
    button.addEventListener('click', () => this.act(() => topic.set(!topic.value)))
    return button
  }
}

export class CheckboxView extends FieldView {
  static override frontendType: readonly string[] = ['objectsync.checkbox', 'objectsync.switch']

  protected makeField(): HTMLElement {
    const input = this.make('input')
    input.type = 'checkbox'
    if (this.object.frontendType === 'objectsync.switch') {
      input.role = 'switch'
      input.className = 'os-switch'
    }
    this.bind('value', (on) => {
      input.checked = on === true
    })
    input.addEventListener('change', () =>
      this.act(() => this.object.attribute<BoolTopic>('value').set(input.checked)),
    )
    return input
  }

  protected override build(): HTMLElement {
    this.field = this.makeField()
    const text = this.make('span')
    this.bind('label', (label) => {
      text.textContent = label
      if (label) this.field.removeAttribute('aria-label')
      else this.field.setAttribute('aria-label', this.object.type)
    })
    const root = this.make('div', 'os-field os-check', this.make('label', 'os-inline', this.field, text))
    this.bind('required', (required) => {
      text.classList.toggle('os-required', required === true)
    })
    this.describe(root)
    return root
  }
}
