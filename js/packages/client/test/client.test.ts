import { describe, expect, it } from 'vitest'
import type { Change } from '../src/changes.js'
import { CallError, LocalError } from '../src/errors.js'
import type { Rejection } from '../src/replica.js'
import { dump, FakeClock, join, ModelServer, world } from './helpers.js'

const ITEM: readonly Change[] = [
  ['create', '1', 'Item', 'root', -1, { n: 1 }],
  ['create', '2', 'Item', 'root', -1, {}],
]

describe('a client', () => {
  it('speaks first, and is live with the whole state once the last page has come', () => {
    const server = new ModelServer(ITEM)
    const clock = new FakeClock()
    const { client } = join(server, clock)
    expect(client.status).toEqual({ state: 'connecting' })
    server.read(server.network.current)
    expect(server.received[0]).toMatchObject({ type: 'hello', protocol: 2, attempt: 1 })
    server.network.current.deliver(2)
    expect(client.root).toBeNull()
    server.network.current.deliver()
    expect(client.status).toEqual({ state: 'live' })
    expect(client.object('1').attribute('n').value).toBe(1)
    expect(dump(client)).toEqual(dump(server.tree))
  })

  it('shows its own change at once and keeps it, without a jump, when it is acknowledged', () => {
    const { server, clock, client } = world(ITEM)
    const n = client.object('1').attribute('n')
    const seen: number[] = []
    n.onSet((value: number) => seen.push(value))
    n.add(4)
    expect(n.value).toBe(5)
    expect(client.pendingCount).toBe(1)
    server.settle(clock)
    expect(client.pendingCount).toBe(0)
    expect(seen).toEqual([5])
    expect(server.tree.cell('1', 'n').topic.value).toBe(5)
  })

  it('takes a rejected change back and says why', () => {
    const { server, clock, client } = world(ITEM)
    const rejections: Rejection[] = []
    client.onRejected((rejection) => rejections.push(rejection))
    server.effects = () => {
      throw new Error('not today')
    }
    client.object('1').attribute('n').set(9)
    server.settle(clock)
    expect(client.object('1').attribute('n').value).toBe(1)
    expect(rejections).toEqual([
      { code: 'rejected', message: 'Error: not today', changes: [['set', '1', 'n', 9]] },
    ])
  })

  it('puts what the server made of a change in its place, telling the net difference only', () => {
    const { server, clock, client } = world(ITEM)
    server.effects = () => [['set', '1', 'n', 100]]
    const seen: unknown[] = []
    const n = client.object('1').attribute('n')
    n.onSet2((before: number, now: number) => seen.push([before, now]))
    n.set(9)
    server.settle(clock)
    expect(n.value).toBe(100)
    expect(seen).toEqual([
      [1, 9],
      [9, 100],
    ])
  })

  it('shows what the server did with its own undecided change still on top', () => {
    const { server, clock, client } = world(ITEM)
    const n = client.object('1').attribute('n')
    const text = client.object('1').attribute('s')
    const seen: unknown[] = []
    n.onSet((value: number) => seen.push(value))
    text.onSet((value: string) => seen.push(value))
    n.add(4)
    text.insert(5, '!')
    seen.length = 0
    server.change(['add', '1', 'n', 100], ['insert_text', '1', 's', 0, 'oh '])
    for (const session of server.sessions.values()) server.write(session)
    server.network.current.deliver()
    expect([n.value, text.value]).toEqual([105, 'oh hello!'])
    expect(new Set(seen)).toEqual(new Set([105, 'oh hello!']))
    expect(client.pendingCount).toBe(2)
    server.settle(clock)
    expect(seen).toHaveLength(2)
    expect(dump(client)).toEqual(dump(server.tree))
  })

  it('keeps later edits where they were meant when an earlier one of the same text is rejected', () => {
    const { server, clock, client } = world(ITEM)
    const text = client.object('1').attribute('s')
    server.effects = (changes) => {
      if (changes.some((change) => change[0] === 'insert_text' && change[4] === 'bad ')) throw new Error('no')
      return []
    }
    text.insert(0, 'bad ')
    text.insert(9, ' world')
    server.settle(clock)
    expect(text.value).toBe('hello world')
    expect(server.tree.cell('1', 's').topic.value).toBe('hello world')
  })

  it('loses its change of what one transaction moves and then destroys', () => {
    const { server, clock, client } = world([...ITEM, ['create', '3', 'Item', 'root', -1, {}]])
    client.object('1').attribute('n').add(4)
    server.change(['place', '1', '2', -1], ['place', '2', '3', -1], ['destroy', '3'])
    for (const session of server.sessions.values()) server.write(session)
    server.network.current.deliver()
    expect([...client.objects.keys()]).toEqual(['root'])
    server.settle(clock)
    expect(client.pendingCount).toBe(0)
    expect(dump(client)).toEqual(dump(server.tree))
  })

  it('keeps the letters of both when two type into one text', () => {
    const { server, clock, client: one } = world(ITEM)
    const { client: two } = join(server, clock)
    server.settle(clock)
    one.object('1').attribute('s').insert(5, ' world')
    two.object('1').attribute('s').insert(0, 'oh ')
    two.object('1').attribute('s').insert(3, 'well ')
    two.object('1').attribute('s').delete(8, 5)
    server.settle(clock)
    expect(one.object('1').attribute('s').value).toBe('oh well  world')
    expect(two.object('1').attribute('s').value).toBe('oh well  world')
  })

  it('sends the second edit by position of one text only when the first is decided, and other things meanwhile', () => {
    const { server, clock, client } = world(ITEM)
    const text = client.object('1').attribute('s')
    client.object('2').attribute('n').add(1)
    text.insert(0, 'a')
    text.insert(1, 'b')
    client.object('2').attribute('n').add(1)
    clock.flush()
    server.read(server.network.current)
    const sent = () => server.received.filter((m) => m.type === 'action').map((m) => m.cseq)
    expect(sent()).toEqual([1, 2])
    server.settle(clock)
    expect(sent()).toEqual([1, 2, 3, 4])
    expect(text.value).toBe('abhello')
  })

  it('makes one action of a record, and nothing of one that throws', () => {
    const { server, clock, client } = world(ITEM)
    const item = client.object('1')
    const seen: number[] = []
    item.attribute('n').onSet((value: number) => seen.push(value))
    client.record(() => {
      item.attribute('n').add(1)
      item.attribute('n').add(1)
      item.emit('e', { x: 1 })
    })
    expect(seen).toEqual([3])
    expect(() =>
      client.record(() => {
        item.attribute('n').add(1)
        item.destroy()
        throw new Error('changed my mind')
      }),
    ).toThrow('changed my mind')
    expect(client.object('1')).toBe(item)
    expect(item.attribute('n').value).toBe(3)
    server.settle(clock)
    expect(server.received.filter((m) => m.type === 'action')).toMatchObject([
      {
        cseq: 1,
        changes: [
          ['add', '1', 'n', 1],
          ['add', '1', 'n', 1],
          ['emit', '1', 'e', { x: 1 }],
        ],
      },
    ])
  })

  it('does not hear what it emits itself, and hears what the server emits', () => {
    const { server, clock, client } = world(ITEM)
    const heard: unknown[] = []
    client
      .object('1')
      .attribute('e')
      .onEmit((args: unknown) => heard.push(args))
    client.object('1').emit('e', { mine: true })
    server.settle(clock)
    expect(heard).toEqual([])
    server.change(['emit', '1', 'e', { theirs: true }])
    server.settle(clock)
    expect(heard).toEqual([{ theirs: true }])
  })

  it('creates, places and destroys objects ahead of the server', () => {
    const { server, clock, client } = world(ITEM)
    const made = client.object('1').create('Item', { n: 7 })
    expect(made.id).toBe(`${client.session}.1`)
    made.place(client.object('2'), 0)
    expect(client.object('2').children).toEqual([made])
    client.object('1').destroy()
    expect(client.root?.children.map((each) => each.id)).toEqual(['2'])
    server.settle(clock)
    expect(dump(client)).toEqual(dump(server.tree))
    expect(client.object(made.id)).toBe(made)
  })

  it('calls a service after the actions made before it', async () => {
    const { server, clock, client } = world(ITEM)
    client.object('1').attribute('n').add(1)
    const answer = client.object('1').call('greet', { name: 'Bob' })
    const undone = client.undo()
    server.settle(clock)
    expect(await answer).toBe('called greet')
    expect(await undone).toEqual({ done: false, conflicts: [] })
    const order = server.received.filter((m) => m.type === 'action' || m.type === 'call')
    expect(order.map((m) => m.type)).toEqual(['action', 'call', 'call'])
    expect(order[1]).toMatchObject({ id: 1, service: 'greet', object: '1', args: { name: 'Bob' } })
  })

  it('undoes its own steps unless told otherwise, and hears of conflicts', async () => {
    const { server, clock, client } = world(ITEM)
    const conflict = { object: '1', attribute: 'n', reason: 'it was changed since' }
    server.answer = () => ({ done: true, conflicts: [conflict] })
    const undone = client.undo()
    void client.redo('1', 'all')
    server.settle(clock)
    expect(await undone).toEqual({ done: true, conflicts: [conflict] })
    const calls = server.received.filter((m) => m.type === 'call')
    expect(calls.map(({ service, args }) => [service, args])).toEqual([
      ['undo', { own: true }],
      ['redo', { target: '1' }],
    ])
  })

  it('sends an action at once where nothing else waits, and others in their turn', () => {
    const { server, clock, client } = world(ITEM)
    const { toServer } = server.network.current
    client.object('1').emit('e', { x: 1 })
    expect(toServer).toHaveLength(1)
    client.object('1').attribute('n').set(70)
    client.object('1').emit('e')
    expect(toServer).toHaveLength(1)
    clock.flush()
    expect(toServer).toHaveLength(3)
    server.settle(clock)
    void client.call('greet')
    client.object('1').attribute('n').set(71)
    expect(toServer).toHaveLength(0)
    server.settle(clock)
    const said = server.received.map((m) => (m.type === 'action' ? m.cseq : m.type))
    expect(said).toEqual(['hello', 1, 2, 3, 'call', 4])
    expect(client.pendingCount).toBe(0)
  })

  it('tells of a frame when all of it is applied', () => {
    const { server, clock, client } = world(ITEM)
    const seen: unknown[] = []
    client.onFrame(() =>
      seen.push([client.object('1').attribute('n').value, client.object('2').attribute('n').value]),
    )
    client
      .object('1')
      .attribute('n')
      .onSet(() => seen.push(client.object('2').attribute('n').value))
    server.change(['set', '1', 'n', 5], ['set', '2', 'n', 5])
    server.settle(clock)
    expect(seen).toEqual([5, [5, 5]])
  })

  it('tells which children came, went or moved, where these are few', () => {
    const { server, clock, client } = world(ITEM)
    const told: unknown[] = []
    client.onTouched((object, name, moved) => {
      if (name === null) told.push([object.id, moved?.map(({ id }) => id)])
    })
    const change = (...changes: Change[]): void => {
      server.change(...changes)
      server.settle(clock)
    }
    const create = (id: string, parent = 'root'): Change => ['create', id, 'Item', parent, -1, {}]
    change(create('3'), create('4', '1'), create('5', '4'))
    change(['place', '3', 'root', 0], ['place', '4', '2', 0])
    change(['destroy', '3'])
    change(...Array.from({ length: 17 }, (_, i) => create(`many${i}`)))
    // What was below it went without a word; and comes again.
    change(['place', '1', 'root', 1], ['place', '5', '4', 0], ['destroy', '2'], create('2'))
    change(['clear', '1'], ['clear', 'root'])
    expect(told).toEqual([
      ['root', ['3']],
      ['1', ['4']],
      ['root', ['3']],
      ['1', ['4']],
      ['2', ['4']],
      ['root', ['3']],
      ['root', undefined],
      ['root', ['1', '2', '2']],
      ['2', undefined],
      ['root', undefined],
    ])
  })

  it('names the object and the attribute in its errors, and what was perhaps meant', () => {
    const { client } = world(ITEM)
    expect(() => client.object('1').attribute('m')).toThrow("Item(1) has no attribute 'm'. Did you mean 'n'?")
    expect(() => client.object('9')).toThrow("there is no object '9'")
    expect(() => client.object('1').attribute('n').set('x')).toThrow(
      "IntTopic 'n' of Item(1) got 'x' (string); expected a whole number",
    )
    expect(() => client.object('1').attribute('n').set(Number.NaN)).toThrow('only finite numbers')
    expect(() => client.object('1').attribute('s').set('\ud83d')).toThrow('surrogate')
    expect(() => client.object('1').attribute('v').set(new Date())).toThrow('JSON data or bytes')
    expect(() => client.object('1').emit('n')).toThrow('is not an event')
    expect(() => client.root?.create('Itme')).toThrow("there is no type 'Itme'")
  })

  it('reports a listener that throws, and runs the others', () => {
    const { server, clock, client, errors } = world(ITEM)
    const seen: number[] = []
    const n = client.object('1').attribute('n')
    n.onSet(() => {
      throw new Error('mine')
    })
    n.onSet((value: number) => seen.push(value))
    server.change(['set', '1', 'n', 2])
    server.settle(clock)
    expect(seen).toEqual([2])
    expect(errors).toEqual([new Error('mine')])
  })

  it('hands out copies', () => {
    const { client } = world([['create', '1', 'Item', 'root', -1, { l: [[1]], d: { a: { b: 1 } } }]])
    const item = client.object('1')
    item.attribute('l').value[0].push(2)
    item.attribute('d').value.a.b = 2
    expect(item.attribute('l').value).toEqual([[1]])
    expect(item.attribute('d').get('a')).toEqual({ b: 1 })
    const mine = [1]
    item.attribute('v').set(mine)
    mine.push(2)
    expect(item.attribute('v').value).toEqual([1])
  })

  it('ends for good when it is closed: it says bye, timers end, calls fail, and changes are refused', async () => {
    const { server, clock, client } = world(ITEM)
    const call = client.call('x')
    client.close()
    await expect(call).rejects.toThrow(CallError)
    server.read(server.network.current)
    const [frame] = [server.network.current.take()]
    expect(frame).toBeUndefined()
    expect(server.received.at(-1)).toEqual({ type: 'bye' })
    expect(client.status).toMatchObject({ state: 'closed', code: 1000 })
    expect(clock.timerCount).toBe(0)
    expect(() => client.object('1').attribute('n').add(1)).toThrow(LocalError)
  })
})

