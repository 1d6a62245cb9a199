import { describe, expect, it } from 'vitest'
import type { Change } from '../src/changes.js'
import type { CallError } from '../src/errors.js'
import { encode } from '../src/peer.js'
import { decodeServer } from '../src/protocol.js'
import type { Rejection } from '../src/replica.js'
import type { Value } from '../src/values.js'
import { dump, world as newWorld, type World } from './helpers.js'

const ITEM: readonly Change[] = [
  ['create', '1', 'Item', 'root', -1, { n: 1 }],
  ['create', '2', 'Item', 'root', -1, {}],
]

interface Watched extends World {
  readonly rejections: Rejection[]
}

function world(changes: readonly Change[] = ITEM): Watched {
  const made = newWorld(changes)
  const rejections: Rejection[] = []
  made.client.onRejected((rejection) => rejections.push(rejection))
  return { ...made, rejections }
}

/** The network is back: the client comes by itself, within its longest wait. */
function comesBack({ server, clock, client }: World): void {
  const isLive = (): boolean => client.status.state === 'live'
  for (let waited = 0; !isLive(); waited += 250) {
    if (waited > 60_000) throw new Error(`still ${client.status.state} after a minute`)
    clock.advance(250)
    const { current } = server.network
    if (current.isOpen && !isLive()) current.open()
    server.settle(clock)
  }
}

/** What a person does to the first object, one change of each kind that could be doubled. */
function work({ client }: World): void {
  const item = client.object('1')
  item.attribute('n').add(10)
  item.attribute('l').insert('x')
  item.attribute('s').insert(5, '!')
  item.create('Item')
  item.emit('e', {})
}

function expectDoneOnce({ server, client, errors }: World): void {
  const { tree } = server
  expect(tree.cell('1', 'n').topic.value).toBe(11)
  expect(tree.cell('1', 'l').topic.value).toEqual(['x'])
  expect(tree.cell('1', 's').topic.value).toBe('hello!')
  expect(tree.get('1').children).toHaveLength(1)
  expect(client.pendingCount).toBe(0)
  expect(dump(client)).toEqual(dump(tree))
  expect(errors).toEqual([])
}

describe('a network cut', () => {
  const cuts = [5_000, 180_000]

  it.each(cuts)('of %d ms: what was done before it, and answered into the void, is done once', (duration) => {
    const it = world()
    work(it)
    it.clock.flush()
    it.server.read(it.server.network.current)
    it.server.network.current.close(1006)
    it.clock.advance(duration)
    comesBack(it)
    expectDoneOnce(it)
  })

  it.each(cuts)('of %d ms: what was done before it, and never arrived, is done once', (duration) => {
    const it = world()
    work(it)
    it.clock.flush()
    it.server.network.current.close(1006)
    it.clock.advance(duration)
    comesBack(it)
    expectDoneOnce(it)
  })

  it.each(cuts)('of %d ms: what was done in it is done once, and others see nothing twice', (duration) => {
    const it = world()
    it.server.network.current.close(1006)
    it.clock.advance(duration)
    work(it)
    it.server.change(['add', '2', 'n', 5])
    comesBack(it)
    expectDoneOnce(it)
    expect(it.client.object('2').attribute('n').value).toBe(5)
  })

  it('that cuts again and again on the way back changes nothing of that', () => {
    const it = world()
    it.server.network.current.close(1006)
    work(it)
    for (let cut = 0; cut < 6; cut++) {
      it.clock.advance(20_000)
      const { current } = it.server.network
      if (current.isOpen) current.open()
      it.clock.flush()
      it.server.read(current, cut)
      for (const session of it.server.sessions.values()) it.server.write(session)
      current.deliver(cut)
      it.clock.flush()
      current.close(1006)
    }
    comesBack(it)
    expectDoneOnce(it)
  })
})

