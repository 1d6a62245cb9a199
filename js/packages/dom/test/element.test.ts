// @vitest-environment happy-dom
import { describe, expect, it, vi } from 'vitest'
import type { Change } from '../../client/src/changes.js'
import { builtIns, mount, View } from '../src/index.js'
import { only, type Shown, show } from './helpers.js'

const emitted = ({ server }: Shown): unknown[] =>
  server.received.flatMap((m) => (m.type === 'action' ? m.changes.filter((c) => c[0] === 'emit') : []))

describe('an element', () => {
  it('of a client that is closed reports no error when somebody goes on typing', () => {
    const error = vi.spyOn(console, 'error').mockImplementation(() => {})
    const { client, host } = show([['create', '1', 'Area', 'root', -1, {}]])
    const area = only(host) as HTMLTextAreaElement
    client.close()
    area.value = 'abc'
    area.dispatchEvent(new Event('change'))
    expect(error).not.toHaveBeenCalled()
  })

  it('shows text, style, attributes and classes, and follows them', () => {
    const { host, change } = show([
      [
        'create',
        '1',
        'Element',
        'root',
        -1,
        {
          tag: 'h1',
          text: 'Hi',
          style: { color: 'red', '--x': '1px' },
          attrs: { id: 'top', hidden: true },
          classes: ['a', 'b'],
        },
      ],
    ])
    const heading = only(host)
    expect(heading.outerHTML).toBe('<h1 style="color: red; --x: 1px;" id="top" hidden="" class="a b">Hi</h1>')
    change(
      ['set', '1', 'text', 'Ho'],
      ['put', '1', 'style', 'color', 'blue'],
      ['drop', '1', 'style', '--x'],
      ['put', '1', 'attrs', 'hidden', false],
      ['drop', '1', 'attrs', 'id'],
      ['remove', '1', 'classes', 'a'],
      ['append', '1', 'classes', 'c', -1],
    )
    expect(heading.outerHTML).toBe('<h1 style="color: blue;" class="b c">Ho</h1>')
    expect(only(host)).toBe(heading)
  })

  it('is shown by what it holds where it has no look and no children, by itself', () => {
    const { host, change, unmount } = show(
      [
        ['define', 'Reading', 'Root', { celsius: ['float', 0], taken: ['event', null] }],
        ['create', '1', 'Reading', 'root', -1, { celsius: 20.5 }],
      ],
      { id: '1' },
    )
    expect(host.textContent).toBe('Reading(id=1, celsius=20.5)')
    change(['set', '1', 'celsius', 21])
    expect(host.textContent).toBe('Reading(id=1, celsius=21)')
    change(['create', '2', 'Row', '1', -1, { text: 'its look' }])
    expect(host.textContent).toBe('its look')
    change(['destroy', '2'])
    expect(host.textContent).toBe('Reading(id=1, celsius=21)')
    unmount()
    expect(host.innerHTML).toBe('')
  })

  it('keeps its children beside its text', () => {
    const { host, change } = show([
      ['create', '1', 'Row', 'root', -1, { text: 'Name: ' }],
      ['create', '2', 'Button', '1', -1, { text: 'Go' }],
    ])
    expect(only(host).innerHTML).toBe('Name: <button>Go</button>')
    change(['set', '1', 'text', ''], ['set', '2', 'text', 'Stop'])
    expect(only(host).innerHTML).toBe('<button>Stop</button>')
    change(['set', '1', 'text', 'Again: '])
    expect(only(host).textContent).toBe('Again: Stop')
  })

  it('shows attributes that come later, and stops showing those that go', () => {
    const { host, change } = show([['create', '1', 'Row', 'root', -1, {}]])
    change(['attribute', '1', 'style', 'dict', { color: 'red' }])
    expect(only(host).style.color).toBe('red')
    change(['drop_attribute', '1', 'style'])
    expect(only(host).style.color).toBe('')
  })

  it('draws SVG as SVG', () => {
    const { host } = show([
      ['create', '1', 'Element', 'root', -1, { tag: 'svg', attrs: { viewBox: '0 0 9 9' } }],
      ['create', '2', 'Element', '1', -1, { tag: 'circle', attrs: { r: 3 } }],
    ])
    const circle = host.querySelector('circle')
    expect(circle?.namespaceURI).toBe('http://www.w3.org/2000/svg')
    expect(circle?.getAttribute('r')).toBe('3')
  })

  it('emits DOM events with a small payload, also of events that come later', () => {
    const shown = show([
      ['create', '1', 'Button', 'root', -1, { text: 'Go' }],
      ['create', '2', 'Row', 'root', -1, {}],
    ])
    const { host, settle, change } = shown
    host
      .querySelector('button')
      ?.dispatchEvent(new MouseEvent('click', { clientX: 3, clientY: 4, shiftKey: true }))
    change(['attribute', '2', 'keydown', 'event', null])
    const row = host.firstElementChild?.children[1] as HTMLElement
    row.dispatchEvent(new KeyboardEvent('keydown', { key: 'a', code: 'KeyA', ctrlKey: true }))
    settle()
    expect(emitted(shown)).toMatchObject([
      [
        'emit',
        '1',
        'click',
        { type: 'click', clientX: 3, clientY: 4, button: 0, shiftKey: true, ctrlKey: false },
      ],
      ['emit', '2', 'keydown', { type: 'keydown', key: 'a', code: 'KeyA', ctrlKey: true, repeat: false }],
    ])
    change(['drop_attribute', '2', 'keydown'])
    row.dispatchEvent(new KeyboardEvent('keydown', { key: 'b' }))
    settle()
    expect(emitted(shown)).toHaveLength(2)
  })
})

