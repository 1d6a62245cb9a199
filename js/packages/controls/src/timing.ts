/** What happens by itself. Python counts; here are the buttons. */
import type { BoolTopic, IntTopic } from '@objectsync/client'
import { watchHand } from '@objectsync/dom'
import { ControlView, FieldView } from './base.js'

export class TimerView extends ControlView {
  static override frontendType = 'objectsync.timer'

  protected build(): HTMLElement {
    const nothing = this.make('span')
    nothing.style.setProperty('display', 'none')
    return nothing
  }
}

export class PlayView extends FieldView {
  static override frontendType = 'objectsync.play'
  #parts: readonly (HTMLButtonElement | HTMLInputElement)[] = []

  protected makeField(body: HTMLElement): HTMLElement {
    const running = this.object.attribute<BoolTopic>('running')
    const value = this.object.attribute<IntTopic>('value')
    const play = this.make('button', 'os-button')
    const stop = this.make('button', 'os-button', '■')
    const range = this.make('input')
    const said = this.make('output', 'os-number')
    range.type = 'range'
    watchHand(range)
    for (const button of [play, stop]) button.type = 'button'
    stop.ariaLabel = 'back to the start'
    this.bind('running', (on) => {
      play.textContent = on ? '❚❚' : '▶'
      play.ariaLabel = on ? 'pause' : 'play'
    })
    const show = (): void => {
      range.value = String(value.value)
      said.textContent = String(value.value)
    }
    for (const name of ['min', 'max', 'step'] as const) {
      this.bind(name, (limit) => {
        range[name] = String(limit)
        show()
      })
    }
    this.bind('value', show)
    const start = (): number => Number(this.object.attribute('min').value)
    play.addEventListener('click', () =>
      this.act(() => {
        if (!running.value && value.value >= Number(range.max)) value.set(start())
        running.set(!running.value)
      }),
    )
    stop.addEventListener('click', () =>
      this.act(() => {
        running.set(false)
        value.set(start())
      }),
    )
    range.addEventListener('change', (event) => this.edit(event, () => {}))
    range.addEventListener('input', (event) => this.edit(event, () => value.set(Number(range.value))))
    this.#parts = [play, stop, range]
    body.append(play, stop, range, said)
    return range
  }

  protected override disable(disabled: boolean): void {
    for (const part of this.#parts) part.disabled = disabled
  }
}
