// @vitest-environment happy-dom

import { builtIns } from '@objectsync/dom'
import { describe, expect, it, vi } from 'vitest'
import type { Change } from '../../client/src/changes.js'
import type { Value } from '../../client/src/index.js'
import { only, type Shown, show } from '../../dom/test/helpers.js'
import { controls } from '../src/index.js'

const LOOK = {
  label: ['string', ''],
  disabled: ['bool', false],
  hidden: ['bool', false],
  tooltip: ['string', ''],
  style: ['dict', {}],
  classes: ['set', []],
} as const
const FIELD = { ...LOOK, help: ['string', ''], error: ['string', ''], required: ['bool', false] } as const
const NUMBER = {
  ...FIELD,
  value: ['generic', null],
  min: ['generic', null],
  max: ['generic', null],
  step: ['generic', null],
  complaint: ['string', ''],
} as const

const DEFINES: readonly Change[] = [
  [
    'define',
    'Button',
    'objectsync.button',
    { ...LOOK, kind: ['string', ''], submits: ['bool', false], click: ['event', null] },
  ],
  ['define', 'Checkbox', 'objectsync.checkbox', { ...FIELD, value: ['bool', false] }],
  ['define', 'Form', 'form', { submit: ['event', null] }],
  ['define', 'Int', 'objectsync.int', { ...NUMBER, max: ['generic', 120] }],
  ['define', 'Float', 'objectsync.float', { ...NUMBER, step: ['generic', 0.1] }],
  ['define', 'Output', 'objectsync.output', { ...LOOK, items: ['list', []] }],
]

function shown(...changes: Change[]): Shown {
  const registry = builtIns()
  registry.register(controls)
  return show([...DEFINES, ...changes], { registry })
}

const acted = ({ server }: Shown): unknown[] =>
  server.received.flatMap((m) => (m.type === 'action' ? m.changes : []))

describe('controls', () => {
  it('follow their attributes', () => {
    const it = shown([
      'create',
      '1',
      'Button',
      'root',
      -1,
      { label: 'Go', kind: 'primary', style: { color: 'red' } },
    ])
    const button = only(it.host) as HTMLButtonElement
    expect(button.textContent).toBe('Go')
    expect(button.style.color).toBe('red')
    it.change(['set', '1', 'label', 'Stop'], ['set', '1', 'disabled', true], ['set', '1', 'style', {}])
    expect([button.textContent, button.disabled, button.style.color]).toEqual(['Stop', true, ''])
  })

  it('tell of a press', () => {
    const it = shown(['create', '1', 'Button', 'root', -1, {}])
    only(it.host).click()
    it.settle()
    expect(acted(it)).toEqual([['emit', '1', 'click', {}]])
  })

  it('name what is wrong to assistive technology', () => {
    const it = shown(['create', '1', 'Checkbox', 'root', -1, { label: 'I agree' }])
    const input = it.host.querySelector('input') as HTMLInputElement
    expect(input.hasAttribute('aria-describedby')).toBe(false)
    it.change(['set', '1', 'error', 'Please agree.'])
    const note = document.getElementById(input.getAttribute('aria-describedby') ?? '')
    expect(note?.textContent).toBe('Please agree.')
  })

  it('keep the lines that stay', async () => {
    const it = shown(['create', '1', 'Output', 'root', -1, { items: [['stdout', 'a']] }])
    const line = it.host.querySelector('pre')
    it.change(['insert', '1', 'items', -1, ['stderr', 'b']])
    expect([...it.host.querySelectorAll('pre')].map((each) => each.textContent)).toEqual(['a', 'b'])
    expect(it.host.querySelector('pre')).toBe(line)
    it.change(['pop', '1', 'items', 0])
    await Promise.resolve()
    expect([...it.host.querySelectorAll('pre')].map((each) => each.textContent)).toEqual(['b'])
  })
})