describe('form elements', () => {
  it('keep what they hold when their form is reset: it is Python that has it', () => {
    const { host } = show([['create', '1', 'Element', 'root', -1, { tag: 'form' }]])
    const reset = new Event('reset', { bubbles: true, cancelable: true })
    only(host).dispatchEvent(reset)
    expect(reset.defaultPrevented).toBe(true)
  })

  const type = (field: HTMLInputElement | HTMLTextAreaElement, text: string): void => {
    field.value = text
    field.dispatchEvent(new Event('input', { bubbles: true }))
  }
  const field = (host: Element) => host.querySelector('input, textarea') as HTMLInputElement

  it('send what is typed as inserts and deletes', () => {
    const { host, server, settle } = show([['create', '1', 'Input', 'root', -1, { value: 'hello' }]])
    expect(field(host).value).toBe('hello')
    type(field(host), 'hello!')
    type(field(host), 'heo!')
    settle()
    expect(server.tree.cell('1', 'value').topic.value).toBe('heo!')
    const changes = server.received.flatMap((m) => (m.type === 'action' ? m.changes : []))
    expect(changes.map((change) => change[0])).toEqual(['insert_text', 'delete_text'])
  })

  it('show what others type without moving the caret of who types here', () => {
    const { host, change } = show([['create', '1', 'Input', 'root', -1, { value: 'hello' }]])
    const input = field(host)
    input.focus()
    input.setSelectionRange(2, 4)
    change(['insert_text', '1', 'value', 0, 'oh '])
    expect(input.value).toBe('oh hello')
    expect([input.selectionStart, input.selectionEnd]).toEqual([5, 7])
    change(['insert_text', '1', 'value', 8, '!'])
    expect([input.selectionStart, input.selectionEnd]).toEqual([5, 7])
    change(['delete_text', '1', 'value', 0, 6])
    expect([input.selectionStart, input.selectionEnd]).toEqual([0, 1])
  })

  it('keep what an input method composes, and what came in meanwhile', () => {
    const { host, change, server, settle } = show([['create', '1', 'Input', 'root', -1, { value: 'ab' }]])
    const input = field(host)
    input.focus()
    input.dispatchEvent(new Event('compositionstart'))
    type(input, 'abに')
    change(['insert_text', '1', 'value', 0, 'X'])
    expect(input.value).toBe('abに')
    input.value = 'ab日'
    input.dispatchEvent(new Event('compositionend'))
    settle()
    expect(server.tree.cell('1', 'value').topic.value).toBe('Xab日')
    expect(input.value).toBe('Xab日')
  })

  it('hold numbers as numbers, and are not rewritten while one is typed', () => {
    const { host, server, settle } = show([['create', '1', 'Number', 'root', -1, { value: 2 }]])
    type(field(host), '2.50')
    settle()
    expect(server.tree.cell('1', 'value').topic.value).toBe(2.5)
    expect(field(host).value).toBe('2.50')
    type(field(host), '')
    settle()
    expect(server.tree.cell('1', 'value').topic.value).toBe(2.5)
  })

  it('show the value of a select when its option comes, and of a range when its end does', () => {
    const { host, change } = show([
      ['define', 'Range', 'input', { value: ['int', 0], attrs: ['dict', {}] }],
      ['define', 'Select', 'select', { value: ['string', ''] }],
      ['create', '1', 'Select', 'root', -1, { value: 'b' }],
      ['create', '2', 'Element', '1', -1, { tag: 'option', text: 'a' }],
      ['create', '3', 'Element', '1', -1, { tag: 'option', text: 'b' }],
      ['create', '4', 'Range', 'root', -1, { value: 150, attrs: { type: 'range', max: '200' } }],
    ])
    expect(host.querySelector('select')?.value).toBe('b')
    change(['create', '5', 'Element', '1', -1, { tag: 'option', text: 'c' }], ['set', '1', 'value', 'c'])
    expect(host.querySelector('select')?.value).toBe('c')
    expect(field(host).value).toBe('150')
  })

  it('hold a list where several options may be chosen, both ways', () => {
    const option = (id: string): Change => ['create', id, 'Element', '1', -1, { tag: 'option', text: id }]
    const { host, server, settle, change } = show([
      ['define', 'Many', 'select', { value: ['generic', null], attrs: ['dict', { multiple: true }] }],
      ['create', '1', 'Many', 'root', -1, { value: ['a', 'c'] }],
      ...['a', 'b', 'c'].map(option),
    ])
    const select = only(host) as HTMLSelectElement
    const chosen = (): string[] =>
      [...select.options].filter((each) => each.selected).map((each) => each.value)
    expect(chosen()).toEqual(['a', 'c'])
    change(['set', '1', 'value', ['b', 'c']])
    expect(chosen()).toEqual(['b', 'c'])
    for (const each of select.options) each.selected = each.value !== 'c'
    for (const type of ['input', 'change']) select.dispatchEvent(new Event(type))
    settle()
    expect(server.tree.cell('1', 'value').topic.value).toEqual(['a', 'b'])
  })

  it('tell with a radio button that is chosen which one it turns off', () => {
    const attrs = { type: 'radio', name: 'g' }
    const { host, server, settle } = show([
      ['create', '1', 'Check', 'root', -1, { attrs }],
      ['create', '2', 'Check', 'root', -1, { attrs }],
      ['create', '3', 'Check', 'root', -1, { attrs: { type: 'radio', name: 'other' }, checked: true }],
    ])
    const radios = [...host.querySelectorAll('input')]
    for (const at of [0, 1, 0]) {
      radios[at]?.click()
      settle()
    }
    expect(server.received.flatMap((m) => (m.type === 'action' ? [m.changes] : []))).toEqual([
      [['set', '1', 'checked', true]],
      [
        ['set', '1', 'checked', false],
        ['set', '2', 'checked', true],
      ],
      [
        ['set', '2', 'checked', false],
        ['set', '1', 'checked', true],
      ],
    ])
  })

  it('hold whether a box is checked, both ways', () => {
    const { host, server, settle, change } = show([['create', '1', 'Check', 'root', -1, {}]])
    const box = field(host)
    expect(box.type).toBe('checkbox')
    box.checked = true
    box.dispatchEvent(new Event('change'))
    settle()
    expect(server.tree.cell('1', 'checked').topic.value).toBe(true)
    change(['set', '1', 'checked', false])
    expect(box.checked).toBe(false)
  })

  it('send the value and the event as one action, in this order', () => {
    const { host, server, settle } = show([['create', '1', 'Area', 'root', -1, {}]])
    type(field(host) as unknown as HTMLTextAreaElement, 'a\nb')
    settle()
    expect(server.received.filter((m) => m.type === 'action')).toMatchObject([
      {
        changes: [
          ['insert_text', '1', 'value', 0, 'a\nb'],
          ['emit', '1', 'input', { type: 'input', value: 'a\nb' }],
        ],
      },
    ])
  })

  it('tell of half a character, which cannot be sent, as of a broken one', () => {
    const { host, server, settle } = show([['create', '1', 'Area', 'root', -1, {}]])
    type(field(host) as unknown as HTMLTextAreaElement, 'a\ud83d')
    settle()
    expect(server.received.filter((m) => m.type === 'action')).toMatchObject([
      {
        changes: [
          ['insert_text', '1', 'value', 0, 'a\ufffd'],
          ['emit', '1', 'input', { type: 'input', value: 'a\ufffd' }],
        ],
      },
    ])
  })
})