describe('a half-open connection', () => {
  it('is found within 22 s, and what went into it is sent again', () => {
    const it = world()
    const dead = it.server.network.current
    work(it) // it goes out, and nothing comes back
    it.clock.advance(21_900)
    expect(dead.isOpen).toBe(true)
    it.clock.advance(200)
    expect(dead.isOpen).toBe(false)
    comesBack(it)
    expectDoneOnce(it)
  })

  it('is found in two seconds when the page has just woken', () => {
    const it = world()
    const dead = it.server.network.current
    it.clock.advance(10_000)
    it.client.retryNow()
    it.clock.advance(2_000)
    expect(dead.closed).toEqual({ code: 4003, reason: 'silent' })
    comesBack(it)
  })

  it('is told from one that answers', () => {
    const it = world()
    it.client.retryNow()
    it.server.settle(it.clock)
    it.clock.advance(3_000)
    expect(it.client.status.state).toBe('live')
    expect(it.server.network.connections).toHaveLength(1)
  })
})

describe('a sleeping laptop', () => {
  it('finds its connection dead, and resumes with what was undone when it fell asleep', () => {
    const it = world()
    work(it)
    it.clock.flush()
    it.server.read(it.server.network.current) // decided, and asleep before the answer
    it.server.change(['set', '2', 's', 'while you slept'])
    it.clock.sleep(8 * 3_600_000)
    it.client.retryNow()
    it.clock.advance(2_000)
    comesBack(it)
    expectDoneOnce(it)
    expect(it.client.object('2').attribute('s').value).toBe('while you slept')
  })
})

describe('a server that restarts', () => {
  it('gets what it has not decided, for what still exists, and the rest is reported', () => {
    const it = world([...ITEM, ['create', '3', 'Item', 'root', -1, {}]])
    const { server, client } = it
    server.change(['destroy', '2'])
    server.network.current.close(1006)
    work(it)
    client.object('2').attribute('n').add(1)
    client.object('3').attribute('n').add(1)
    // The new process makes other objects: '2' is gone, and '3' is of another type.
    server.restart()
    server.change(['destroy', '3'], ['create', '3', 'SObject', 'root', -1, {}])
    comesBack(it)
    expectDoneOnce(it)
    expect(it.rejections.map(({ code, message }) => [code, message])).toEqual([
      ['unknown_object', 'Item(2) is no longer there'],
      ['unknown_object', 'Item(3) is no longer there'],
    ])
  })

  it('keeps what was typed, moved to where it belongs in the text that is there now', () => {
    const it = world()
    it.server.network.current.close(1006)
    it.client.object('1').attribute('s').insert(2, 'xx')
    it.client.object('1').attribute('l').insert('mine')
    it.server.restart()
    it.server.change(['set', '1', 's', 'oh hello!'], ['set', '1', 'l', ['theirs', 'both']])
    comesBack(it)
    expect(it.server.tree.cell('1', 's').topic.value).toBe('oh hexxllo!')
    expect(it.server.tree.cell('1', 'l').topic.value).toContain('mine')
    expect(dump(it.client)).toEqual(dump(it.server.tree))
    expect(it.rejections).toEqual([])
  })

  it('keeps what was only pretended, on what still exists, and says nothing of the rest', async () => {
    const it = world()
    const preview = it.client.pretend(() => it.client.object('1').attribute('s').insert(2, 'xx'))
    const lost = it.client.pretend(() => it.client.object('2').attribute('n').set(9))
    it.client.object('1').attribute('n').add(1)
    it.server.network.current.close(1006)
    it.server.restart()
    it.server.change(['set', '1', 's', 'oh hello!'], ['destroy', '2'])
    comesBack(it)
    expect(it.client.object('1').attribute('s').value).toBe('oh hexxllo!')
    expect(it.server.tree.cell('1', 's').topic.value).toBe('oh hello!')
    expect(it.rejections).toEqual([])
    expect(() => lost.commit()).toThrow('over')
    const outcome = preview.commit()
    it.server.settle(it.clock)
    expect(await outcome).toEqual({ applied: true })
    expect(it.server.actions.at(-1)?.cseq).toBe(2)
    expect(it.server.tree.cell('1', 's').topic.value).toBe('oh hexxllo!')
    expect(dump(it.client)).toEqual(dump(it.server.tree))
  })

  it('fires only what differs, on the same objects', () => {
    const it = world([...ITEM, ['attribute', '1', 'style', 'dict', { color: 'red' }], ['tag', '1', 'main']])
    const { server, client } = it
    const told: string[] = []
    const [one, style] = [client.object('1'), client.object('1').attribute('style')]
    client.onTouched((object, name) => told.push(`${object.id}.${name}`))
    one.onTags(() => told.push('tags'))
    one.onAttribute(({ kind, name }) => told.push(`${kind} ${name}`))
    one.onDestroy(() => told.push('destroyed'))
    server.restart()
    server.change(['put', '1', 'style', 'color', 'blue'])
    comesBack(it)
    expect(told).toEqual(['1.style'])
    expect(client.object('1')).toBe(one)
    expect(one.attribute('style')).toBe(style)
  })

  it('gets the calls that waited, too', async () => {
    const it = world()
    for (let i = 0; i < 3; i++) {
      it.client.object('1').attribute('n').add(1)
      it.server.settle(it.clock)
    }
    it.server.network.current.close(1006)
    it.client.object('1').attribute('n').add(1)
    const answer = it.client.call('hello')
    it.server.restart()
    comesBack(it)
    await expect(answer).resolves.toBe('called hello')
  })

  it('leaves a state in doubt as it is until the whole has come', () => {
    const it = world()
    it.client.object('1').attribute('n').add(10)
    it.clock.flush()
    it.server.read(it.server.network.current)
    it.server.send(it.server.network.current, {
      type: 'update',
      prev: 0,
      seq: 9,
      transactions: [
        {
          seq: 9,
          changes: [
            ['destroy', '1'],
            ['set', 'nobody', 'n', 1],
          ],
        },
      ],
    })
    it.server.network.current.deliver()
    expect(it.errors).toHaveLength(1)
    comesBack(it)
    expect(it.client.object('1').attribute('n').value).toBe(11)
    expect(dump(it.client)).toEqual(dump(it.server.tree))
  })
})

