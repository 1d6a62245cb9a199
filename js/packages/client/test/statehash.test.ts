import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import type { Change } from '../src/changes.js'
import type { Divergence } from '../src/index.js'
import type { Hashes } from '../src/protocol.js'
import { attributeTexts, canonical, digest, StateHash } from '../src/statehash.js'
import type { Value } from '../src/values.js'
import { applyAll, bareTree, dump, TYPES, type World, world } from './helpers.js'
import { vectors } from './vectors.js'

interface Case {
  readonly note: string
  readonly json: string
  readonly canonical: string
  readonly hash: string
}
const { values, bytes } = vectors('statehash') as {
  readonly values: readonly Case[]
  readonly bytes: readonly { readonly hex: string; readonly canonical: string }[]
}
const NONE: ReadonlySet<string> = new Set()

describe('canonical text', () => {
  it.each(values)('is as in the vectors: $note', ({ json, canonical: text, hash }) => {
    expect(canonical(JSON.parse(json))).toBe(text)
    expect(digest(text)).toBe(hash)
  })
  it.each(bytes)('of bytes is as in the vectors: $hex', ({ hex, canonical: text }) => {
    expect(canonical(new Uint8Array(Buffer.from(hex, 'hex')))).toBe(text)
  })
  it('of minus zero is that of zero', () => expect(canonical(-0)).toBe('0'))
})

/** Answers as the server does, about its own tree. */
async function answer({ server, clock, asked: all = [] }: World & { asked?: string[] }): Promise<void> {
  await vi.dynamicImportSettled() // the first question waits for what compares
  for (let i = 0; i < 10; i++) {
    server.settle(clock)
    const asked = server.received.splice(0).filter((message) => message.type === 'verify')
    if (!asked.length) return
    all.push(...asked.map(({ object }) => object))
    for (const { object: id, parts } of asked) {
      const hashes = new StateHash(server.tree)
      const object = server.tree.objects.get(id)
      const message: Hashes = { type: 'hashes', seq: server.seq, object: id, hash: hashes.of(id, NONE) }
      const attributes = object
        ? [...attributeTexts(object.state.attributes)].map(([name, text]) => [name, digest(text)])
        : []
      const made = object && {
        own: hashes.ownOf(object, NONE),
        attributes: Object.fromEntries(attributes) as { [name: string]: string },
        children: object.children.map((child) => [child.id, hashes.of(child.id, NONE)] as const),
      }
      server.send(server.network.current, parts && made ? { ...message, parts: made } : message)
      server.network.current.deliver()
    }
  }
}

const STATE: readonly Change[] = [
  ['create', '1', 'Item', 'root', -1, { n: 1 }],
  ['create', '2', 'Item', '1', -1, { s: 'two' }],
  ['create', '3', 'Item', '1', -1, { d: { a: 1 } }],
]

describe('a look at the state', () => {
  const start = () => {
    const w = world(STATE)
    const diverged: Divergence[] = []
    w.client.onDiverged((divergence) => diverged.push(divergence))
    /** Something goes wrong in the client. */
    const corrupt = (...changes: Change[]): void => {
      server.silently(() => server.change(...changes))
    }
    const { server } = w
    return { ...w, diverged, corrupt, asked: [] as string[] }
  }

  it('finds nothing where nothing is', async () => {
    const w = start()
    w.client.verify()
    await answer(w)
    expect(w.diverged).toEqual([])
    expect(w.client.repairs).toBe(0)
  })

  it.each<[string, Change[], Partial<Divergence>]>([
    ['one attribute', [['set', '2', 's', 'three']], { object: '2', attribute: 's', path: 'root/1/2.s' }],
    [
      'two attributes',
      [
        ['set', '2', 's', 'x'],
        ['set', '2', 'n', 5],
      ],
      { object: '2', path: 'root/1/2' },
    ],
    ['a key', [['put', '3', 'd', 'b', 2]], { object: '3', attribute: 'd', path: 'root/1/3.d' }],
    [
      'two objects',
      [
        ['set', '2', 's', 'x'],
        ['set', '3', 'n', 5],
      ],
      { object: '1', path: 'root/1' },
    ],
    ['an object too few', [['create', '4', 'Item', '1', 0, {}]], { object: '1', path: 'root/1' }],
    ['an object too many', [['destroy', '2']], { object: '1', path: 'root/1' }],
    ['another order', [['place', '2', '1', 1]], { object: '1', path: 'root/1' }],
    ['another place', [['place', '2', 'root', 0]], { object: 'root', path: 'root' }],
    ['a tag', [['tag', '3', 't']], { object: '3', path: 'root/1/3' }],
    ['an attribute too few', [['attribute', '3', 'x', 'int', 1]], { object: '3', attribute: 'x' }],
  ])('finds %s, tells the server, and repairs it', async (_, changes, place) => {
    const w = start()
    w.corrupt(...changes)
    expect(dump(w.client)).not.toEqual(dump(w.server.tree))
    w.client.verify()
    await answer(w)
    expect(w.diverged).toMatchObject([place])
    expect(w.diverged[0]?.attribute).toBe(place.attribute)
    expect(w.client.repairs).toBe(1)
    w.client.retryNow()
    w.server.network.current.open()
    w.server.settle(w.clock)
    expect(dump(w.client)).toEqual(dump(w.server.tree))
    w.client.verify()
    await answer(w)
    expect(w.client.repairs).toBe(1)
    expect(String(w.errors)).toContain(place.path ?? 'out of step')
  })

  it('is taken by itself a while after a change, and not without one', async () => {
    const w = start()
    const wait = async (seconds: number): Promise<void> => {
      for (let i = 0; i < seconds && !w.diverged.length; i++) {
        w.clock.advance(1_000)
        await answer(w)
      }
    }
    await wait(90)
    const looks = (): number => w.asked.length
    expect(looks()).toBe(1)
    await wait(600)
    expect(looks()).toBe(1)
    w.corrupt(['set', '2', 's', 'three'])
    w.server.change(['set', '3', 'n', 1])
    w.server.settle(w.clock)
    await wait(90)
    expect(w.diverged).toMatchObject([{ path: 'root/1/2.s' }])
  })

  it('waits for what is undecided', async () => {
    const w = start()
    w.client.object('2').attribute('n').set(7)
    w.client.verify()
    await vi.dynamicImportSettled()
    expect(w.server.received.filter(({ type }) => type === 'verify')).toHaveLength(0)
    w.server.settle(w.clock)
    w.clock.advance(1_000)
    await answer(w)
    expect(w.diverged).toEqual([])
  })

  it('follows what is touched', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom('1', '2', '3'), fc.integer()), { maxLength: 8 }),
        (edits) => {
          const tree = bareTree()
          applyAll(tree, [...TYPES, ['create', 'root', 'SObject', null, -1, {}], ...STATE])
          const following = new StateHash(tree)
          for (const [id, n] of edits) {
            following.of('root', NONE)
            applyAll(tree, [['set', id, 'n', n as Value]])
          }
          const former = following.of('root', NONE)
          expect(new StateHash(tree).of('root', NONE)).toBe(former)
        },
      ),
    )
  })
})
