import { describe, expect, it } from 'vitest'
import { ROW, Rows, rowHeight } from '../src/rows.js'

const VIEW = 300

/** The rows that can be seen: the first that begins in sight, and the last that ends there. */
function seen(length: number, scroll: number): [number, number] {
  const { first, last, above } = new Rows(length, VIEW).inSight(scroll)
  const inside = Array.from({ length: last - first }, (_, i) => above + i * ROW - scroll)
  return [
    first + inside.findIndex((top) => top >= 0),
    first + inside.findLastIndex((top) => top + ROW <= VIEW),
  ]
}

describe('rows in sight', () => {
  it('are those at the scroll, with some around them', () => {
    expect(new Rows(1000, VIEW).inSight(0)).toEqual({ first: 0, last: 18, above: 0, below: 982 * ROW })
    expect(new Rows(1000, VIEW).inSight(3000)).toEqual({
      first: 92,
      last: 118,
      above: 2760,
      below: 882 * ROW,
    })
    expect(new Rows(1000, VIEW).inSight(29_700).last).toBe(1000)
    expect(new Rows(3, VIEW).inSight(0)).toEqual({ first: 0, last: 3, above: 0, below: 0 })
    expect(new Rows(0, VIEW).inSight(0)).toEqual({ first: 0, last: 0, above: 0, below: 0 })
  })

  it('are fewer where rows are higher', () => {
    expect([10, 15, 15.2, 30, Number.NaN].map(rowHeight)).toEqual([30, 30, 31, 60, 30])
    expect(new Rows(1000, VIEW, 60).inSight(6000)).toEqual({
      first: 92,
      last: 113,
      above: 5520,
      below: 53_220,
    })
  })

  it.each([10, 333_334, 1_200_000, 20_000_000])('can all be reached: of %i', (length) => {
    const rows = new Rows(length, VIEW)
    let scroll = 0
    const places = [0, 1, 9, 10, 11, 500, length / 2, length - 12, length - 2, length - 1, length - 11, 30, 0]
    for (const row of places.map(Math.floor).filter((place) => place >= 0 && place < length)) {
      scroll = rows.reach(row, scroll)
      const [first, last] = seen(length, scroll)
      expect(first).toBeLessThanOrEqual(row)
      expect(last).toBeGreaterThanOrEqual(row)
    }
  })

  it('fill the view and keep the height of the scroller, wherever it is', () => {
    for (const length of [333_333, 1_200_000, 20_000_000])
      for (const scroll of [
        0, 1, 7, 29, 240, 1000, 4_000_000.5, 9_999_000, 9_999_690, 9_999_699, 9_999_700,
      ]) {
        const { first, last, above, below } = new Rows(length, VIEW).inSight(scroll)
        expect(above).toBeLessThanOrEqual(scroll)
        expect(above + (last - first) * ROW).toBeGreaterThanOrEqual(
          scroll + Math.min(VIEW, length * ROW - scroll),
        )
        expect(
          Math.abs(above + (last - first) * ROW + below - Math.min(length * ROW, 10_000_000)),
        ).toBeLessThan(ROW)
        expect(last - first).toBeLessThan(30)
      }
  })
})