describe('the tree', () => {
  const rows = (...names: string[]): Change[] =>
    names.map((name) => ['create', name, 'Row', 'root', -1, { text: name }])
  const text = (host: Element) =>
    [...(host.firstElementChild?.children ?? [])].map((each) => each.textContent).join('')
  const elements = (host: Element) =>
    new Map([...(host.firstElementChild?.children ?? [])].map((each) => [each.textContent, each]))

  it('moves as few elements as possible, and makes none again', () => {
    const { host, change } = show(rows('a', 'b', 'c', 'd', 'e'))
    const before = elements(host)
    const container = host.firstElementChild as Element
    const inserted = vi.spyOn(container, 'insertBefore')
    change(['place', 'e', 'root', 0])
    expect(text(host)).toBe('eabcd')
    expect(inserted).toHaveBeenCalledTimes(1)
    inserted.mockClear()
    change(['place', 'a', 'root', 4], ['place', 'd', 'root', 1])
    expect(text(host)).toBe('edbca')
    expect(inserted).toHaveBeenCalledTimes(2)
    expect(elements(host)).toEqual(before)
    for (const [name, element] of elements(host)) expect(before.get(name)).toBe(element)
  })

  it('inserts what is new in one go, in the right places', () => {
    const { host, change } = show(rows('a', 'b'))
    const inserted = vi.spyOn(host.firstElementChild as Element, 'insertBefore')
    change(
      ['create', 'x', 'Row', 'root', 0, { text: 'x' }],
      ['create', 'y', 'Row', 'root', 1, { text: 'y' }],
      ['create', 'z', 'Row', 'root', 3, { text: 'z' }],
      ['create', 'w', 'Row', 'root', -1, { text: 'w' }],
    )
    expect(text(host)).toBe('xyazbw')
    expect(inserted).toHaveBeenCalledTimes(3)
  })

  it('keeps the focus of an element that moves', () => {
    const { host, change } = show([
      ['create', '1', 'Input', 'root', -1, {}],
      ['create', '2', 'Row', 'root', -1, {}],
      ['create', '3', 'Row', 'root', -1, {}],
    ])
    const input = host.querySelector('input') as HTMLInputElement
    input.focus()
    change(['place', '1', 'root', -1])
    expect(document.activeElement).toBe(input)
    expect(host.firstElementChild?.lastElementChild).toBe(input)
  })

  it('comes to the same as building it anew, whatever moves', () => {
    const { host, change, client } = show(rows('a', 'b', 'c', 'd', 'e', 'f'))
    let seed = 7
    const next = (below: number): number => {
      seed = (seed * 1103515245 + 12345) % 2147483648
      return seed % below
    }
    let made = 0
    for (let round = 0; round < 200; round++) {
      const ids = client.root?.children.map((child) => child.id) ?? []
      const changes: Change[] = []
      for (let i = 0; i <= next(3); i++) {
        const id = ids[next(ids.length)]
        const kind = next(3)
        if (kind === 0 || !id || ids.length < 3)
          changes.push(['create', `n${made++}`, 'Row', 'root', next(ids.length + 1), { text: `${made}` }])
        else if (kind === 1) changes.push(['place', id, 'root', next(ids.length - 2)])
        else {
          changes.push(['destroy', id])
          break
        }
      }
      change(...changes)
      const wanted = client.root?.children.map((child) => child.attribute('text').value).join('')
      expect(text(host)).toBe(wanted)
    }
  })

  it('comes to the same when many move at once, and makes none again that stays', () => {
    const names = Array.from({ length: 60 }, (_, i) => `${i}`)
    const { host, change, client } = show(rows(...names))
    const before = elements(host)
    const shuffled = names.toSorted((a, b) => ((Number(a) * 37) % 61) - ((Number(b) * 37) % 61))
    const inserted = vi.spyOn(host.firstElementChild as Element, 'insertBefore')
    change(
      ...shuffled.slice(5, 55).map((name): Change => ['place', name, 'root', 5]),
      ['destroy', '0'],
      ...rows('x', 'y', 'z'),
      ['place', 'y', 'root', 20],
    )
    expect(text(host)).toBe(client.root?.children.map((child) => child.attribute('text').value).join(''))
    for (const [name, element] of elements(host)) if (before.has(name)) expect(element).toBe(before.get(name))
    expect(inserted.mock.calls.length).toBeLessThan(60)
  })

  it('moves an object to another parent, with what is below it', () => {
    const { host, change } = show([
      ['create', '1', 'Row', 'root', -1, { text: 'one' }],
      ['create', '2', 'Row', 'root', -1, { text: 'two' }],
      ['create', '3', 'Row', '1', -1, { text: 'three' }],
    ])
    change(['place', '1', '2', 0], ['create', '4', 'Row', '3', -1, { text: 'four' }])
    expect(host.firstElementChild?.innerHTML).toBe(
      '<div>two<div>one<div>three<div>four</div></div></div></div>',
    )
  })

  it('shows a box that says what to do where no frontend is registered, and its children', () => {
    const { host, change } = show([
      ['create', '1', 'Chart', 'root', -1, {}],
      ['create', '2', 'Row', '1', -1, { text: 'below' }],
    ])
    expect(host.textContent).toContain("No frontend is registered for 'chart'.")
    expect(host.textContent).toContain('points: [1,2]')
    expect(host.textContent).toContain('below')
    change(['insert', '1', 'points', -1, 3])
    expect(host.textContent).toContain('points: [1,2,3]')
  })

  it('shows an error where a view fails, and the others', () => {
    vi.spyOn(console, 'error').mockImplementation(() => {})
    class Broken extends View {
      static override frontendType = 'chart'
      override create(): Element {
        throw new Error('no paint left')
      }
    }
    const registry = builtIns()
    registry.register(Broken)
    const { host } = show([['create', '1', 'Chart', 'root', -1, {}], ...rows('a')], { registry })
    expect(host.querySelector('[role=alert]')?.textContent).toContain('no paint left')
    expect(host.textContent).toContain('a')
  })
})

