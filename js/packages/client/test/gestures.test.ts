/** A drag: shown at once, sent once per frame, one step to undo. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Change } from '../src/changes.js'
import type { Action, ClientMessage } from '../src/protocol.js'
import { dump, world } from './helpers.js'

const ITEM: readonly Change[] = [['create', '1', 'Item', 'root', -1, { n: 1 }]]

const actions = (received: readonly ClientMessage[]): readonly Action[] =>
  received.filter((message) => message.type === 'action')

describe('a gesture', () => {
  it('sends its first change at once and then the last one of each frame', () => {
    const { server, clock, client } = world(ITEM)
    const n = client.object('1').attribute('n')
    const gesture = client.gesture()
    for (let x = 10; x < 20; x++) {
      gesture.record(() => n.set(x))
      expect(n.value).toBe(x)
      server.settle(clock)
    }
    expect(actions(server.received).map(({ changes }) => changes)).toEqual([[['set', '1', 'n', 10]]])
    clock.advance(16)
    server.settle(clock)
    const sent = actions(server.received)
    expect(sent.map(({ changes }) => changes)).toEqual([[['set', '1', 'n', 10]], [['set', '1', 'n', 19]]])
    expect(new Set(sent.map(({ gesture: id }) => id)).size).toBe(1)
    expect(client.pendingCount).toBe(0)
  })

  it('sends what waits when it ends, or when something else is done', () => {
    const { server, clock, client } = world(ITEM)
    const item = client.object('1')
    const first = client.gesture()
    first.record(() => item.attribute('n').set(5))
    server.settle(clock)
    first.record(() => item.attribute('n').set(6))
    server.settle(clock)
    expect(client.pendingCount).toBe(1)
    item.attribute('v').set('else')
    server.settle(clock)
    expect(client.pendingCount).toBe(0)
    first.end()
    expect(actions(server.received).map(({ gesture }) => gesture)).toEqual([1, 1, undefined])
    const gesture = client.gesture()
    gesture.record(() => item.attribute('n').set(7))
    server.settle(clock)
    gesture.record(() => item.attribute('n').set(8))
    gesture.end()
    server.settle(clock)
    expect(server.tree.objects.get('1')?.attribute('n').value).toBe(8)
  })

  it('joins what was not sent, and takes all of it back when it is refused', () => {
    const { server, clock, client } = world(ITEM)
    const item = client.object('1')
    const before = dump(client)
    server.effects = () => {
      throw new Error('no')
    }
    const gesture = client.gesture()
    for (let x = 0; x < 5; x++) {
      gesture.record(() => {
        item.attribute('n').set(x + 10)
        item.attribute('d').setItem('left', x)
        item.attribute('l').insert(x)
        item.emit('e', { x })
      })
    }
    gesture.end()
    expect(client.pendingCount).toBe(1)
    server.settle(clock)
    const kinds = actions(server.received).flatMap(({ changes }) => changes.map((change) => change[0]))
    expect(kinds.filter((kind) => kind === 'set').length).toBe(1)
    expect(kinds.filter((kind) => kind === 'put').length).toBe(1)
    expect(kinds.filter((kind) => kind === 'emit').length).toBe(5)
    expect(dump(client)).toEqual(before)
  })

  it('goes on after the connection broke, under the same number', () => {
    const { server, clock, client } = world(ITEM)
    const n = client.object('1').attribute('n')
    const gesture = client.gesture()
    gesture.record(() => n.set(5))
    clock.flush()
    server.network.current.close(1006)
    for (let x = 6; x < 100; x++) gesture.record(() => n.set(x))
    expect(client.pendingCount).toBe(2)
    client.retryNow()
    server.network.current.open()
    gesture.end()
    server.settle(clock)
    expect(server.tree.objects.get('1')?.attribute('n').value).toBe(99)
    expect(actions(server.received).map(({ gesture: id }) => id)).toEqual([1, 1])
    expect(client.pendingCount).toBe(0)
  })

  it('leaves no timer behind', () => {
    const { clock, client } = world(ITEM)
    const gesture = client.gesture()
    for (let x = 0; x < 3; x++) {
      gesture.record(() =>
        client
          .object('1')
          .attribute('n')
          .set(x + 7),
      )
      clock.flush()
    }
    client.close()
    expect(clock.timerCount).toBe(0)
    expect(() => gesture.record(() => client.object('1').attribute('n').set(0))).toThrow('closed')
  })

  it('ends at the same state as without, whatever is done in it', () => {
    const step = fc.tuple(
      fc.constantFrom('set', 'add', 'put', 'drop', 'type', 'list', 'emit', 'send', 'end'),
      fc.nat(4),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const [joined, plain] = [world(ITEM), world(ITEM)]
        let gesture = joined.client.gesture()
        for (const { server, clock, client } of [joined, plain]) {
          for (const [kind, x] of steps) {
            const item = client.object('1')
            const dict = item.attribute('d')
            const act = (): void => {
              if (kind === 'set') item.attribute('n').set(x)
              else if (kind === 'add') item.attribute('n').add(x)
              else if (kind === 'put') dict.setItem(`k${x % 2}`, x)
              else if (kind === 'drop' && `k${x % 2}` in dict.value) dict.pop(`k${x % 2}`)
              else if (kind === 'type') item.attribute('s').insert(0, String(x))
              else if (kind === 'list') item.attribute('l').insert(x, 0)
              else if (kind === 'emit') item.emit('e', { x })
            }
            if (client === joined.client) gesture.record(act)
            else act()
            if (kind === 'send') server.settle(clock)
            if (kind === 'end' && client === joined.client) {
              gesture.end()
              gesture = client.gesture()
            }
          }
          gesture.end()
          server.settle(clock)
          expect(client.pendingCount).toBe(0)
          expect(dump(client)).toEqual(dump(server.tree))
        }
        expect(dump(joined.client)).toEqual(dump(plain.client))
        expect(joined.server.actions.length).toBeLessThanOrEqual(plain.server.actions.length)
      }),
      { numRuns: 100 },
    )
  })
})
