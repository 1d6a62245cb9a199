/** Rows that sleep until somebody asks: nobody can tell them from objects that were made at once. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Change } from '../src/changes.js'
import { ChangeError } from '../src/errors.js'
import { Journal } from '../src/journal.js'
import type { SObject } from '../src/sobject.js'
import { StateHash } from '../src/statehash.js'
import type { Tree } from '../src/tree.js'
import { bareTree, dump, type Rows, singly } from './helpers.js'

const DEFINE: Change = ['define', 'Cell', 'td', { text: ['string', ''], n: ['int', 7], list: ['list', []] }]
const SHAPES: readonly Rows[4][] = [
  [['Cell', 0, ['n'], {}]],
  [
    ['Cell', 0, [], {}],
    ['Cell', 1, ['text'], {}],
    ['Cell', 2, ['text', 'n'], {}],
  ],
  [
    ['Cell', 0, ['text'], {}],
    ['Cell', 1, [], {}],
    ['Cell', 1, ['list'], { text: 'same', n: 3 }],
    ['Cell', 2, ['n'], {}],
    ['Cell', 4, [], {}],
  ],
]
const VALUES = { text: 'a', n: 1, list: ['x'] } as const

function rowsOf(first: number, parent: string, count: number, shape: Rows[4]): Rows {
  const values = Array.from({ length: count }, (_, row) =>
    shape.flatMap(([, , names]) =>
      names.map((name) => (name === 'n' ? row : VALUES[name as keyof typeof VALUES])),
    ),
  ).flat()
  return ['rows', `${first}`, parent, count, shape, values]
}

/** A tree, and what it tells. */
class World {
  readonly tree: Tree
  readonly hash: StateHash
  #journal = new Journal()
  /** @param isWatched whether somebody hears of whatever changes */
  constructor(isWatched = true) {
    this.tree = bareTree(isWatched)
    this.hash = new StateHash(this.tree)
    this.apply([['create', 'root', 'SObject', null, -1, {}], DEFINE])
    this.told()
  }
  apply(changes: readonly Change[], inverse?: Change[]): void {
    for (const change of changes) this.tree.apply(change, this.#journal, inverse)
  }
  /** Ends a batch. */
  told(): string[] {
    const told: string[] = []
    this.#journal.tell({
      touched: ({ id }, name) => told.push(`${id} ${name}`),
      settled: () => {},
      emitted: () => {},
    })
    this.#journal = new Journal()
    return told.sort()
  }
}

const step = fc.record({
  kind: fc.constantFrom(
    'rows',
    'rows',
    'again',
    'set',
    'confirmed',
    'edit',
    'add',
    'list',
    'destroy',
    'clear',
    'place',
    'tag',
    'create',
    'look',
    'undo',
  ),
  at: fc.nat(),
  to: fc.nat(),
  count: fc.integer({ min: 1, max: 4 }),
  shape: fc.nat(SHAPES.length - 1),
})

