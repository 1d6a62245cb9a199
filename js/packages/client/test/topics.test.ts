import { describe, expect, it } from 'vitest'
import type { Change } from '../src/changes.js'
import { nearest } from '../src/errors.js'
import { Signal } from '../src/events.js'
import { world } from './helpers.js'

const ALL: readonly Change[] = [
  [
    'define',
    'All',
    'all',
    {
      bool: ['bool', false],
      float: ['float', 0],
      bytes: ['bytes', new Uint8Array()],
      list: ['list', []],
      set: ['set', []],
      dict: ['dict', {}],
      obj: ['obj', null],
      objs: ['obj_list', []],
      objset: ['obj_set', []],
      objdict: ['obj_dict', {}],
    },
  ],
  ['create', '1', 'All', 'root', -1, {}],
  ['create', '2', 'Item', 'root', -1, {}],
]
// The model's snapshot must define the type too, so the objects come by an update.
const start = () => {
  const w = world()
  w.server.change(...ALL)
  w.server.settle(w.clock)
  return { ...w, object: w.client.object('1') }
}

describe('topics', () => {
  it('lists tell what was inserted and popped, and where', () => {
    const { object, server, clock } = start()
    const list = object.attribute('list')
    const seen: unknown[] = []
    list.onInsert((item: unknown, index: number) => seen.push(['insert', item, index]))
    list.onPop((item: unknown, index: number) => seen.push(['pop', item, index]))
    list.insert('a')
    list.insert('b', 0)
    list.move(0, -1)
    list.replace(0, 'A')
    expect(list.pop()).toBe('b')
    expect(list.length).toBe(1)
    expect(list.at(-1)).toBe('A')
    list.set(['A', 'c'])
    expect(seen).toEqual([
      ['insert', 'a', 0],
      ['insert', 'b', 0],
      ['pop', 'b', 0],
      ['insert', 'b', 1],
      ['pop', 'a', 0],
      ['insert', 'A', 0],
      ['pop', 'b', 1],
      ['insert', 'c', 1],
    ])
    server.settle(clock)
    expect(server.tree.cell('1', 'list').topic.value).toEqual(['A', 'c'])
  })

  it('sets are ordered, unique by content, and tell what joined and left', () => {
    const { object } = start()
    const set = object.attribute('set')
    const seen: unknown[] = []
    set.onAppend((item: unknown) => seen.push(['append', item]))
    set.onRemove((item: unknown) => seen.push(['remove', item]))
    set.append({ a: 1 })
    set.append('b', 0)
    expect(() => set.append({ a: 1 })).toThrow('already has')
    expect(set.has({ a: 1 })).toBe(true)
    set.set(['b', 'c'])
    expect([...set]).toEqual(['b', 'c'])
    expect(seen).toEqual([
      ['append', { a: 1 }],
      ['append', 'b'],
      ['remove', { a: 1 }],
      ['append', 'c'],
    ])
  })

  it('dicts tell what was added, changed and removed, and no key reaches a prototype', () => {
    const { object } = start()
    const dict = object.attribute('dict')
    const seen: unknown[] = []
    dict.onAdd((key: string, item: unknown) => seen.push(['add', key, item]))
    dict.onChangeValue((key: string, item: unknown) => seen.push(['change', key, item]))
    dict.onRemove((key: string) => seen.push(['remove', key]))
    dict.add('__proto__', { polluted: true })
    dict.changeValue('__proto__', 1)
    dict.setItem('constructor', 2)
    expect(() => dict.add('constructor', 3)).toThrow('already has the key')
    expect(() => dict.changeValue('toString', 3)).toThrow('has no key')
    expect(dict.has('toString')).toBe(false)
    expect(dict.get('valueOf')).toBeUndefined()
    expect(dict.value.polluted).toBeUndefined()
    expect(dict.pop('__proto__')).toBe(1)
    expect(dict.keys()).toEqual(['constructor'])
    expect(seen).toEqual([
      ['add', '__proto__', { polluted: true }],
      ['change', '__proto__', 1],
      ['add', 'constructor', 2],
      ['remove', '__proto__'],
    ])
  })

  it('object topics speak of objects, and one that is gone reads as null', () => {
    const { object, client, server, clock } = start()
    const two = client.object('2')
    object.attribute('obj').set(two)
    object.attribute('objs').insert(two)
    object.attribute('objset').append(two)
    object.attribute('objdict').setItem('k', two)
    expect(object.attribute('obj').value).toBe(two)
    expect(object.attribute('objs').value).toEqual([two])
    expect(object.attribute('objset').has(two)).toBe(true)
    expect(object.attribute('objdict').get('k')).toBe(two)
    expect(() => object.attribute('obj').set('2')).toThrow('expected an SObject')
    server.settle(clock)
    expect(server.tree.cell('1', 'objs').held).toEqual(['2'])
    two.destroy()
    expect(object.attribute('obj').value).toBeNull()
    expect(object.attribute('objs').value).toEqual([null])
  })

  it('bytes travel as bytes and are copied', () => {
    const { object, server, clock } = start()
    const mine = Uint8Array.of(1, 2, 255)
    object.attribute('bytes').set(mine)
    mine[0] = 9
    server.settle(clock)
    expect(server.tree.cell('1', 'bytes').held).toEqual(Uint8Array.of(1, 2, 255))
    expect(object.attribute('bytes').value).toEqual(Uint8Array.of(1, 2, 255))
  })

  it('setting what is there already is no change', () => {
    const { object, client } = start()
    object.attribute('bool').set(false)
    object.attribute('list').set([])
    object.attribute('float').add(0)
    expect(client.pendingCount).toBe(0)
  })

  it('that are gone refuse changes', () => {
    const { object, server, clock } = start()
    server.change(['attribute', '1', 'extra', 'int', 1])
    server.settle(clock)
    const seen: unknown[] = []
    object.onAttribute((change) => seen.push(change))
    const extra = object.attribute('extra')
    server.change(['drop_attribute', '1', 'extra'])
    server.settle(clock)
    expect(seen).toEqual([{ kind: 'drop', name: 'extra' }])
    expect(() => extra.add(1)).toThrow("IntTopic 'extra' of All(1) is gone")
  })
})

describe('signals', () => {
  it('end their connections, and survive what listeners do', () => {
    const errors: unknown[] = []
    const signal = new Signal<[number]>((error) => errors.push(error))
    const seen: string[] = []
    const offA = signal.connect((n) => {
      seen.push(`a${n}`)
      offB()
      signal.connect(() => seen.push('late'))
    })
    const offB = signal.connect((n) => seen.push(`b${n}`))
    signal.connect(() => {
      throw new Error('x')
    })
    signal.emit(1)
    expect(seen).toEqual(['a1'])
    expect(errors).toHaveLength(1)
    offA()
    offA()
    expect(signal.size).toBe(2)
  })
})

describe('did you mean', () => {
  it.each([
    ['sytle', 'style'],
    ['txt', 'text'],
    ['n', undefined],
    ['colour', undefined],
  ])('%s: %s', (name, expected) => {
    expect(nearest(name, ['style', 'text', 'count'])).toBe(expected)
  })
})
