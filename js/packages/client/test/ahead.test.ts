/** Told ahead: nothing of it is there before its transaction comes, and then all of it is, at once. */
import { describe, expect, it } from 'vitest'
import type { Change } from '../src/changes.js'
import type { Dormant } from '../src/dormant.js'
import type { SObject } from '../src/sobject.js'
import { dump, type Rows, world } from './helpers.js'

const rows = (first: number, parent: string, count: number): Rows => [
  'rows',
  `${first}`,
  parent,
  count,
  [
    ['Item', 0, ['n'], {}],
    ['Item', 1, ['s'], { n: 7 }],
  ],
  Array.from({ length: count }, (_, row) => [row, `text ${row}`]).flat(),
]
const PARENT: Change = ['create', '1', 'Item', 'root', -1, {}]

describe('what is told ahead', () => {
  it('is there when its transaction comes, and told once', () => {
    const { server, client, clock } = world([PARENT])
    const before = dump(client)
    const touched: [string, string | null][] = []
    client.onTouched((object, name) => touched.push([object.id, name]))
    server.changeAhead([[rows(2, '1', 3)], [rows(8, '1', 3)]], rows(14, '1', 1), ['set', '3', 's', 'other'])
    for (const connection of server.network.connections) connection.deliver()
    expect(dump(client)).toEqual(before)
    expect(touched).toEqual([])
    server.settle(clock)
    expect(dump(client)).toEqual(dump(server.tree))
    expect(client.object('3').read('s')).toBe('other')
    expect(touched.filter(([id]) => id === '1')).toEqual([['1', null]])
  })

  it('is foreseen where its parent is there', () => {
    const { server, client, clock } = world([PARENT])
    const foreseen: [SObject, Dormant][] = []
    client.onForeseen((parent, dormant) => foreseen.push([parent, dormant]))
    const session = server.sessions.values().next().value
    if (!session?.connection) throw new Error('there is no connection')
    const unknown: Change = ['rows', '40', '1', 1, [['None', 0, [], {}]], []]
    server.send(session.connection, { type: 'ahead', of: 77, changes: [unknown] })
    server.changeAhead([[rows(2, '1', 3), rows(20, '2', 3)]])
    for (const connection of server.network.connections) connection.deliver()
    expect(foreseen.map(([parent, { first, count }]) => [parent.id, first, count])).toEqual([['1', 2, 3]])
    server.settle(clock)
  })

  it('is forgotten when something else is told ahead, or the connection is lost', () => {
    const { server, client, clock, errors } = world([PARENT])
    const session = server.sessions.values().next().value
    if (!session?.connection) throw new Error('there is no connection')
    server.send(session.connection, { type: 'ahead', of: 77, changes: [rows(900, '1', 3)] })
    server.changeAhead([[rows(2, '1', 3)]])
    server.settle(clock)
    expect(dump(client)).toEqual(dump(server.tree))
    server.send(session.connection, { type: 'ahead', of: 2, changes: [rows(900, '1', 3)] })
    for (const connection of server.network.connections) connection.deliver()
    session.connection.close(1006)
    clock.advance(10_000)
    server.network.current.open()
    server.settle(clock)
    // A server that was started again counts from 1 again.
    server.changeAhead([[rows(20, '1', 3)]])
    server.settle(clock)
    expect(dump(client)).toEqual(dump(server.tree))
    expect(errors).toEqual([])
  })

  it.each([
    ['of another transaction', [78, 1]],
    ['more than came', [77, 2]],
  ] as const)('is asked for as a whole if it is %s', (_, ahead) => {
    const { server, client, clock, errors } = world([PARENT])
    const session = server.sessions.values().next().value
    if (!session?.connection) throw new Error('there is no connection')
    server.send(session.connection, { type: 'ahead', of: 77, changes: [rows(2, '1', 3)] })
    server.change(rows(2, '1', 3))
    session.outbox.splice(0, 1, {
      seq: server.seq,
      transaction: { seq: server.seq, ahead, changes: [] },
    })
    server.settle(clock)
    expect(String(errors[0])).toContain('parts of')
    clock.advance(10_000)
    server.network.current.open()
    server.settle(clock)
    expect(dump(client)).toEqual(dump(server.tree))
  })
})
