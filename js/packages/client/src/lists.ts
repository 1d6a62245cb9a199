/**
 * Lists: what becomes of an edit by index when another edit was applied first.
 *
 * - An index means the item that was there when the edit was made, or the gap before it for an insertion; -1 is the end and stays so.
 * - An edit of an item that is gone is gone too. Two insertions in one gap: the one the server had first stays first.
 * - Everything here is pure; text.ts is the same for text.
 */

export type ListEdit =
  | { readonly kind: 'insert'; readonly index: number }
  | { readonly kind: 'pop'; readonly index: number }
  | { readonly kind: 'move'; readonly index: number; readonly to: number }
  | { readonly kind: 'replace'; readonly index: number }

/** Edit `a`, made without knowing of `b`, as it has to be made after `b`; undefined when nothing is left of it. */
export function transformList(a: ListEdit, b: ListEdit, aFirst: boolean): ListEdit | undefined {
  if (b.kind === 'replace') {
    // Of two replacements of one item, the later one stands.
    return a.kind === 'replace' && a.index === b.index && aFirst ? undefined : a
  }
  if (b.kind === 'move' && b.index === b.to) return a
  if (a.kind === 'move' && a.index === a.to) return undefined
  if (a.kind === 'insert') return a.index < 0 ? a : { ...a, index: gapAfter(a.index, b, aFirst) }
  const index = itemAfter(a.index, b)
  if (index === undefined) return undefined
  if (a.kind !== 'move') return { ...a, index }
  if (b.kind === 'move' && b.index === a.index && aFirst) return undefined
  if (a.to < 0) return { ...a, index }
  // `to` counts without the item; among all items it names a gap, which is followed and counted back.
  const gap = gapAfter(a.to <= a.index ? a.to : a.to + 1, b, aFirst)
  return { ...a, index, to: gap <= index ? gap : gap - 1 }
}

type Shifting = Exclude<ListEdit, { kind: 'replace' }>

/** Where an item is after `b`; undefined when `b` took it. */
function itemAfter(item: number, b: Shifting): number | undefined {
  if (b.kind === 'insert') return b.index >= 0 && b.index <= item ? item + 1 : item
  if (b.index === item) return b.kind === 'move' ? b.to : undefined
  const closed = b.index < item ? item - 1 : item
  return b.kind === 'move' && b.to >= 0 && b.to <= closed ? closed + 1 : closed
}

/** Where the gap before an item is after `b`. */
function gapAfter(gap: number, b: Shifting, first: boolean): number {
  if (b.kind === 'insert') {
    const stays = b.index < 0 || gap < b.index || (gap === b.index && first)
    return stays ? gap : gap + 1
  }
  const closed = b.index < gap ? gap - 1 : gap
  const pushed = b.kind === 'move' && b.to >= 0 && (b.to < closed || (b.to === closed && !first))
  return pushed ? closed + 1 : closed
}