describe('dormant objects', () => {
  it('are what they are when all is made at once', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(step, { maxLength: 4 }), { maxLength: 25 }),
        fc.boolean(),
        (batches, isWatched) => {
          const lazy = new World(isWatched)
          const eager = new World()
          let next = 1
          const gone: Rows[] = []
          for (const batch of batches) {
            const undone: Change[] = []
            let isSame = true
            for (const { kind, at, to, count, shape } of batch) {
              const ids = [...eager.tree.objects.keys()]
              const id = ids[at % ids.length] as string
              const other = ids[to % ids.length] as string
              let changes: Change[] = []
              if (kind === 'rows') {
                changes = [rowsOf(next, id, count, SHAPES[shape] as Rows[4])]
                next += count * (SHAPES[shape] as Rows[4]).length
                gone.push(changes[0] as Rows)
              } else if (kind === 'again') {
                isSame = false
                // As an undo does: they go and come back with the same ids, at once or later.
                const rows = gone[at % gone.length]
                if (!rows || !eager.tree.objects.has(rows[2])) continue
                const tops = singly(rows).filter(([, each]) => eager.tree.objects.has(each))
                const below = (each: SObject | undefined): boolean =>
                  each !== undefined &&
                  (tops.some(([, top]) => top === each.id) || below(each.parent ?? undefined))
                if (below(eager.tree.objects.get(rows[2]))) continue
                for (const [, top] of tops)
                  changes.push(...(tops.length === singly(rows).length ? [['destroy', top] as Change] : []))
                if (tops.length && !changes.length) continue
                changes = changes.filter(([, top]) => eager.tree.objects.get(top)?.parent?.id === rows[2])
                const kept = tops.filter(
                  ([, each]) => !changes.some(([, top]) => above(eager.tree, each, top)),
                )
                if (kept.length) continue
                changes.push(rows)
              } else if (kind === 'undo') changes = undone.splice(0).reverse()
              else if (kind === 'look') {
                expect(lazy.tree.objects.get(id)?.childCount).toBe(eager.tree.objects.get(id)?.childCount)
                expect(lazy.tree.objects.size).toBe(eager.tree.objects.size)
                if (to % 3 === 0) expect(lazy.hash.of(id, new Set())).toBe(eager.hash.of(id, new Set()))
                if (to % 3 === 1)
                  expect(lazy.tree.objects.get(id)?.children.map((each) => each.id)).toEqual(
                    eager.tree.objects.get(id)?.children.map((each) => each.id),
                  )
                expect(lazy.tree.objects.has(`${next}`)).toBe(false)
                if (to % 5 === 2) expect([...lazy.tree.objects.keys()].sort()).toEqual(ids.sort())
                continue
              } else if (id === 'root' && kind !== 'clear' && kind !== 'create' && kind !== 'tag') continue
              else if (kind === 'set') changes = [['set', id, 'text', `${to}`]]
              else if (kind === 'confirmed')
                changes = [to % 2 ? ['set', id, 'text', `${to}`] : ['set', id, 'list', [to]]]
              else if (kind === 'edit') changes = [['insert_text', id, 'text', 0, 'x']]
              else if (kind === 'add') changes = [['add', id, 'n', 1]]
              else if (kind === 'list') changes = [['insert', id, 'list', 0, to]]
              else if (kind === 'destroy') changes = [['destroy', id]]
              else if (kind === 'clear') changes = [['clear', id]]
              else if (kind === 'place' && !above(eager.tree, other, id)) changes = [['place', id, other, 0]]
              else if (kind === 'tag') changes = [['tag', id, `t${next++}`]]
              else if (kind === 'create') changes = [['create', `${next++}`, 'Cell', id, 0, {}]]
              const inverse = kind === 'destroy' || kind === 'set' ? undone : undefined
              if (kind !== 'destroy' && kind !== 'set') undone.length = 0
              lazy.apply(changes, inverse)
              eager.apply(changes.flatMap((each) => (each[0] === 'rows' ? singly(each) : [each])))
            }
            const told = [lazy.told(), eager.told()]
            // Of what went asleep and came back at once it is only told that there are other children.
            if (isSame && isWatched) expect(told[0]).toEqual(told[1])
          }
          expect(lazy.tree.objects.size).toBe(eager.tree.objects.size)
          expect(lazy.hash.of('root', new Set())).toBe(eager.hash.of('root', new Set()))
          expect(dump(lazy.tree)).toEqual(dump(eager.tree))
          expect([...lazy.tree.objects.keys()].sort()).toEqual([...eager.tree.objects.keys()].sort())
        },
      ),
      { numRuns: 300 },
    )
  })

  it('change in their sleep, where nobody listens', () => {
    const { tree, hash } = new World(false)
    const shape: Rows[4] = [
      ['Cell', 0, [], {}],
      ['Cell', 1, ['n', 'list'], {}],
    ]
    tree.apply(rowsOf(1, 'root', 3, shape), new Journal())
    const before = hash.of('root', new Set())
    const changes: Change[] = [
      ['set', '2', 'list', ['y', 'z']],
      ['set', '6', 'n', 5],
      ['set', '6', 'n', 7],
    ]
    for (const change of changes) tree.apply(change, new Journal())
    expect(['2', '4', '6'].map((id) => tree.objects.awake(id)?.id)).toEqual([undefined, undefined, undefined])
    expect(hash.of('root', new Set())).not.toBe(before)
    for (const change of [
      ['set', '6', 'n', 'x'],
      ['set', '6', 'x', 1],
    ] as Change[])
      expect(() => tree.apply(change, new Journal()), JSON.stringify(change)).toThrow(ChangeError)
    expect(tree.objects.get('6')?.read('n')).toBe(7)
    expect(tree.objects.get('2')?.attribute('list').value).toEqual(['y', 'z'])
  })

  it('can be asked for one by one, and are the same from then on', () => {
    const { tree } = new World()
    tree.apply(rowsOf(1, 'root', 3, SHAPES[2] as Rows[4]), new Journal())
    expect(tree.objects.size).toBe(16)
    const deep = tree.objects.get('9') as SObject
    expect(deep.parent?.parent).toBe(tree.objects.get('6'))
    expect(deep.read('n')).toBe(1)
    expect(tree.objects.get('6')?.children[0]?.children[1]).toBe(deep.parent?.children[1])
    expect(deep.parent?.children).toContain(deep)
    expect([...tree.objects.values()]).toHaveLength(16)
    expect(tree.objects.size).toBe(16)
    expect(tree.objects.get('09')).toBeUndefined()
    expect(tree.objects.get('16')).toBeUndefined()
  })

  it('are refused as a whole where they do not fit', () => {
    const { tree } = new World()
    const shape: Rows[4] = [
      ['Cell', 0, [], {}],
      ['Cell', 1, ['n'], {}],
    ]
    tree.apply(['rows', '1', 'root', 2, shape, [1, 2]], new Journal())
    const before = dump(tree)
    for (const change of [
      ['rows', '5', '9', 1, shape, [1]],
      ['rows', '5', 'root', 2, shape, [1, 'x']],
      ['rows', '5', 'root', 2, shape, [1]],
      ['rows', '5', 'root', 1, shape, [1, 2]],
      ['rows', '05', 'root', 1, shape, [1]],
      ['rows', '4', 'root', 2, shape, [1, 2]],
      [
        'rows',
        '5',
        'root',
        1,
        [
          ['Cell', 0, [], {}],
          ['Cell', 2, ['n'], {}],
        ],
        [1],
      ],
      ['rows', '5', 'root', 1, [['Cell', 1, ['n'], {}]], [1]],
      [
        'rows',
        '5',
        'root',
        1,
        [
          ['Cell', 0, [], {}],
          ['Cell', 0, ['n'], {}],
        ],
        [1],
      ],
      ['rows', '5', 'root', 1, [['Nothing', 0, ['n'], {}]], [1]],
      ['rows', '5', 'root', 1, [['Cell', 0, ['x'], {}]], [1]],
      ['rows', '5', 'root', 1, [], []],
    ] as unknown as Change[]) {
      expect(() => tree.apply(change, new Journal()), JSON.stringify(change)).toThrow(ChangeError)
      expect(dump(tree)).toEqual(before)
    }
  })
})

/** Whether `top` is the object with this id, or above it. */
function above(tree: Tree, id: string, top: string): boolean {
  for (let at = tree.objects.get(id); at; at = at.parent ?? undefined) if (at.id === top) return true
  return false
}
