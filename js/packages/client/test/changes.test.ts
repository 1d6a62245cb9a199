import { describe, expect, it } from 'vitest'
import type { Change } from '../src/changes.js'
import { ChangeError } from '../src/errors.js'
import { Journal } from '../src/journal.js'
import { applyAll, bareTree, dump } from './helpers.js'
import { vectors } from './vectors.js'

interface Case {
  readonly name: string
  readonly types: { readonly [type: string]: readonly [string, never] }
  readonly before: readonly Change[]
  readonly change: readonly Change[]
  readonly after: { readonly root: unknown }
}

const build = ({ types, before }: Case) => {
  const tree = bareTree()
  const defines = Object.entries(types).map(
    ([type, [frontend, attributes]]): Change => ['define', type, frontend, attributes],
  )
  applyAll(tree, [...defines, ...before])
  return tree
}

describe('changes', () => {
  it.each((vectors('changes') as Case[]).map((c) => [c.name, c] as const))('%s', (_, c) => {
    const tree = build(c)
    const before = dump(tree)
    const inverse = applyAll(tree, c.change)
    expect(dump(tree)).toEqual(c.after.root)
    tree.undo(inverse, new Journal())
    expect(dump(tree)).toEqual(before)
  })

  const start = (vectors('changes') as Case[])[0] as Case
  it.each<[string, Change, string]>([
    ['an object there is not', ['set', '9', 'n', 1], 'unknown_object'],
    ['an attribute there is not', ['set', '1', 'x', 1], 'unknown_attribute'],
    ['a value of another type', ['set', '1', 'n', 'x'], 'invalid_value'],
    ['half a whole number', ['add', '1', 'n', 0.5], 'invalid_value'],
    ['a change of another kind of topic', ['add', '1', 's', 1], 'invalid_change'],
    ['setting an event', ['set', '1', 'e', null], 'invalid_change'],
    ['emitting what is no event', ['emit', '1', 'n', {}], 'invalid_change'],
    ['a place behind the text', ['insert_text', '1', 's', 6, 'x'], 'invalid_position'],
    ['deleting more than there is', ['delete_text', '1', 's', 4, 2], 'invalid_position'],
    ['an index behind the list', ['insert', '1', 'l', 1, 'x'], 'invalid_position'],
    ['popping an empty list', ['pop', '1', 'l', 0], 'invalid_position'],
    ['removing what is not in the set', ['remove', '1', 't', 'x'], 'invalid_value'],
    ['dropping a key there is not', ['drop', '1', 'd', 'toString'], 'invalid_value'],
    ['an id that is taken', ['create', '1', 'Item', 'root', -1, {}], 'already_exists'],
    ['a type there is not', ['create', '9', 'Nothing', 'root', -1, {}], 'invalid_change'],
    ['a parent there is not', ['create', '9', 'Item', '8', -1, {}], 'unknown_object'],
    ['an attribute the type has not', ['create', '9', 'Item', 'root', -1, { x: 1 }], 'unknown_attribute'],
    ['a value that does not fit', ['create', '9', 'Item', 'root', -1, { n: 'x' }], 'invalid_value'],
    ['a place behind the children', ['create', '9', 'Item', 'root', 5, {}], 'invalid_position'],
    ['destroying the root', ['destroy', 'root'], 'invalid_change'],
    ['placing an object below itself', ['place', '1', '1', -1], 'invalid_change'],
    ['dropping a declared attribute', ['drop_attribute', '1', 'n'], 'invalid_change'],
    ['an attribute twice', ['attribute', '1', 'n', 'int', 0], 'already_exists'],
    ['a tag there is not', ['untag', '1', 'x'], 'invalid_value'],
  ])('refuses %s and changes nothing', (_, change, code) => {
    const tree = build(start)
    const before = dump(tree)
    let error: unknown
    try {
      applyAll(tree, [change])
    } catch (thrown) {
      error = thrown
    }
    expect(error).toBeInstanceOf(ChangeError)
    expect((error as ChangeError).code).toBe(code)
    expect(dump(tree)).toEqual(before)
  })

  it('refuses a place inside a surrogate pair', () => {
    const tree = build(start)
    applyAll(tree, [['set', '1', 's', 'a😀b']])
    expect(() => applyAll(tree, [['insert_text', '1', 's', 2, 'x']])).toThrow(ChangeError)
    expect(() => applyAll(tree, [['delete_text', '1', 's', 1, 1]])).toThrow(ChangeError)
    expect(tree.cell('1', 's').topic.value).toBe('a😀b')
  })
})
