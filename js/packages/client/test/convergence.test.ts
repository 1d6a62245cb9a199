import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Change } from '../src/changes.js'
import type { Client } from '../src/client.js'
import { LocalError } from '../src/errors.js'
import type { Gesture } from '../src/gestures.js'
import type { SObject } from '../src/sobject.js'
import { dump, FakeClock, join, ModelServer, type Rows } from './helpers.js'

/** A tape of random numbers, so that a failing run shrinks. */
const tape = fc.array(fc.nat(9999), { minLength: 20, maxLength: 400 })

const START: readonly Change[] = [
  ['create', '1', 'Item', 'root', -1, {}],
  ['create', '2', 'Item', 'root', -1, {}],
  ['create', '3', 'Item', '2', -1, { l: [1, 2] }],
]

const ROW: Rows[4] = [
  ['Item', 0, ['n'], {}],
  ['Item', 1, ['s'], { n: 1 }],
  ['Item', 1, ['l'], {}],
  ['Item', 1, [], { s: 'deep' }],
]

class Run {
  readonly server = new ModelServer(START)
  readonly clock = new FakeClock()
  readonly clients: { client: Client; errors: unknown[]; gesture?: Gesture | undefined }[] = []
  readonly #tape: readonly number[]
  #at = 0
  #planted = 100

  constructor(numbers: readonly number[]) {
    this.#tape = numbers
    this.server.effects = (changes) => {
      const sum = changes.length + this.server.seq
      if (sum % 11 === 0) throw new Error('a listener said no')
      const [first] = changes
      if (sum % 7 === 0 && first && first[0] !== 'destroy' && this.server.tree.objects.has('1')) {
        return [['add', '1', 'n', 1] as const, ['insert_text', '1', 's', 0, '>'] as const]
      }
      return []
    }
    for (let i = 0; i < 3; i++) this.clients.push(join(this.server, this.clock))
    this.server.settle(this.clock)
  }

  next(below: number): number {
    return (this.#tape[this.#at++ % this.#tape.length] ?? 0) % below
  }

  /** Any object of a client: one that it may have to wake, or one of all, which wakes all. */
  find(client: Client): SObject | undefined {
    if (this.next(4)) {
      const ids = [...this.server.tree.objects.keys()]
      return client.objects.get(ids[this.next(ids.length)] as string)
    }
    const objects = [...client.objects.values()]
    return objects[this.next(objects.length)]
  }

  /** Rows of one shape come, of which clients make only the tops. */
  plant(): void {
    const parents = [...this.server.tree.objects.keys()]
    const parent = parents[this.next(parents.length)] as string
    const count = 1 + this.next(3)
    const values = Array.from({ length: count }, (_, row) => [row, `cell ${row}`, [row]]).flat()
    this.server.change(['rows', `${this.#planted}`, parent, count, ROW, values as never])
    this.#planted += count * ROW.length
  }

  edit(client: Client): void {
    const object = this.find(client)
    if (!object) return
    try {
      if (object.id === 'root') {
        object.create('Item', { n: this.next(5) })
        return
      }
      const text = object.attribute('s')
      const list = object.attribute('l')
      const dict = object.attribute('d')
      switch (this.next(15)) {
        case 0:
          object.attribute('n').add(this.next(9) - 4)
          break
        case 1:
          object.attribute('v').set(this.next(99))
          break
        case 2:
        case 3:
        case 4:
          text.insert(this.next(text.value.length + 1), 'abcdefg'.slice(this.next(6)))
          break
        case 5:
        case 6:
          if (text.value) {
            const from = this.next(text.value.length)
            text.delete(from, 1 + this.next(Math.min(4, text.value.length - from)))
          }
          break
        case 7:
          list.insert(this.next(99), this.next(list.length + 1))
          break
        case 8:
          if (list.length) list.pop(this.next(list.length))
          break
        case 9:
          if (list.length) list.move(this.next(list.length), this.next(list.length))
          break
        case 10:
          dict.setItem('xyz'[this.next(3)] as string, this.next(99))
          break
        case 11:
          object.create('Item', { s: 'new' }, 0)
          break
        case 12:
          object.destroy()
          break
        case 13: {
          const target = this.find(client)
          if (target) object.place(target)
          break
        }
        default:
          client.record(() => {
            object.attribute('n').add(5)
            text.insert(0, '<')
            text.insert(text.value.length, '>')
            object.emit('e', { x: 1 })
          })
      }
    } catch (error) {
      if (!(error instanceof LocalError)) throw error
    }
  }

  step(): void {
    const open = this.server.network.connections.filter((connection) => connection.isOpen)
    const kind = this.next(21)
    const one = this.clients[this.next(this.clients.length)] as Run['clients'][number]
    if (kind < 2) {
      one.gesture?.end()
      one.gesture = kind === 0 ? one.client.gesture() : undefined
    }
    if (kind < 8) {
      if (one.gesture) one.gesture.record(() => this.edit(one.client))
      else this.edit(one.client)
    } else if (kind < 11) this.clock.flush()
    else if (kind < 14) for (const connection of open) this.server.read(connection, 1 + this.next(2))
    else if (kind < 16) {
      for (const session of this.server.sessions.values()) this.server.write(session, 1 + this.next(3))
    } else if (kind < 18) open[this.next(Math.max(1, open.length))]?.deliver(1 + this.next(2))
    else if (kind === 18) {
      const connection = open[this.next(Math.max(1, open.length))]
      if (connection) {
        // Some of what was sent still arrives.
        this.server.read(connection, this.next(3))
        connection.close(1006)
      }
    } else if (kind === 19) this.reconnect()
    else this.plant()
  }

  reconnect(): void {
    for (const { client } of this.clients) {
      if (client.status.state !== 'offline') continue
      const before = this.server.network.connections.length
      client.retryNow()
      if (this.server.network.connections.length > before) this.server.network.current.open()
    }
  }

  finish(): void {
    for (const { gesture } of this.clients) gesture?.end()
    for (let i = 0; i < 3; i++) {
      this.reconnect()
      this.server.settle(this.clock)
    }
  }
}

describe('prediction', () => {
  it('every replica equals the server after quiet, whatever came in which order', () => {
    fc.assert(
      fc.property(tape, (numbers) => {
        const run = new Run(numbers)
        for (let i = 0; i < numbers.length; i++) run.step()
        run.finish()
        for (const { client, errors } of run.clients) {
          expect(errors).toEqual([])
          expect(client.status.state).toBe('live')
          expect(client.pendingCount).toBe(0)
          expect(dump(client)).toEqual(dump(run.server.tree))
        }
        const decided = run.server.actions.map(({ session, cseq }) => `${session}/${cseq}`)
        expect(new Set(decided).size).toBe(decided.length)
      }),
      { numRuns: Number(process.env['RUNS'] ?? 300) },
    )
  }, 60_000)
})
