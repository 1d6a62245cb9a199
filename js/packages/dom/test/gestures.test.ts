// @vitest-environment happy-dom
/** Which events of a form element are one thing that a person does. */
import { describe, expect, it } from 'vitest'
import type { Change } from '../../client/src/changes.js'
import { only, show } from './helpers.js'

const field = (type: string): Change => ['create', '1', 'Input', 'root', -1, { attrs: { type } }]

/** A form element, and the gesture numbers of what is done with it. */
function shown(type: string) {
  const it = show([field(type)])
  const input = only(it.host) as HTMLInputElement
  let time = 0
  let letters = 0
  const say = (name: string, after = 0, more: object = {}): void => {
    time += after
    const event = Object.assign(new Event(name), more)
    Object.defineProperty(event, 'timeStamp', { value: time })
    if (name === 'input') input.value = type === 'color' ? `#00000${letters++ % 10}` : 'x'.repeat(++letters)
    input.dispatchEvent(event)
    it.settle()
    it.clock.advance(16)
    it.settle()
  }
  const gestures = (): unknown[] =>
    it.server.received.flatMap((message) => (message.type === 'action' ? [message.gesture] : []))
  return { say, gestures, input }
}

describe('a gesture of a person', () => {
  it('lasts from the press to the change after the release', () => {
    const { say, gestures } = shown('text')
    for (let drag = 0; drag < 2; drag++) {
      say('pointerdown')
      for (let i = 0; i < 3; i++) say('input', 5000)
      window.dispatchEvent(new Event('pointerup'))
      say('change')
    }
    expect(gestures()).toEqual([1, 1, 1, 2, 2, 2])
  })

  it('lasts while a key repeats, however often the element says that it has changed', () => {
    const { say, gestures } = shown('text')
    for (let hold = 0; hold < 2; hold++) {
      for (let i = 0; i < 3; i++) {
        say('keydown', 30, { repeat: i > 0 })
        say('input')
        say('change')
      }
      say('keyup')
    }
    expect(gestures()).toEqual([1, 1, 1, 2, 2, 2])
  })

  it('is a burst of typing, ended by a rest of a second or by leaving the field', () => {
    const { say, gestures } = shown('text')
    const type = (after: number): void => {
      say('keydown', after)
      say('input')
      say('keyup')
    }
    for (const after of [200, 200, 1500, 200]) type(after)
    say('blur')
    type(100)
    expect(gestures()).toEqual([1, 1, 2, 2, 3])
  })

  it('is as long as a picker of colours is open', () => {
    const { say, gestures } = shown('color')
    for (let i = 0; i < 3; i++) say('input', 4000)
    say('change')
    say('input', 10)
    expect(gestures()).toEqual([1, 1, 1, 2])
  })
})
