import { describe, expect, it } from 'vitest'
import type { Change } from '../src/changes.js'
import type { Client } from '../src/client.js'
import type { Frame } from '../src/frames.js'
import { decodeClient } from '../src/peer.js'
import type { ServerMessage } from '../src/protocol.js'
import type { StringTopic } from '../src/topics.js'
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

  it('says nothing but hello before it is welcome', () => {
    const { server, client, clock } = world()
    const { network } = server
    network.current.close(1006)
    client.retryNow()
    network.current.open()
    client.subscribe([{ root: '8' }])
    clock.flush()
    expect(network.current.toServer).toHaveLength(1)
    server.settle(clock)
    expect(server.received.slice(-2)).toMatchObject([
      { type: 'hello' },
      { type: 'subscribe', scopes: [{ root: '8' }] },
    ])
  })

  const update = ({ server, client }: ReturnType<typeof world>, ...changes: Change[]): void => {
    const { seq } = client
    server.send(server.network.current, {
      type: 'update',
      prev: seq,
      seq,
      transactions: [{ seq: seq + 1, changes }],
    })
    server.network.current.deliver()
  }
  const text = (client: Client): StringTopic => client.object('1').attribute('s') as unknown as StringTopic

  it.each<[string, Change]>([
    ['alone', ['create', '1', 'Item', 'root', -1, { s: 'oh hello' }]],
    ['with others', ['creates', '1', [['Item', ['s']]], [0, 'root', 'oh hello']]],
    ['in a table', ['rows', '1', 'root', 1, [['Item', 0, ['s'], {}]], ['oh hello']]],
  ])('moves an edit past what was done out of sight, also of what comes back %s', (_, back) => {
    const w = world([['create', '1', 'Item', 'root', -1, {}]])
    w.client.root?.addTag('undecided') // so that the next one waits its turn
    text(w.client).insert(5, '!')
    update(w, ['destroy', '1'])
    update(w, back)
    expect(text(w.client).value).toBe('oh hello!')
    w.clock.flush()
    w.server.network.current.take()
    expect(decodeClient(w.server.network.current.take() as Frame)).toMatchObject({
      changes: [['insert_text', '1', 's', 8, '!']],
    })
  })

  it('refuses an edit of what is out of sight before it could be sent', async () => {
    const w = world([
      ['create', '1', 'Item', 'root', -1, {}],
      ['create', '2', 'Item', 'root', -1, {}],
    ])
    w.client.root?.addTag('undecided')
    const edit = w.client.propose(() => text(w.client).insert(5, '!'))
    const other = w.client.propose(() => w.client.object('2').addTag('t'))
    update(w, ['destroy', '1'])
    w.server.settle(w.clock)
    expect(await edit).toMatchObject({ applied: false, code: 'unknown_object' })
    expect(await other).toEqual({ applied: true })
    expect(w.server.received.filter(({ type }) => type === 'action')).toMatchObject([
      { cseq: 1 },
      { cseq: 2, changes: [['tag', '2', 't']] },
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