describe('a view of a user', () => {
  class CounterView extends View {
    static override frontendType = 'counter'
    static ended = 0
    override create(): Element {
      const button = document.createElement('button')
      button.onclick = () => this.object.attribute('count').add(1)
      this.bind('count', (n) => {
        button.textContent = `clicked ${n} times`
      })
      return button
    }
    override destroy(): void {
      CounterView.ended++
    }
  }
  const counter = (): Shown => {
    const registry = builtIns()
    registry.register([CounterView])
    return show([['create', '1', 'Counter', 'root', -1, {}]], { registry })
  }

  it('takes ten lines', () => {
    const { host, settle, server, change } = counter()
    const button = only(host)
    button.click()
    expect(button.textContent).toBe('clicked 1 times')
    settle()
    expect(server.tree.cell('1', 'count').topic.value).toBe(1)
    change(['set', '1', 'count', 41])
    expect(button.textContent).toBe('clicked 41 times')
  })

  it('leaves nothing behind when it is unmounted', () => {
    const { host, client, unmount, change } = counter()
    const ended = CounterView.ended
    unmount()
    expect(host.childNodes).toHaveLength(0)
    expect(CounterView.ended).toBe(ended + 1)
    for (const object of client.objects.values()) expect(object.listenerCount).toBe(0)
    expect(client.listenerCount).toBe(0)
    change(['set', '1', 'count', 2])
    expect(host.childNodes).toHaveLength(0)
  })

  it('may be one of many of the same object', () => {
    const { host, client, change, registry, unmount } = counter()
    const second = document.createElement('div')
    const unmountSecond = mount(client, second, { id: '1', registry })
    change(['set', '1', 'count', 3])
    expect([host.textContent, second.textContent]).toEqual(['clicked 3 times', 'clicked 3 times'])
    unmount()
    change(['destroy', '1'])
    expect(second.textContent).toBe('')
    change(['create', '1', 'Counter', 'root', -1, { count: 9 }])
    expect(second.textContent).toBe('clicked 9 times')
    unmountSecond()
    expect(client.listenerCount).toBe(0)
  })

  it('must be a class that extends View, and have a frontendType', () => {
    const registry = builtIns()
    expect(() => registry.register({} as never)).toThrow('expected a class that extends View')
    expect(() => registry.register(class extends View {})).toThrow('no static frontendType')
  })
})