describe('a server that has forgotten a session, and nothing else', () => {
  it('is sent what was never sent; what was, is reported, for it may have been done', () => {
    const it = world()
    it.client.object('1').attribute('n').add(10)
    it.clock.flush()
    it.server.read(it.server.network.current)
    it.server.forget()
    it.client.object('2').attribute('n').add(5)
    comesBack(it)
    expect(it.rejections.map(({ code }) => code)).toEqual(['unknown_outcome'])
    expect(it.client.object('1').attribute('n').value).toBe(11)
    expect(it.client.object('2').attribute('n').value).toBe(5)
    expect(dump(it.client)).toEqual(dump(it.server.tree))
  })

  it('keeps the ids of what this client created before', () => {
    const it = world()
    const made = it.client.object('1').create('Item')
    it.server.settle(it.clock)
    it.server.forget()
    made.attribute('n').add(3)
    const other = it.client.object('1').create('Item')
    other.attribute('n').add(4)
    comesBack(it)
    expect(it.rejections).toEqual([])
    expect(it.server.tree.cell(made.id, 'n').topic.value).toBe(3)
    expect(it.server.tree.get('1').children.map((child) => child.attribute('n').value)).toEqual([3, 4])
    expect(dump(it.client)).toEqual(dump(it.server.tree))
  })
})

