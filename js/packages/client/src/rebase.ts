/**
 * Rebase: what becomes of this client's undecided edits by position when others' edits come first.
 *
 * - Only places in texts and lists move; every other change is replayed as it is.
 * - A `set` ends it: what follows it stands on its value, not on what others edited.
 * - What came from the server was first, so at equal places the undecided one goes right.
 */
import type { Change } from './changes.js'
import { cross } from './crossing.js'
import { type ListEdit, transformList } from './lists.js'
import { type TextEdit, transform } from './text.js'

type TextChange = Extract<Change, readonly ['insert_text' | 'delete_text', ...unknown[]]>
type ListChange = Extract<Change, readonly ['insert' | 'pop' | 'move' | 'replace', ...unknown[]]>
type Positional = TextChange | ListChange

/** The attributes that these changes edit by position, as `id name`. */
export const editedPlaces = (changes: readonly Change[]): readonly string[] =>
  changes.filter(isPositional).map(keyOf)

/** The attributes that these changes edit or set, as `id name`: an edit by position must wait for these to be decided. */
export const writtenPlaces = (changes: readonly Change[]): readonly string[] =>
  changes.filter((change) => isPositional(change) || change[0] === 'set').map(keyOf)

/**
 * Moves the undecided actions, oldest first, past what the server did.
 * @returns the actions as they are to be replayed on top of it
 */
export function rebase(
  actions: readonly (readonly Change[])[],
  done: readonly Change[],
): readonly (readonly Change[])[] {
  const theirs = new Map<string, readonly Positional[]>()
  for (const change of done) {
    if (change[0] === 'set') theirs.delete(keyOf(change))
    else if (isPositional(change)) theirs.set(keyOf(change), [...(theirs.get(keyOf(change)) ?? []), change])
  }
  if (theirs.size === 0) return actions
  return actions.map((action) => rebaseOne(action, theirs))
}

function rebaseOne(action: readonly Change[], theirs: Map<string, readonly Positional[]>): readonly Change[] {
  const result: Change[] = []
  for (const change of action) {
    if (change[0] === 'set') theirs.delete(keyOf(change))
    const others = isPositional(change) ? theirs.get(keyOf(change)) : undefined
    if (!others || !isPositional(change)) {
      result.push(change)
      continue
    }
    const [mine, left] = cross(transformChange, [change], others, false)
    theirs.set(keyOf(change), left)
    result.push(...mine)
  }
  return result
}

function transformChange(a: Positional, b: Positional, aFirst: boolean): readonly Positional[] {
  if (isText(a)) {
    // A text stays a text: an edit of a list under the same name can only be the server's mistake, and moves nothing.
    if (!isText(b)) return [a]
    return transform(textEdit(a), textEdit(b), aFirst).map((edit) => textChange(edit, a[1], a[2]))
  }
  if (isText(b)) return [a]
  const edit = transformList(listEdit(a), listEdit(b), aFirst)
  return edit ? [listChange(edit, a)] : []
}

const isText = (change: Change): change is TextChange =>
  change[0] === 'insert_text' || change[0] === 'delete_text'

const POSITIONAL = ['insert_text', 'delete_text', 'insert', 'pop', 'move', 'replace']
export const isPositional = (change: Change): change is Positional => POSITIONAL.includes(change[0])

const keyOf = (change: Change): string => `${change[1]} ${change[2]}`

const textEdit = (change: TextChange): TextEdit =>
  change[0] === 'insert_text'
    ? { kind: 'insert', position: change[3], text: change[4] }
    : { kind: 'delete', position: change[3], length: change[4] }

/** An edit of a text as a change of the attribute `name` of the object `id`. */
export const textChange = (edit: TextEdit, id: string, name: string): TextChange =>
  edit.kind === 'insert'
    ? ['insert_text', id, name, edit.position, edit.text]
    : ['delete_text', id, name, edit.position, edit.length]

const listEdit = (change: ListChange): ListEdit =>
  change[0] === 'move'
    ? { kind: 'move', index: change[3], to: change[4] }
    : { kind: change[0], index: change[3] }

function listChange(edit: ListEdit, change: ListChange): ListChange {
  const [kind, id, name] = change
  if (kind === 'pop') return [kind, id, name, edit.index]
  if (kind === 'move') return [kind, id, name, edit.index, edit.kind === 'move' ? edit.to : change[4]]
  return [kind, id, name, edit.index, change[4]]
}

/** What takes edits by position back, as far as places go: what was deleted comes back as something of that length. */
export function placeInverse(changes: readonly Change[]): readonly Change[] {
  return changes.filter(isPositional).flatMap(inverseOf).reverse()
}

function inverseOf(change: Positional): readonly Positional[] {
  const [kind, id, name] = change
  switch (kind) {
    case 'insert_text':
      return [['delete_text', id, name, change[3], change[4].length]]
    case 'delete_text':
      return [['insert_text', id, name, change[3], '?'.repeat(change[4])]]
    case 'insert':
      // Inserted at the end: nothing before it moves when it goes.
      return change[3] < 0 ? [] : [['pop', id, name, change[3]]]
    case 'pop':
      return [['insert', id, name, change[3], null]]
    case 'move':
      return change[4] < 0 ? [] : [['move', id, name, change[4], change[3]]]
    case 'replace':
      return []
  }
}

/** The edits by position among changes. */
export const placeEdits = (changes: readonly Change[]): readonly Change[] => changes.filter(isPositional)
