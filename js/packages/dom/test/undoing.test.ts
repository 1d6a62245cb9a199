// @vitest-environment happy-dom
import { describe, expect, it } from 'vitest'
import { world } from '../../client/test/helpers.js'
import { notTakenBack, stepOf } from '../src/undoing.js'

describe('the keys of undo', () => {
  const step = (key: string, held: KeyboardEventInit) =>
    stepOf(new KeyboardEvent('keydown', { key, ...held }))

  it('are those that people know', () => {
    expect(step('z', { ctrlKey: true })).toBe('undo')
    expect(step('z', { metaKey: true })).toBe('undo')
    expect(step('Z', { ctrlKey: true, shiftKey: true })).toBe('redo')
    expect(step('y', { ctrlKey: true })).toBe('redo')
  })

  it('are no others', () => {
    expect(step('z', {})).toBeUndefined()
    expect(step('z', { ctrlKey: true, altKey: true })).toBeUndefined()
    expect(step('y', { metaKey: true })).toBeUndefined()
    expect(step('s', { ctrlKey: true })).toBeUndefined()
  })
})

describe('a part of an undo that was left', () => {
  it('is told in words', () => {
    const { client } = world([['create', '1', 'Item', 'root', -1, {}]])
    const reason = 'it was changed since'
    expect(notTakenBack(client, { object: '1', attribute: 'n', reason })).toBe(
      'Left as it is: n of Item; it was changed since',
    )
    expect(notTakenBack(client, { object: '9', attribute: null, reason })).toBe(
      'Left as it is: an object that is gone; it was changed since',
    )
  })
})
