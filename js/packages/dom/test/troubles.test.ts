// @vitest-environment happy-dom
/** What a view in a notebook says of what went wrong. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { world } from '../../client/test/helpers.js'
import { Troubles } from '../src/notebook.js'
import { DEFINES } from './helpers.js'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function shown() {
  const it = world()
  it.server.change(
    ...DEFINES,
    ['create', '1', 'Row', 'root', -1, {}],
    ['create', '2', 'Text', '1', -1, {}],
    ['create', '3', 'Text', 'root', -1, {}],
  )
  it.server.settle(it.clock)
  const host = document.createElement('div')
  const troubles = new Troubles(it.client, ['1'], host)
  it.server.effects = () => {
    throw new Error('not today')
  }
  const change = (id: string): void => {
    it.client.object(id).attribute('text').set('x')
    it.server.settle(it.clock)
  }
  return { change, host, troubles }
}

describe('the troubles of a view', () => {
  it('are refusals of what is in it, for a while', () => {
    const { change, host } = shown()
    change('2')
    expect(host.textContent).toBe('Not done: Error: not today')
    vi.advanceTimersByTime(6_000)
    expect([host.textContent, host.className]).toEqual(['', ''])
  })

  it('are not those of what is elsewhere, nor any when it has gone', () => {
    const { change, host, troubles } = shown()
    change('3')
    expect(host.textContent).toBe('')
    change('2')
    troubles.end()
    expect(host.textContent).toBe('')
    change('2')
    expect(host.textContent).toBe('')
  })
})