describe('a connection', () => {
  it('is acknowledged once in four seconds, with what was applied and how many frames came', () => {
    const { server, clock } = world(ITEM)
    clock.advance(4000)
    server.change(['set', '1', 'n', 2])
    server.change(['set', '1', 'n', 3])
    for (const session of server.sessions.values()) server.write(session, 1)
    server.network.current.deliver()
    clock.advance(3999)
    server.read(server.network.current)
    expect(server.received.filter((m) => m.type === 'ack')).toHaveLength(1)
    clock.advance(1)
    server.read(server.network.current)
    expect(server.received.filter((m) => m.type === 'ack').at(-1)).toEqual({ type: 'ack', seq: 2, frames: 5 })
  })

  it('is acknowledged at once when 64 KiB came', () => {
    const { server, clock } = world(ITEM)
    clock.advance(4000)
    server.change(['set', '1', 's', 'x'.repeat(70_000)])
    for (const session of server.sessions.values()) server.write(session)
    server.network.current.deliver()
    server.read(server.network.current)
    expect(server.received.at(-1)).toEqual({ type: 'ack', seq: 1, frames: 4 })
  })

  it('is acknowledged in time by a page that has none for timers', () => {
    const { server, clock } = world(ITEM)
    clock.advance(4000)
    for (let n = 2; n < 5; n++) {
      server.change(['set', '1', 'n', n])
      for (const session of server.sessions.values()) server.write(session)
      server.network.current.deliver()
      clock.sleep(2000)
    }
    server.read(server.network.current)
    expect(server.received.filter((m) => m.type === 'ack').at(-1)).toEqual({ type: 'ack', seq: 3, frames: 6 })
  })

  it('answers a ping at once', () => {
    const { server } = world(ITEM)
    server.send(server.network.current, { type: 'ping' })
    server.network.current.deliver()
    server.read(server.network.current)
    expect(server.received.at(-1)).toEqual({ type: 'pong' })
  })

  it('is given up when the server is silent for 22 s, having been asked', () => {
    const { server, clock, client } = world(ITEM)
    clock.advance(20_000)
    server.read(server.network.current)
    expect(server.received.at(-1)).toEqual({ type: 'ping' })
    expect(client.status.state).toBe('live')
    clock.advance(2_000)
    expect(server.network.connections[0]?.closed).toEqual({ code: 4003, reason: 'silent' })
    expect(client.status).toMatchObject({ state: 'offline', reason: 'silent' })
  })

  it('is kept when the timer comes late, as in a hidden tab, and the server answers', () => {
    const { server, clock, client } = world(ITEM)
    clock.advance(20_000)
    server.settle(clock)
    clock.advance(19_999)
    expect(client.status.state).toBe('live')
    expect(server.network.connections).toHaveLength(1)
  })

  it('that broke is made again with growing waits, and at once on retryNow', () => {
    const { server, clock, client } = world(ITEM)
    const waits: number[] = []
    client.onStatus((status) => {
      if (status.state === 'offline') waits.push((status.retryAt as number) - clock.now())
    })
    for (let i = 0; i < 8; i++) {
      server.network.current.close(1006)
      clock.advance(10_000)
    }
    expect(waits).toEqual([187.5, 375, 750, 1500, 3000, 6000, 7500, 7500])
    server.network.current.close(1006)
    const before = server.network.connections.length
    client.retryNow()
    client.retryNow()
    expect(server.network.connections).toHaveLength(before + 1)
  })

  it('resumes where it was: nothing is sent twice, nothing is lost', () => {
    const { server, clock, client } = world(ITEM)
    const n = client.object('1').attribute('n')
    n.add(1)
    clock.flush()
    server.read(server.network.current)
    // The server decided, and its answer is lost.
    server.network.current.close(1006)
    n.add(10)
    server.change(['add', '1', 'n', 100])
    expect(client.status.state).toBe('offline')
    client.retryNow()
    server.network.current.open()
    server.settle(clock)
    expect(server.received.filter((m) => m.type === 'hello').at(-1)).toMatchObject({
      attempt: 2,
      session: 's1',
      epoch: 'e1',
      seq: 0,
    })
    expect(server.actions).toEqual([
      { session: 's1', cseq: 1 },
      { session: 's1', cseq: 2 },
    ])
    expect(n.value).toBe(112)
    expect(client.pendingCount).toBe(0)
  })

  it('to a server that lost its history keeps the objects that persist, tells only what differs, and sends again', () => {
    const { server, clock, client } = world(ITEM)
    const item = client.object('1')
    const events: unknown[] = []
    item.attribute('n').onSet((value: number) => events.push(['n', value]))
    item.attribute('s').onSet((value: string) => events.push(['s', value]))
    client.root?.onChildren(({ kind, child, index }) => events.push([kind, child.id, index]))
    client.object('2').onDestroy(() => events.push('2 is gone'))
    item.attribute('n').add(10)
    const made = client.object('1').create('Item')
    clock.flush()
    events.length = 0
    server.restart()
    server.change(['set', '1', 's', 'changed'], ['destroy', '2'], ['create', '3', 'Item', 'root', 0, {}])
    client.retryNow()
    server.network.current.open()
    server.settle(clock)
    expect(client.object('1')).toBe(item)
    expect(events).toEqual([['remove', '2', 1], ['insert', '3', 0], ['s', 'changed'], '2 is gone'])
    expect(item.attribute('n').value).toBe(11)
    // The session is another one now, and so is the prefix of what this client creates.
    expect(made.isDestroyed).toBe(true)
    expect(item.children.map((child) => child.id)).toEqual([`${client.session}.1`])
    expect(dump(client)).toEqual(dump(server.tree))
    expect(server.actions.slice(-2).map(({ cseq }) => cseq)).toEqual([1, 2])
  })

  it('keeps the newest token from the welcome on, also when the snapshot breaks off', () => {
    const { server, clock, client } = world(ITEM)
    const token = (): string | undefined =>
      (server.received.filter(({ type }) => type === 'hello').at(-1) as { token?: string }).token
    server.network.current.close(1006, '')
    server.epoch = 'another'
    client.retryNow()
    server.network.current.open()
    server.read(server.network.current)
    server.network.current.deliver(1)
    const first = token()
    server.network.current.close(1006, '')
    client.retryNow()
    server.network.current.open()
    server.settle(clock)
    expect(first).toBeDefined()
    expect(token()).not.toBe(first)
  })

  it('with a gap is made again, and misses nothing', () => {
    const { server, clock, client } = world(ITEM)
    server.change(['add', '1', 'n', 1])
    server.send(server.network.current, { type: 'update', prev: 1, seq: 2, transactions: [] })
    server.network.current.deliver()
    expect(server.network.current.closed).toEqual({ code: 4096, reason: 'gap' })
    client.retryNow()
    server.network.current.open()
    server.settle(clock)
    expect(client.object('1').attribute('n').value).toBe(2)
  })

  it('with a frame that does not fit asks for the whole state, under an epoch no server has', () => {
    const { server, clock, client, errors } = world(ITEM)
    client.object('2').attribute('n').add(5)
    server.send(server.network.current, {
      type: 'update',
      prev: 0,
      seq: 1,
      transactions: [
        {
          seq: 1,
          changes: [
            ['set', '1', 'n', 50],
            ['set', '9', 'n', 1],
          ],
        },
      ],
    })
    server.network.current.deliver()
    expect(errors).toHaveLength(1)
    expect(String(errors[0])).toContain("there is no object '9'")
    client.retryNow()
    server.network.current.open()
    server.settle(clock)
    expect(server.received.filter((m) => m.type === 'hello').at(-1)).toMatchObject({
      session: 's1',
      epoch: '-',
      seq: 0,
    })
    expect(client.object('1').attribute('n').value).toBe(1)
    expect(client.object('2').attribute('n').value).toBe(5)
    expect(dump(client)).toEqual(dump(server.tree))
  })

  it.each([4100, 4101, 4102, 4103])('closed with %i is the end, and says why', (code) => {
    const { server, clock, client } = world(ITEM)
    const rejections: Rejection[] = []
    client.onRejected((rejection) => rejections.push(rejection))
    client.object('1').attribute('n').add(1)
    server.network.current.close(code, 'because')
    expect(client.status).toEqual({ state: 'closed', code, reason: 'because' })
    expect(rejections.map((each) => each.code)).toEqual(['closed'])
    expect(client.object('1').attribute('n').value).toBe(1)
    clock.advance(60_000)
    expect(server.network.connections).toHaveLength(1)
  })

  it('takes a squashed difference as any other update', () => {
    const { server, clock, client } = world(ITEM)
    client.object('1').attribute('n').add(1)
    clock.flush()
    server.send(server.network.current, {
      type: 'update',
      prev: 0,
      seq: 20_000,
      transactions: [
        { seq: 5, cseq: 1, changes: [] },
        { seq: 20_000, changes: [['set', '1', 'n', 777]] },
      ],
    })
    server.network.current.deliver()
    expect(client.object('1').attribute('n').value).toBe(777)
    expect(client.pendingCount).toBe(0)
    expect(client.seq).toBe(20_000)
  })

  it('leaves two clients of one program apart', () => {
    const a = world([['create', '1', 'Item', 'root', -1, { n: 1 }]])
    const b = world([['create', '1', 'Item', 'root', -1, { n: 2 }]])
    a.client.object('1').attribute('n').add(10)
    expect(b.client.object('1').attribute('n').value).toBe(2)
  })
})
