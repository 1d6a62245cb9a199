// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Change } from '../../client/src/changes.js'
import type { Dict } from '../../client/src/values.js'
import { only, type Shown, show } from './helpers.js'

const emitted = ({ server }: Shown): unknown[] =>
  server.received.flatMap((m) => (m.type === 'action' ? m.changes.filter((c) => c[0] === 'emit') : []))

function listen(event: string, options: Dict): Shown {
  return show([
    ['create', '1', 'Element', 'root', -1, { tag: 'div' }],
    ['attribute', '1', 'events', 'dict', { [event]: options }],
    ['attribute', '1', event, 'event', null],
  ])
}

const key = (name: string): KeyboardEvent =>
  new KeyboardEvent('keydown', { key: name, code: name, cancelable: true, bubbles: true })

describe('an event with options', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it('brings the fields that were asked for, and no others', () => {
    const shown = listen('keydown', { fields: ['key', 'currentTarget.tagName', 'target.outerHTML'] })
    only(shown.host).dispatchEvent(key('a'))
    shown.settle()
    expect(emitted(shown)).toEqual([
      ['emit', '1', 'keydown', { type: 'keydown', key: 'a', 'currentTarget.tagName': 'DIV' }],
    ])
  })

  it('prevents and stops only what counts', () => {
    const shown = listen('keydown', { keys: ['Enter'], prevent_default: true, stop_propagation: true })
    const outside = vi.fn()
    shown.host.addEventListener('keydown', outside)
    const tab = key('Tab')
    const enter = key('Enter')
    only(shown.host).dispatchEvent(tab)
    only(shown.host).dispatchEvent(enter)
    shown.settle()
    expect([tab.defaultPrevented, enter.defaultPrevented]).toEqual([false, true])
    expect(outside).toHaveBeenCalledTimes(1)
    expect(emitted(shown)).toHaveLength(1)
  })

  it('is told at once and then at most once in a time, the last one always', () => {
    const shown = listen('pointermove', { fields: ['clientX'], throttle: 0.1 })
    const move = (clientX: number): boolean =>
      only(shown.host).dispatchEvent(new MouseEvent('pointermove', { clientX }))
    const seen = (): unknown[] => {
      shown.settle()
      return emitted(shown).map((change) => ((change as Change)[3] as Dict)['clientX'])
    }
    move(1)
    move(2)
    move(3)
    expect(seen()).toEqual([1])
    vi.advanceTimersByTime(100)
    expect(seen()).toEqual([1, 3])
    vi.advanceTimersByTime(100)
    move(4)
    expect(seen()).toEqual([1, 3, 4])
  })

  it('is told when nothing has followed for a time', () => {
    const shown = listen('click', { debounce: 0.2 })
    for (let i = 0; i < 3; i++) {
      only(shown.host).click()
      vi.advanceTimersByTime(100)
    }
    shown.settle()
    expect(emitted(shown)).toEqual([])
    vi.advanceTimersByTime(100)
    shown.settle()
    expect(emitted(shown)).toHaveLength(1)
  })

  it('is not told once the element is gone', () => {
    const shown = listen('click', { debounce: 0.2 })
    only(shown.host).click()
    shown.change(['destroy', '1'])
    vi.advanceTimersByTime(1000)
    shown.settle()
    expect(emitted(shown)).toEqual([])
  })
})

describe('an order', () => {
  const order = (args: Dict): Change => ['emit', '1', 'invoke', args]
  const field: Change[] = [
    ['create', '1', 'Element', 'root', -1, { tag: 'input' }],
    ['attribute', '1', 'invoke', 'event', null],
  ]

  it('is carried out, also when it came with the element', () => {
    const { host } = show([...field, order({ method: 'focus', args: [] })])
    expect(document.activeElement).not.toBe(only(host)) // a snapshot holds no orders
    const shown = show([])
    shown.change(...field, order({ method: 'focus', args: [] }))
    expect(document.activeElement).toBe(only(shown.host))
  })

  it('for another page is left alone', () => {
    const shown = show(field)
    shown.change(order({ method: 'focus', args: [], session: 'someone' }))
    expect(document.activeElement).not.toBe(only(shown.host))
    shown.change(order({ method: 'focus', args: [], session: shown.client.session as string }))
    expect(document.activeElement).toBe(only(shown.host))
  })

  it('that is not on the list is named on the console', () => {
    const error = vi.spyOn(console, 'error').mockImplementation(() => {})
    const shown = show(field)
    const before = only(shown.host).isConnected
    shown.change(order({ method: 'remove', args: [] }))
    expect(before && only(shown.host).isConnected).toBe(true)
    expect(String(error.mock.calls[0]?.[1])).toContain("no method 'remove'")
  })
})
