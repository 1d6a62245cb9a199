import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cross } from '../src/crossing.js'
import { type ListEdit, transformList } from '../src/lists.js'
import { applyEdit, difference, differences, isPosition, type TextEdit, transformAll } from '../src/text.js'
import { vectors } from './vectors.js'

type Wire = ['insert', number, string] | ['delete', number, number]
interface Case {
  readonly before: string
  readonly a: Wire[]
  readonly b: Wire[]
  readonly result: string
}
const edit = (wire: Wire): TextEdit =>
  wire[0] === 'insert'
    ? { kind: 'insert', position: wire[1], text: wire[2] }
    : { kind: 'delete', position: wire[1], length: wire[2] }
const run = (text: string, edits: readonly TextEdit[]): string => edits.reduce(applyEdit, text)

describe('text', () => {
  it.each(vectors('text') as Case[])('$name', ({ before, a, b, result }) => {
    const [first, second] = [a.map(edit), b.map(edit)]
    const [moved, others] = transformAll(second, first, false)
    expect(run(run(before, first), moved)).toBe(result)
    // The client that made b gets there on the other way round.
    expect(run(run(before, second), others)).toBe(result)
  })

  const edits = (text: string): fc.Arbitrary<readonly TextEdit[]> =>
    fc
      .array(fc.tuple(fc.boolean(), fc.nat(99), fc.nat(99), fc.string({ minLength: 1, maxLength: 3 })), {
        maxLength: 4,
      })
      .map((numbers) => {
        let length = text.length
        return numbers.map(([inserts, at, count, inserted]): TextEdit => {
          const position = at % (length + 1)
          if (inserts || position === length) {
            length += inserted.length
            return { kind: 'insert', position, text: inserted }
          }
          const removed = 1 + (count % (length - position))
          length -= removed
          return { kind: 'delete', position, length: removed }
        })
      })

  it('comes to the same on both ways, for any two sequences of edits', () => {
    const pair = fc
      .string({ maxLength: 12 })
      .chain((text) => fc.tuple(fc.constant(text), edits(text), edits(text)))
    fc.assert(
      fc.property(pair, fc.boolean(), ([text, a, b], first) => {
        const [a2, b2] = transformAll(a, b, first)
        expect(run(run(text, b), a2)).toBe(run(run(text, a), b2))
      }),
      { numRuns: 2000 },
    )
  })

  it('a deletion never eats what was inserted meanwhile', () => {
    const pair = fc
      .string({ minLength: 2, maxLength: 12 })
      .chain((text) => fc.tuple(fc.constant(text), fc.nat(text.length), fc.nat(text.length - 1), fc.nat(99)))
    fc.assert(
      fc.property(pair, ([text, at, from, count]) => {
        const inserted: TextEdit = { kind: 'insert', position: at, text: '☃☃' }
        const deleted: TextEdit = {
          kind: 'delete',
          position: from,
          length: 1 + (count % (text.length - from)),
        }
        const [moved] = transformAll([deleted], [inserted], false)
        expect(run(run(text, [inserted]), moved)).toContain('☃☃')
      }),
    )
  })

  it('the difference of two texts leads from one to the other, and splits no surrogate pair', () => {
    const text = fc
      .array(fc.constantFrom('a', 'b', '😀', '😁', 'é'), { maxLength: 6 })
      .map((parts) => parts.join(''))
    fc.assert(
      fc.property(text, text, (from, to) => {
        const edits = difference(from, to)
        expect(run(from, edits)).toBe(to)
        for (const { position } of edits) expect(isPosition(from, position)).toBe(true)
      }),
      { numRuns: 500 },
    )
  })
})

describe('differences', () => {
  it('lead from one text to any other', () => {
    const text = fc
      .array(fc.constantFrom('a', 'b', 'c', 'abc', 'bca', '😀', '😁', 'e\u0301'), { maxLength: 30 })
      .map((parts) => parts.join(''))
    fc.assert(
      fc.property(text, text, (from, to) => {
        expect(run(from, differences(from, to))).toBe(to)
      }),
    )
  })

  it('leave what the two share', () => {
    const edits = differences('one two three', 'zero one two and three!')
    expect(edits.every(({ kind }) => kind === 'insert')).toBe(true)
    expect(differences('same', 'same')).toEqual([])
  })

  it('of long texts take a moment', () => {
    const [from, to] = ['a'.repeat(50_000), `${'b'.repeat(50_000)}a`]
    const start = performance.now()
    expect(run(from, differences(from, to))).toBe(to)
    expect(performance.now() - start).toBeLessThan(1_000)
  })
})

describe('lists', () => {
  const apply = (items: readonly string[], edit: ListEdit & { item?: string }): readonly string[] => {
    const next = items.slice()
    if (edit.kind === 'insert') next.splice(edit.index, 0, edit.item ?? 'new')
    else if (edit.kind === 'pop') next.splice(edit.index, 1)
    else if (edit.kind === 'move') next.splice(edit.to, 0, ...next.splice(edit.index, 1))
    return next
  }
  const one = (a: ListEdit, b: ListEdit, first: boolean): readonly ListEdit[] => {
    const edit = transformList(a, b, first)
    return edit ? [edit] : []
  }

  it('inserting and popping at the same time comes to the same on both ways', () => {
    const items = ['a', 'b', 'c', 'd']
    const edit = (name: string): fc.Arbitrary<ListEdit> =>
      fc
        .tuple(fc.boolean(), fc.nat(3))
        .map(([inserts, index]) =>
          inserts ? { kind: 'insert' as const, index, item: name } : { kind: 'pop' as const, index },
        )
    fc.assert(
      fc.property(edit('x'), edit('y'), fc.boolean(), (a, b, first) => {
        const [[a2], [b2]] = [one(a, b, first), one(b, a, !first)]
        const left = [b, ...(a2 ? [a2] : [])].reduce(apply, items)
        const right = [a, ...(b2 ? [b2] : [])].reduce(apply, items)
        expect(left).toEqual(right)
      }),
    )
  })

  it.each<[string, ListEdit, ListEdit, ListEdit | undefined]>([
    [
      'a pop follows its item past an insertion',
      { kind: 'pop', index: 2 },
      { kind: 'insert', index: 0 },
      { kind: 'pop', index: 3 },
    ],
    ['a pop of what is gone is nothing', { kind: 'pop', index: 2 }, { kind: 'pop', index: 2 }, undefined],
    [
      'a pop follows an item that was moved',
      { kind: 'pop', index: 0 },
      { kind: 'move', index: 0, to: 2 },
      { kind: 'pop', index: 2 },
    ],
    [
      'a replacement moves nothing',
      { kind: 'pop', index: 1 },
      { kind: 'replace', index: 0 },
      { kind: 'pop', index: 1 },
    ],
    [
      'the end stays the end',
      { kind: 'insert', index: -1 },
      { kind: 'insert', index: 0 },
      { kind: 'insert', index: -1 },
    ],
    [
      'a move follows item and gap',
      { kind: 'move', index: 0, to: 2 },
      { kind: 'insert', index: 1 },
      { kind: 'move', index: 0, to: 3 },
    ],
    [
      'a move of what is gone is nothing',
      { kind: 'move', index: 1, to: 0 },
      { kind: 'pop', index: 1 },
      undefined,
    ],
  ])('%s', (_, a, b, expected) => {
    expect(transformList(a, b, false)).toEqual(expected)
    expect(cross(one, [a], [b], false)[0]).toEqual(expected ? [expected] : [])
  })
})
