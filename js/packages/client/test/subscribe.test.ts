import { describe, expect, it } from 'vitest'
import type { ServerMessage } from '../src/protocol.js'
import { dump, join, world } from './helpers.js'

describe('a client that sees a part', () => {
  it('says which in each hello, and when that changes', () => {
    const w = world()
    const { client } = join(w.server, w.clock, { scopes: [{ root: '7' }] })
    w.server.settle(w.clock)
    client.subscribe([{ root: '8', depth: 1, tags: ['t'] }])
    w.server.settle(w.clock)
    w.server.network.current.close(1006)
    client.retryNow()
    w.server.network.current.open()
    w.server.settle(w.clock)
    client.subscribe(undefined)
    w.server.settle(w.clock)
    const said = w.server.received.filter((m) => m.type === 'hello' || m.type === 'subscribe').slice(1)
    expect(said.map((m) => [m.type, m.scopes])).toEqual([
      ['hello', [{ root: '7' }]],
      ['subscribe', [{ root: '8', depth: 1, tags: ['t'] }]],
      ['hello', [{ root: '8', depth: 1, tags: ['t'] }]],
      ['subscribe', null],
    ])
  })

  it('takes an update that ends where it began', () => {
    const { server, client, clock } = world([['create', '1', 'Item', 'root', -1, {}]])
    server.change(['set', '1', 'n', 1])
    server.settle(clock)
    const { seq } = client
    const message: ServerMessage = {
      type: 'update',
      prev: seq,
      seq,
      transactions: [{ seq, changes: [['destroy', '1']] }],
    }
    server.send(server.network.current, message)
    server.network.current.deliver()
    expect([...client.objects.keys()]).toEqual(['root'])
    expect(client.seq).toBe(seq)
    expect(client.status.state).toBe('live')
    expect(dump(client)).not.toBeNull()
  })
})
