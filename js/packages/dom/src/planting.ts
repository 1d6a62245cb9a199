/**
 * Planting: the elements of what is dormant (the client's dormant.ts), made straight from its values, without objects or views.
 *
 * - What the objects of a row have in common is looked up and checked once: which elements they are, and what each shows.
 * - Only for elements that show and do nothing else; where one listens or holds what a person enters, views are made.
 * - The view of an object that wakes up takes over the element as it stands (`ElementView.adopt`).
 */
import type { Dormant, SObject, Value } from '@objectsync/client'
import type { Named, Stage } from './stage.js'

/** How the elements of objects are made that have a type and the names of their values in common. */
export interface Seed {
  readonly namespace: string | undefined
  readonly tag: string
  /** Which of the values is the text; -1 where it is `fixed`. */
  readonly text: number
  readonly fixed: string
  /** Shows all the rest, from the values that begin at `from`. */
  readonly finish:
    | ((element: Element, values: readonly Value[], from: number, stage: Stage, who: Named) => void)
    | undefined
}

export class Plan {
  readonly #dormant: Dormant
  /** Of each place in a row but its top's; undefined where one of them needs views. */
  readonly #seeds: readonly Seed[] | undefined
  /** The elements of one row, by the place in it. */
  readonly #row: Element[] = []

  /** @param seeds of each place in a row but its top's */
  constructor(dormant: Dormant, seeds: readonly (Seed | undefined)[]) {
    this.#dormant = dormant
    if (seeds.every((seed) => seed !== undefined)) this.#seeds = seeds
  }

  /** Puts the elements of all that is below the top of a row into its own (benchmarks/dom, "create"). @returns whether it is one */
  plant(stage: Stage, top: SObject, into: Element): boolean {
    const { pattern, first, values } = this.#dormant
    const { above, starts, width, stride } = pattern
    const place = Number(top.id) - first
    const seeds = this.#seeds
    if (place % width || !seeds) return false
    const begin = (place / width) * stride
    const elements = this.#row
    const { document } = stage
    elements[0] = into
    for (let part = 1; part < width; part++) {
      const { namespace, tag, text, fixed, finish } = seeds[part - 1] as Seed
      const from = begin + (starts[part] as number)
      const element = namespace ? document.createElementNS(namespace, tag) : document.createElement(tag)
      const shown = text < 0 ? fixed : (values[from + text] as string)
      if (shown) element.textContent = shown
      finish?.(element, values, from, stage, `${pattern.kinds[part]?.type}(${first + place + part})`)
      elements[part] = element
      elements[above[part] as number]?.appendChild(element)
    }
    return true
  }

  /** Shows another value where one was planted. @returns whether it is one that can be shown so */
  follow(element: Element | null, part: number, at: number, value: Value): boolean {
    if (this.#seeds?.[part - 1]?.text !== at) return false
    const first = element?.firstChild
    if (first?.nodeType === 3) (first as Text).data = value as string
    // Somebody's script may have taken it away.
    else if (element) showText(element, value as string, false)
    return true
  }
}

/** The text has a node of its own before the children, so that they can stand beside it. @returns whether there is one now */
export function showText(element: Element, text: string, hasText: boolean): boolean {
  const first = element.firstChild as Text | null
  if (hasText && first) {
    if (first.data !== text) first.data = text
  } else if (text) {
    if (first) element.prepend(text)
    else element.textContent = text
    return true
  }
  return hasText
}
