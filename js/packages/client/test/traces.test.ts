/**
 * Golden traces: what a real server said to one client (tests/traces.py recorded it), replayed. Whenever the client asked, the hash of its
 * own state has to be the server's.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import type { Change } from '../src/changes.js'
import { Client } from '../src/client.js'
import type { Gesture } from '../src/gestures.js'
import { decodeClient } from '../src/peer.js'
import type { Scope } from '../src/protocol.js'
import type { DictTopic, IntTopic, ListTopic, StringTopic } from '../src/topics.js'
import { MemoryNetwork } from '../src/transports/memory.js'
import { FakeClock } from './helpers.js'
import { bytes, top } from './vectors.js'

type Step =
  | { readonly hear: string; readonly buffers?: readonly string[] }
  | {
      readonly act: readonly Change[]
      readonly cseq: number
      readonly base: number
      readonly gesture?: number
    }
  | { readonly verify: true }
  | { readonly cut: true }

const folder = resolve(top, 'tests/vectors/traces')
const names = readdirSync(folder).map((file) => file.replace('.json', ''))
const trace = (name: string): Step[] => JSON.parse(readFileSync(resolve(folder, `${name}.json`), 'utf8'))
const PART: readonly Scope[] = [{ root: '1' }, { root: 'root', depth: 1, tags: ['t'] }]

/** Does through the public API what a trace says that its client did. */
function act(client: Client, change: Change): void {
  const object = change[0] === 'create' ? client.object(change[3] as string) : client.object(change[1])
  const topic = <T>(name: string): T => object.attribute(name) as unknown as T
  switch (change[0]) {
    case 'add':
      topic<IntTopic>(change[2]).add(change[3])
      break
    case 'set':
      topic<IntTopic>(change[2]).set(change[3] as number)
      break
    case 'insert_text':
      topic<StringTopic>(change[2]).insert(change[3], change[4])
      break
    case 'put':
      topic<DictTopic>(change[2]).setItem(change[3], change[4])
      break
    case 'insert':
      topic<ListTopic>(change[2]).insert(change[4], change[3])
      break
    case 'emit':
      object.emit(change[2], change[3])
      break
    case 'tag':
      object.addTag(change[2])
      break
    case 'destroy':
      object.destroy()
      break
    case 'create':
      object.create(change[2], change[5])
      break
    default:
      throw new Error(`a trace's client does not ${change[0]}`)
  }
}

async function replay(steps: readonly Step[], scopes?: readonly Scope[]) {
  const clock = new FakeClock()
  const network = new MemoryNetwork()
  const errors: unknown[] = []
  const client = new Client({
    connect: network.connect,
    clock,
    random: () => 0.5,
    report: (error) => errors.push(error),
    ...(scopes ? { scopes } : {}),
  })
  network.current.open()
  let looks = 0
  let gesture: Gesture | undefined
  const said = () => {
    clock.flush()
    const frames = []
    for (let frame = network.current.take(); frame; frame = network.current.take())
      frames.push(decodeClient(frame))
    return frames
  }
  for (const step of steps) {
    if ('hear' in step) {
      network.current.send({ text: step.hear, buffers: (step.buffers ?? []).map(bytes) })
      network.current.deliver()
      // Where the hashes differ, it asks for the parts; no trace has an answer to that.
      if (client.pendingCount === 0 && said().some((message) => message.type === 'verify'))
        return { looks, errors, differs: true }
    } else if ('act' in step) {
      const { cseq, base, act: changes, gesture: number } = step
      if (gesture?.id !== number) {
        gesture?.end()
        gesture = number === undefined ? undefined : client.gesture()
      }
      clock.advance(20) // a frame of the screen: what is done in one gesture leaves at most that often
      said()
      const doer = gesture ?? client
      doer.record(() => {
        for (const change of changes) act(client, change)
      })
      const [action] = said()
      const part = number === undefined ? {} : { gesture: number }
      expect(action).toEqual({ type: 'action', cseq, base, ...part, changes })
    } else if ('verify' in step) {
      expect(client.pendingCount).toBe(0)
      client.verify()
      await vi.dynamicImportSettled() // it fetches what compares
      expect(said()).toContainEqual({ type: 'verify', object: 'root' })
      looks++
    } else {
      network.current.close(1006)
      client.retryNow()
      network.current.open()
    }
  }
  return { looks, errors, differs: false }
}

describe('golden traces of the server', () => {
  it.each(names)('are replayed to equal state hashes: %s', async (name) => {
    const { looks, errors, differs } = await replay(trace(name), name === 'a-part' ? PART : undefined)
    expect(errors).toEqual([])
    expect(differs).toBe(false)
    expect(looks).toBeGreaterThan(3)
  })

  it('would show a client that went wrong', async () => {
    const steps = trace('everyday').map((step) =>
      'hear' in step
        ? { ...step, hear: step.hear.replace(/("insert_text","[^"]*","text",\d+,")/, '$1!') }
        : step,
    )
    expect((await replay(steps)).differs).toBe(true)
  })
})
