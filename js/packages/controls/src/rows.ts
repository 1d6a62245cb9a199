/**
 * Which rows of a table are in sight, and where they stand in its scroller.
 *
 * - One row has one height, so that a place in the scroller is a place in the table.
 * - Browsers make nothing higher than some 17 million pixels: a table that would be has a scroller of `HIGHEST`, in which a step goes
 *   further in the table.
 */
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

export class Rows {
  readonly #length: number
  readonly #view: number
  readonly #height: number
  readonly #factor: number

  /** @param view the height of what shows rows, in pixels */
  constructor(length: number, view: number) {
    const whole = length * ROW
    this.#length = length
    this.#view = view
    this.#height = Math.min(whole, HIGHEST)
    this.#factor = whole > HIGHEST ? (whole - view) / (HIGHEST - view) : 1
  }

  inSight(scroll: number): Sight {
    const top = this.#topAt(scroll)
    // At the ends of a scroller that is not to scale there is no room for what is around.
    const before = Math.min(AROUND, Math.floor(scroll / ROW))
    const after = Math.min(AROUND, Math.max(0, Math.floor((this.#height - this.#view - scroll) / ROW)))
    const first = Math.max(0, Math.floor(top / ROW) - before)
    const last = Math.min(this.#length, Math.ceil((top + this.#view) / ROW) + after)
    const above = Math.max(0, scroll - top + first * ROW)
    return { first, last, above, below: Math.max(0, this.#height - above - (last - first) * ROW) }
  }

  /** Where to scroll to so that a row is in sight, from `scroll`. */
  reach(row: number, scroll: number): number {
    const top = this.#topAt(scroll)
    if (row * ROW < top) return Math.floor((row * ROW) / this.#factor)
    const beyond = (row + 1) * ROW - this.#view
    return beyond > top ? Math.ceil(beyond / this.#factor) : scroll
  }

  /** The pixel of the whole table that is uppermost. */
  #topAt(scroll: number): number {
    return Math.min(scroll * this.#factor, Math.max(0, this.#length * ROW - this.#view))
  }
}
