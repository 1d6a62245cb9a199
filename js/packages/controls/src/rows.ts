/**
 * Which rows of a table are in sight, and where they stand in its scroller.
 *
 * - One row has one height, so that a place in the scroller is a place in the table. It goes with the size of the letters.
 * - Browsers make nothing higher than some 17 million pixels: a table that would be has a scroller of `HIGHEST`, in which a step goes
 *   further in the table.
 */
/** How high a row is where letters have their usual size, or less. */
export const ROW = 30
const AROUND = 8
const HIGHEST = 10_000_000

export interface Sight {
  readonly first: number
  /** The one after the last. */
  readonly last: number
  /** Pixels of the scroller that are left empty above and below them. */
  readonly above: number
  readonly below: number
}

/** How high a row is, in whole pixels, with letters of this size. */
export function rowHeight(letters: number): number {
  return Math.max(ROW, Math.ceil(2 * letters) || 0)
}

export class Rows {
  readonly #length: number
  readonly #view: number
  readonly #row: number
  readonly #height: number
  readonly #factor: number

  /**
   * @param view the height of what shows rows, in pixels
   * @param row the height of one
   */
  constructor(length: number, view: number, row: number = ROW) {
    const whole = length * row
    this.#length = length
    this.#view = view
    this.#row = row
    this.#height = Math.min(whole, HIGHEST)
    this.#factor = whole > HIGHEST ? (whole - view) / (HIGHEST - view) : 1
  }

  inSight(scroll: number): Sight {
    const top = this.#topAt(scroll)
    // At the ends of a scroller that is not to scale there is no room for what is around.
    const before = Math.min(AROUND, Math.floor(scroll / this.#row))
    const after = Math.min(AROUND, Math.max(0, Math.floor((this.#height - this.#view - scroll) / this.#row)))
    const first = Math.max(0, Math.floor(top / this.#row) - before)
    const last = Math.min(this.#length, Math.ceil((top + this.#view) / this.#row) + after)
    const above = Math.max(0, scroll - top + first * this.#row)
    return { first, last, above, below: Math.max(0, this.#height - above - (last - first) * this.#row) }
  }

  /** Where to scroll to so that a row is in sight, from `scroll`. */
  reach(row: number, scroll: number): number {
    const top = this.#topAt(scroll)
    if (row * this.#row < top) return Math.floor((row * this.#row) / this.#factor)
    const beyond = (row + 1) * this.#row - this.#view
    return beyond > top ? Math.ceil(beyond / this.#factor) : scroll
  }

  /** The pixel of the whole table that is uppermost. */
  #topAt(scroll: number): number {
    return Math.min(scroll * this.#factor, Math.max(0, this.#length * this.#row - this.#view))
  }
}
