import { describe, expect, it } from 'vitest'
import type { Person } from '../src/presence.js'
import type { ClientMessage } from '../src/protocol.js'
import { join, world } from './helpers.js'

const ada: Person = { name: 'Ada', color: '#3b82c4', state: {} }
const bob: Person = { name: 'Bob', color: '', state: { at: 1 } }

/** A client and what it said of itself. */
function start() {
  const w = world()
  const { server, client, clock } = w
  const said = (): ClientMessage[] => {
    clock.flush()
    for (const connection of server.network.connections) if (connection.isOpen) server.read(connection)
    return server.received.filter(({ type }) => type === 'present')
  }
  const tell = (people: { [session: string]: Person | null }, all?: true): void => {
    server.send(server.network.current, { type: 'presence', people, ...(all ? { all } : {}) })
    server.network.current.deliver()
  }
  return { ...w, client, said, tell }
}

describe('presence', () => {
  it('is not told before the client says who it is', () => {
    const { said, clock } = start()
    clock.advance(1000)
    expect(said()).toEqual([])
  })

  it('is told once for what is set together, then at most every 50 ms, the latest last', () => {
    const { client, said, clock } = start()
    client.presence.set({ name: 'Ada' })
    client.presence.set({ color: '#3b82c4' })
    clock.advance(0)
    expect(said()).toEqual([{ type: 'present', ...ada }])
    for (let at = 0; at < 100; at++) client.presence.set({ state: { at } })
    clock.advance(49)
    expect(said()).toHaveLength(1)
    clock.advance(1)
    expect(said().slice(1)).toEqual([{ type: 'present', ...ada, state: { at: 99 } }])
    clock.advance(1000)
    expect(said()).toHaveLength(2)
  })

  it('is told again on each connection', () => {
    const { server, client, said, clock } = start()
    client.presence.set(ada)
    clock.advance(100)
    expect(said()).toHaveLength(1)
    server.network.current.close(1006)
    client.presence.set({ state: { at: 2 } })
    client.retryNow()
    server.network.current.open()
    server.settle(clock)
    expect(said().slice(1)).toEqual([{ type: 'present', ...ada, state: { at: 2 } }])
  })

  it('that was set before the client was live is told then', () => {
    const { server, clock, said } = start()
    const { client } = join(server, clock)
    client.presence.set(ada)
    server.settle(clock)
    expect(said()).toEqual([{ type: 'present', ...ada }])
  })

  it('tells who came, changed and left, each once', () => {
    const { client, tell } = start()
    const heard: [string, Person | undefined][] = []
    client.presence.onChange((session, person) => heard.push([session, person]))
    tell({ a: ada, b: bob }, true)
    tell({ b: { ...bob, state: { at: 2 } } })
    tell({ b: { ...bob, state: { at: 2 } } })
    tell({ a: null })
    tell({ c: ada }, true)
    expect(heard).toEqual([
      ['a', ada],
      ['b', bob],
      ['b', { ...bob, state: { at: 2 } }],
      ['a', undefined],
      ['c', ada],
      ['b', undefined],
    ])
    expect([...client.presence.people]).toEqual([['c', ada]])
  })

  it('stays as it was while the connection is broken, and ends with the client', () => {
    const { server, client, tell } = start()
    tell({ a: ada }, true)
    server.network.current.close(1006)
    expect(client.presence.people.size).toBe(1)
    client.close()
    expect(client.presence.people.size).toBe(0)
  })

  it('refuses what the server would refuse', () => {
    const { client } = start()
    expect(() => client.presence.set({ color: 'red' })).toThrow("'red' is no color")
    expect(() => client.presence.set({ name: 'n'.repeat(65) })).toThrow('65 characters')
    expect(() => client.presence.set({ state: { b: [new Uint8Array(1)] } })).toThrow('no bytes')
    expect(client.presence.me).toBeUndefined()
  })
})
