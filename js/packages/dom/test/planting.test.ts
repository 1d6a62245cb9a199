// @vitest-environment happy-dom
/** What sleeps is shown as if it were awake, and what wakes up is shown by the elements that stand there. */
import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import type { Change } from '../../client/src/changes.js'
import type { Objects } from '../../client/src/dormant.js'
import { type Rows, singly } from '../../client/test/helpers.js'
import { builtIns, ElementView, mount } from '../src/index.js'
import { type Shown, show } from './helpers.js'

const TABLE: readonly Change[] = [
  ['create', '1', 'Element', 'root', -1, { tag: 'table' }],
  ['create', '2', 'Element', '1', -1, { tag: 'tbody' }],
]
const SHAPES: readonly Rows[4][] = [
  [
    ['Element', 0, [], { tag: 'tr' }],
    ['Element', 1, ['text'], { tag: 'td' }],
    ['Element', 2, ['text', 'classes'], { tag: 'td' }],
  ],
  [
    ['Element', 0, ['text'], { tag: 'tr' }],
    ['Element', 1, [], { tag: 'td', text: 'same', style: { color: 'red' } }],
    ['Row', 1, ['text'], {}],
    ['Element', 3, ['attrs', 'classes'], { tag: 'td' }],
    ['Element', 1, [], { tag: 'svg' }],
    ['Text', 1, ['text', 'style'], {}],
  ],
  // These need views: a button listens, and a tag that differs is looked at each time.
  [
    ['Element', 0, [], { tag: 'tr' }],
    ['Button', 1, ['text'], {}],
  ],
  [
    ['Element', 0, [], { tag: 'tr' }],
    ['Element', 1, ['tag', 'text'], {}],
  ],
]
const valueIn = (name: string, row: number): unknown =>
  ({
    text: row % 3 ? `text ${row}` : '',
    classes: row % 2 ? ['odd'] : [],
    style: row % 2 ? { color: 'blue' } : {},
    attrs: row % 2 ? { title: `${row}` } : {},
    tag: row % 2 ? 'td' : 'th',
  })[name]

function rows(first: number, parent: string, count: number, shape: Rows[4]): Rows {
  const values = Array.from({ length: count }, (_, row) =>
    shape.flatMap(([, , names]) => names.map((name) => valueIn(name, row))),
  ).flat()
  return ['rows', `${first}`, parent, count, shape, values as never]
}

const step = fc.record({
  kind: fc.constantFrom(
    'rows',
    'rows',
    'text',
    'text',
    'edit',
    'class',
    'style',
    'attrs',
    'destroy',
    'clear',
    'place',
    'create',
    'button',
  ),
  at: fc.nat(),
  to: fc.nat(),
  count: fc.integer({ min: 1, max: 5 }),
  shape: fc.nat(SHAPES.length - 1),
})

/** The changes of one step, as they fit what is there. */
function changesOf(
  { kind, at, to, count, shape }: typeof step extends fc.Arbitrary<infer S> ? S : never,
  { server }: Shown,
  next: number,
): Change[] {
  const { objects } = server.tree
  const ids = [...objects.keys()]
  const id = ids[at % ids.length] as string
  const object = objects.get(id)
  const below = (each: string): boolean => {
    for (let o = objects.get(each); o; o = o.parent ?? undefined) if (o.id === id) return true
    return false
  }
  if (kind === 'rows') return [rows(next, id, count, SHAPES[shape] as Rows[4])]
  if (kind === 'clear') return [['clear', id]]
  if (kind === 'create') return [['create', `${next}`, 'Element', id, 0, { tag: 'b', text: `${to}` }]]
  if (kind === 'button') return [['create', `${next}`, 'Button', id, -1, { text: `${to}` }]]
  if (id === 'root') return []
  if (kind === 'destroy') return [['destroy', id]]
  const other = ids[to % ids.length] as string
  if (kind === 'place') return below(other) ? [] : [['place', id, other, 0]]
  if (kind === 'text' && object?.has('text')) return [['set', id, 'text', `${to}`]]
  if (kind === 'edit' && object?.has('text')) return [['insert_text', id, 'text', 0, `${to % 7}`]]
  if (object?.type !== 'Element') return []
  if (kind === 'class') return [['set', id, 'classes', [`c${to % 5}`]]]
  if (kind === 'style') return [['set', id, 'style', to % 2 ? {} : { width: `${to}px` }]]
  return kind === 'attrs' ? [['set', id, 'attrs', to % 2 ? {} : { id: `${to}` }]] : []
}