describe('a snapshot', () => {
  it('reports what was decided against before it', () => {
    const it = world()
    it.client.object('1').attribute('n').add(10)
    it.client.object('2').attribute('n').add(5)
    it.clock.flush()
    it.server.network.current.close(1006)
    it.clock.advance(1_000)
    const { current } = it.server.network
    current.open()
    current.deliver()
    const hello = it.server.received.find((message) => message.type === 'hello')
    expect(hello).toBeDefined()
    const welcome = {
      type: 'welcome',
      protocol: 2,
      session: it.client.session,
      token: 't',
      epoch: 'e1',
      seq: 0,
      cseq: 2,
      resume: 'snapshot',
      heartbeat: 10,
      limits: {
        message_bytes: 1000,
        string_length: 1,
        value_depth: 1,
        collection_items: 1,
        action_changes: 1,
      },
      server: 'x',
      rejected: [{ cseq: 2, code: 'forbidden', message: 'not you' }],
    }
    current.send(encode(decodeServer({ text: JSON.stringify(welcome), buffers: [] })))
    it.server.change(['add', '1', 'n', 10])
    current.send(encode({ type: 'snapshot', seq: 0, page: 0, pages: 1, changes: it.server.snapshot() }))
    current.deliver()
    expect(it.rejections.map(({ code, message }) => [code, message])).toEqual([['forbidden', 'not you']])
    expect(it.client.pendingCount).toBe(0)
    expect(it.client.object('1').attribute('n').value).toBe(11)
    expect(it.client.object('2').attribute('n').value).toBe(0)
  })
})

describe('a difference', () => {
  it('moves what is being typed to where it belongs in the text that it sets', () => {
    const it = world()
    const text = it.client.object('1').attribute('s')
    text.insert(2, 'xx')
    it.server.send(it.server.network.current, {
      type: 'update',
      prev: 0,
      seq: 5000,
      transactions: [{ seq: 5000, changes: [['set', '1', 's', 'oh hello!']] }],
    })
    it.server.network.current.deliver()
    expect(text.value).toBe('oh hexxllo!')
  })

  it('counts an item in whose place another stands as replaced, as the server will', () => {
    const it = world()
    const list = it.client.object('1').attribute('l')
    const becomes = (prev: number, seq: number, items: readonly Value[]): void => {
      const transactions = [{ seq, changes: [['set', '1', 'l', items] as Change] }]
      it.server.send(it.server.network.current, { type: 'update', prev, seq, transactions })
      it.server.network.current.deliver()
    }
    becomes(0, 1, ['a', 'b', 'c'])
    list.pop(0)
    list.insert('x', 1)
    becomes(1, 5000, [96, 'b', 'c'])
    expect(list.value).toEqual(['b', 'x', 'c'])
    becomes(5000, 9000, ['c'])
    expect(list.value).toEqual(['x', 'c'])
  })
})

describe('what the server could not take', () => {
  it('is refused here, and what comes after it goes on', async () => {
    const it = world()
    it.server.limits = { ...it.server.limits, messageBytes: 1_000 }
    it.server.network.current.close(1006)
    comesBack(it)
    const [one, two] = [it.client.object('1'), it.client.object('2')]
    one.attribute('n').add(1)
    two.attribute('s').set('x'.repeat(2_000))
    one.attribute('n').add(1)
    const long = it.client.call('f', { text: 'é'.repeat(600) }).catch((error: CallError) => error.code)
    const short = it.client.call('f')
    it.server.settle(it.clock)
    expect(it.rejections.map(({ code }) => code)).toEqual(['limit'])
    expect(two.attribute('s').value).toBe('hello')
    expect(it.server.tree.cell('1', 'n').topic.value).toBe(3)
    expect(it.server.actions.map(({ cseq }) => cseq)).toEqual([1, 2])
    expect(await long).toBe('limit')
    expect(await short).toBe('called f')
    expect(it.client.status.state).toBe('live')
  })

  it('at once goes out at the pace that it asks for', () => {
    const it = world()
    it.server.limits = { ...it.server.limits, actionsPerSecond: 100, actionsBurst: 50 }
    it.server.network.current.close(1006)
    for (let i = 0; i < 1_000; i++) it.client.object('1').attribute('n').add(1)
    comesBack(it)
    expect(it.server.actions.length).toBeLessThanOrEqual(50)
    let before = it.server.actions.length
    for (let second = 0; second < 12; second++) {
      it.clock.advance(1_000)
      it.server.settle(it.clock)
      expect(it.server.actions.length - before).toBeLessThanOrEqual(100)
      before = it.server.actions.length
    }
    expect(it.server.tree.cell('1', 'n').topic.value).toBe(1_001)
    expect(it.client.pendingCount).toBe(0)
  })
})