describe('a number field', () => {
  const field = (it: Shown): HTMLInputElement => it.host.querySelector('input') as HTMLInputElement
  const type = (it: Shown, text: string): void => {
    field(it).value = text
    for (const event of ['input', 'change']) field(it).dispatchEvent(new Event(event, { bubbles: true }))
    it.settle()
  }

  it('keeps what is typed and no value, and tells of it', () => {
    const it = shown(['create', '1', 'Int', 'root', -1, {}])
    type(it, '20')
    type(it, '200')
    field(it).dispatchEvent(new Event('blur'))
    expect(field(it).value).toBe('200')
    expect(field(it).ariaInvalid).toBe('true')
    expect(it.client.object('1').attribute('complaint').value).not.toBe('')
    type(it, '100')
    expect(field(it).ariaInvalid).toBeNull()
    expect(acted(it)).toEqual([
      ['set', '1', 'value', 20],
      ['set', '1', 'complaint', 'Constraints not satisfied'],
      ['set', '1', 'value', 100],
      ['set', '1', 'complaint', ''],
    ])
  })

  it('shows a new value in place of what is none', () => {
    const it = shown(['create', '1', 'Int', 'root', -1, { value: 20 }])
    type(it, '200')
    it.change(['set', '1', 'value', 7])
    expect([field(it).value, field(it).ariaInvalid]).toEqual(['7', null])
  })

  it('takes what lies between the steps, and whole numbers only where it is of these', () => {
    const it = shown(['create', '1', 'Float', 'root', -1, {}])
    type(it, '1.55')
    expect(acted(it)).toEqual([['set', '1', 'value', 1.55]])
    const whole = shown(['create', '1', 'Int', 'root', -1, { step: 5 }])
    type(whole, '7')
    type(whole, '7.5')
    expect(acted(whole)).toEqual([
      ['set', '1', 'value', 7],
      ['set', '1', 'complaint', 'Please enter a whole number.'],
    ])
  })

  it('tells its form what this page shows', () => {
    const it = shown(
      ['create', '2', 'Form', 'root', -1, {}],
      ['create', '1', 'Int', '2', -1, { value: 20, complaint: 'of a page that has gone' }],
    )
    it.host.querySelector('form')?.dispatchEvent(new Event('submit', { bubbles: true, cancelable: true }))
    it.settle()
    expect(acted(it)).toEqual([
      ['set', '1', 'complaint', ''],
      ['emit', '2', 'submit', { type: 'submit' }],
    ])
  })
})

describe('an output', () => {
  const items = (...ids: string[]): unknown[] => ids.map((id) => ['object', id])

  it('shows an object whenever it is there', () => {
    const it = shown(['create', '1', 'Output', 'root', -1, { items: items('2') as Value }])
    const labels = (): unknown[] => [...(only(it.host).children ?? [])].map((each) => each.textContent)
    expect(labels()).toEqual([''])
    it.change(
      ['create', '2', 'Button', 'root', -1, { label: 'Go' }],
      ['insert', '1', 'items', -1, ['stdout', 'a']],
    )
    expect(labels()).toEqual(['Go', 'a'])
    it.change(['destroy', '2'])
    expect(labels()).toEqual(['', 'a'])
  })

  it('asks for what is not below it, as long as it shows it', async () => {
    const registry = builtIns()
    registry.register(controls)
    const wanted: string[] = []
    const want = (id: string) => {
      wanted.push(id)
      return () => void wanted.splice(wanted.indexOf(id), 1)
    }
    const it = show(
      [
        ...DEFINES,
        ['create', '1', 'Output', 'root', -1, {}],
        ['create', '2', 'Button', '1', -1, {}],
        ['set', '1', 'items', items('2', '3', '4') as Value],
      ],
      { registry, want },
    )
    expect(wanted).toEqual(['3', '4'])
    it.change(['pop', '1', 'items', 1])
    await Promise.resolve()
    expect(wanted).toEqual(['4'])
    it.unmount()
    expect(wanted).toEqual([])
  })
})

describe('views that are fetched', () => {
  const button: Change = ['create', '1', 'Button', 'root', -1, { label: 'Go' }]

  it('take their place when they have come, among what is there', async () => {
    const registry = builtIns()
    const load = vi.fn(() => Promise.resolve(controls))
    registry.later('objectsync.', load)
    const it = show(
      [
        ...DEFINES,
        button,
        ['create', '2', 'Row', 'root', -1, { text: 'x' }],
        ['create', '3', 'Button', 'root', -1, {}],
      ],
      { registry },
    )
    expect(it.host.querySelectorAll('.objectsync-coming')).toHaveLength(2)
    it.change(['set', '1', 'label', 'Stop'])
    await vi.waitFor(() => expect(it.host.querySelector('.objectsync-coming')).toBeNull())
    expect([...(it.host.firstElementChild?.children ?? [])].map((each) => each.localName)).toEqual([
      'button',
      'div',
      'button',
    ])
    expect(only(it.host).textContent).toBe('Stop')
    expect(load).toHaveBeenCalledTimes(1)
    it.change(['place', '3', 'root', 0], ['destroy', '1'])
    expect([...(it.host.firstElementChild?.children ?? [])].map((each) => each.localName)).toEqual([
      'button',
      'div',
    ])
  })

  it('that cannot be fetched are named', async () => {
    const error = vi.spyOn(console, 'error').mockImplementation(() => {})
    const registry = builtIns()
    registry.later('objectsync.', () => Promise.reject(new Error('offline')))
    const it = show([...DEFINES, button], { registry })
    await vi.waitFor(() =>
      expect(it.host.textContent).toContain("No frontend is registered for 'objectsync.button'"),
    )
    expect(error).toHaveBeenCalled()
  })

  it('that are gone before they came leave nothing', async () => {
    let arrive = (_: typeof controls): void => {}
    const registry = builtIns()
    registry.later('objectsync.', () => new Promise((resolve) => (arrive = resolve)))
    const it = show([...DEFINES, button], { registry })
    it.change(['destroy', '1'])
    arrive(controls)
    await vi.waitFor(() => expect(registry.types).toContain('objectsync.button'))
    expect(it.host.querySelector('button')).toBeNull()
  })
})