/** Classes without their order, which may differ. */
function look(host: Element): unknown {
  return [
    host.localName,
    [...host.classList].sort(),
    [...host.attributes]
      .filter(({ name, value }) => name !== 'class' && value)
      .map(({ name, value }) => `${name}=${value}`),
    [...host.childNodes].map((each) => (each.nodeType === 1 ? look(each as Element) : each.textContent)),
  ]
}

describe('planted elements', () => {
  it('are those that views would have made, whatever happens to them', () => {
    fc.assert(
      fc.property(fc.array(fc.array(step, { maxLength: 3 }), { maxLength: 12 }), (batches) => {
        const lazy = show(TABLE)
        const eager = show(TABLE)
        let next = 3
        for (const batch of batches) {
          for (const each of batch) {
            const changes = changesOf(each, eager, next)
            next += 60
            const single = changes.flatMap((one) => (one[0] === 'rows' ? singly(one) : [one]))
            eager.server.change(...single)
            lazy.server.change(...changes)
          }
          eager.settle()
          lazy.settle()
          expect(look(lazy.host)).toEqual(look(eager.host))
        }
        expect([...lazy.client.objects.values()].some((object) => object.isDestroyed)).toBe(false)
        expect(look(lazy.host)).toEqual(look(eager.host))
        lazy.unmount()
        eager.unmount()
      }),
      { numRuns: 60 },
    )
  })

  it('show what changes in its sleep, and wake nothing', () => {
    const shape: Rows[4] = [
      ['Element', 0, [], { tag: 'tr' }],
      ['Element', 1, ['text'], { tag: 'td' }],
      ['Element', 1, ['text'], { tag: 'b' }],
    ]
    const { host, client, change } = show([...TABLE, rows(3, '2', 4, shape)])
    const cells = [...host.querySelectorAll('td')]
    const [first, second] = cells.map((cell) => cell.firstChild)
    change(
      ['set', '7', 'text', 'outer '],
      ['set', '8', 'text', 'inner'],
      ['insert_text', '8', 'text', 0, 'and '],
    )
    expect(cells[1]?.textContent).toBe('outer and inner')
    change(['set', '7', 'text', ''], ['set', '4', 'text', 'was empty'])
    expect(cells[0]?.innerHTML).toBe('was empty<b></b>')
    expect(cells[1]?.innerHTML).toBe('<b>and inner</b>')
    expect([cells[0]?.lastChild, cells[1]?.firstChild]).toEqual([first, second])
    expect([...host.querySelectorAll('td')]).toEqual(cells)
    const { objects } = client as unknown as { objects: Objects }
    expect(['4', '5'].map((id) => objects.awake(id))).toEqual([undefined, undefined])
    const seen: unknown[] = []
    client.onTouched((object, name) => seen.push([object.id, name, object.read(name as string)]))
    change(['set', '7', 'text', 'a'], ['set', '7', 'text', 'b'])
    expect(seen).toEqual([['7', 'text', 'b']])
    expect(cells[1]?.innerHTML).toBe('b<b>and inner</b>')
  })

  it('stay when what they show wakes up', () => {
    const { host, client, change } = show([...TABLE, rows(3, '2', 4, SHAPES[0] as Rows[4])])
    const cells = [...host.querySelectorAll('td')]
    expect(cells).toHaveLength(8)
    const size = client.objects.size
    change(['set', '7', 'text', 'changed'])
    expect(cells[2]?.textContent).toBe('changed')
    expect(client.objects.size).toBe(size)
    client.object('6').children[1]?.attribute('classes').set(['mine'])
    expect(cells[3]?.className).toBe('mine')
    change(['place', '8', '6', 0])
    expect(host.querySelectorAll('td')[2]).toBe(cells[3])
    expect([...host.querySelectorAll('td')]).toHaveLength(8)
  })

  it('may have been taken away by somebody else', () => {
    const { host, client, change } = show([...TABLE, rows(3, '2', 2, SHAPES[0] as Rows[4])])
    host.querySelectorAll('td')[1]?.remove()
    change(['set', '5', 'text', 'nowhere'], ['set', '7', 'text', 'here'])
    expect(host.textContent).toContain('here')
    expect(client.status.state).toBe('live')
    change(
      ['destroy', '4'],
      ['destroy', '5'],
      ['create', '9', 'Element', '3', -1, { tag: 'td', text: 'new' }],
    )
    expect(host.querySelector('tr')?.textContent).toBe('new')
    expect(client.status.state).toBe('live')
  })

  it('are refused what views are refused', () => {
    const error = vi.spyOn(console, 'error').mockImplementation(() => {})
    const shape: Rows[4] = [
      ['Element', 0, [], { tag: 'div' }],
      ['Element', 1, ['attrs', 'style'], { tag: 'a' }],
    ]
    const values = [
      { href: 'javascript:alert(1)', title: 'x' },
      { 'background-image': 'url(x)' },
      { onclick: 'x' },
      {},
    ]
    const { host } = show([['rows', '1', 'root', 2, shape, values]])
    expect([...host.querySelectorAll('a')].map((each) => each.outerHTML)).toEqual([
      '<a title="x"></a>',
      '<a></a>',
    ])
    expect(error.mock.calls.map(([text]) => text)).toEqual([
      expect.stringMatching(/refused style background-image.* of Element\(2\)/),
      expect.stringMatching(/refused attribute href=.* of Element\(2\)/),
      expect.stringMatching(/refused attribute onclick.* of Element\(4\)/),
    ])
    error.mockClear()
    show([
      [
        'rows',
        '1',
        'root',
        1,
        [
          ['Element', 0, [], {}],
          ['Element', 1, [], { tag: 'script' }],
        ],
        [],
      ],
    ])
    expect(error).toHaveBeenCalledOnce()
    expect(host.querySelector('script')).toBeNull()
    error.mockRestore()
  })

  it('are not made where a view of the user’s shows the object', () => {
    class Cell extends ElementView {
      static override frontendType = ['div']
      override create(): Element {
        const element = super.create()
        element.className = 'own'
        return element
      }
    }
    const registry = builtIns()
    registry.register(Cell)
    const shape: Rows[4] = [
      ['Element', 0, [], { tag: 'p' }],
      ['Row', 1, ['text'], {}],
    ]
    const { host } = show([['rows', '1', 'root', 3, shape, ['a', 'b', 'c']]], { registry })
    expect([...host.querySelectorAll('.own')].map((each) => each.textContent)).toEqual(['a', 'b', 'c'])
  })

  it('follow in every place where they are shown', () => {
    const { host, client, change } = show([...TABLE, rows(3, '2', 3, SHAPES[1] as Rows[4])])
    const shown = (where: Element): unknown => look(where.firstElementChild as Element)
    const other = document.createElement('div')
    const end = mount(client, other)
    change(['set', '5', 'text', 'both'])
    const third = document.createElement('div')
    mount(client, third)
    change(['set', '11', 'text', 'three'], ['destroy', '12'])
    expect(third.textContent).toContain('three')
    expect(shown(other)).toEqual(shown(host))
    expect(shown(third)).toEqual(shown(host))
    end()
    change(['set', '5', 'text', 'again'], ['clear', '3'], ['set', '15', 'classes', ['late']])
    expect(shown(third)).toEqual(shown(host))
  })
})
