import { PageConfig } from '@jupyterlab/coreutils'
import type { Kernel } from '@jupyterlab/services'
import type { Frame } from '@objectsync/client'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { comm, DOWN, HERE, UP } from '../src/comm.js'

type Sent = {
  header: { msg_id: string; msg_type: string; subshell_id?: string }
  channel: string
  content: Record<string, unknown> & { comm_id: string; data: Record<string, unknown> }
  buffers: Uint8Array[]
}

class FakeSignal {
  readonly listeners = new Set<(sender: unknown, args: unknown) => void>()
  connect(listener: (sender: unknown, args: unknown) => void): void {
    this.listeners.add(listener)
  }
  disconnect(listener: (sender: unknown, args: unknown) => void): void {
    this.listeners.delete(listener)
  }
  emit(args: unknown): void {
    for (const listener of [...this.listeners]) listener(this, args)
  }
}

/** A kernel connection that answers what is needed to open, and keeps what is sent. */
class FakeKernel {
  readonly clientId = 'page'
  readonly username = ''
  readonly isDisposed = false
  readonly anyMessage = new FakeSignal()
  readonly disposed = new FakeSignal()
  readonly sent: Sent[] = []
  readonly info: Promise<unknown>
  /** The subshells that were made; the last one answers, once it is there. */
  readonly subshells: string[] = []
  /** Milliseconds that the control channel takes. */
  slow = 0
  readonly #has: boolean

  constructor(options: { subshells: boolean; server: boolean }) {
    this.info = Promise.resolve({ supported_features: options.subshells ? ['kernel subshells'] : [] })
    this.#has = options.server
  }

  sendControlMessage(): { done: Promise<unknown>; dispose(): void } {
    const subshell_id = `s${this.subshells.length + 1}`
    this.subshells.push(subshell_id)
    const reply = { content: { status: 'ok', subshell_id } }
    return { done: new Promise((resolve) => setTimeout(resolve, this.slow, reply)), dispose() {} }
  }

  sendShellMessage(message: Sent): { onReply: (reply: unknown) => void; dispose(): void } {
    this.sent.push(message)
    const future = { onReply: (_: unknown): void => {}, dispose() {} }
    if (message.header.msg_type === 'comm_info_request') {
      expect(message.content['target_name']).toBe(HERE)
      const { subshell_id } = message.header
      if (subshell_id === undefined || subshell_id === this.subshells.at(-1))
        queueMicrotask(() => future.onReply({ content: { comms: this.#has ? { [HERE]: {} } : {} } }))
    }
    return future
  }

  /** The kernel says something on the comm that comes down. */
  say(data: object, buffers: Uint8Array[] = []): void {
    const down = this.sent.find(({ content }) => content['target_name'] === DOWN)
    const content = { comm_id: down?.content.comm_id, data }
    const msg = { channel: 'iopub', header: { msg_type: 'comm_msg' }, content, buffers }
    this.anyMessage.emit({ msg, direction: 'recv' })
  }

  get ups(): Sent[] {
    return this.sent.filter(({ header }) => header.msg_type === 'comm_msg')
  }
}

async function open(kernel: FakeKernel) {
  const log: unknown[] = []
  const frames: Frame[] = []
  const transport = comm(kernel as unknown as Kernel.IKernelConnection, {
    ready: (epoch) => log.push(['ready', epoch]),
    absent: () => log.push('absent'),
  })({
    opened: () => log.push('opened'),
    received: (frame) => frames.push(frame),
    closed: (code, reason) => log.push([code, reason]),
  })
  await vi.advanceTimersByTimeAsync(5)
  return { log, frames, transport }
}

const text = (frame: string): Frame => ({ text: frame, buffers: [] })

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

describe('the comm transport', () => {
  it('opens two comms on a subshell of its own, and is open when the kernel says so', async () => {
    const kernel = new FakeKernel({ subshells: true, server: true })
    const { log } = await open(kernel)
    const opens = kernel.sent.filter(({ header }) => header.msg_type === 'comm_open')
    expect(opens.map(({ content }) => content['target_name'])).toEqual([DOWN, UP])
    expect(kernel.sent.every(({ header }) => header.subshell_id === 's1')).toBe(true)
    expect(log).toEqual([])
    kernel.say({ ready: 'e1' })
    expect(log).toEqual([['ready', 'e1'], 'opened'])
  })

  it('opens nothing where the kernel has no server', async () => {
    const kernel = new FakeKernel({ subshells: false, server: false })
    const { log } = await open(kernel)
    expect(log).toEqual(['absent', [4002, 'the kernel has no objectsync server']])
    expect(kernel.sent.map(({ header }) => header.msg_type)).toEqual(['comm_info_request'])
    expect(kernel.sent[0]?.header.subshell_id).toBeUndefined()
  })

  it('makes another subshell where the one it had says nothing: another page has restarted the kernel', async () => {
    const kernel = new FakeKernel({ subshells: true, server: true })
    await open(kernel)
    kernel.subshells.push('of the restarted kernel')
    kernel.sent.length = 0
    const { log } = await open(kernel)
    const opens = () => kernel.sent.filter(({ header }) => header.msg_type === 'comm_open')
    expect(opens()).toEqual([])
    await vi.advanceTimersByTimeAsync(8_000)
    expect(opens().map(({ header }) => header.subshell_id)).toEqual(['s3', 's3'])
    kernel.say({ ready: 'e2' })
    expect(log).toEqual([['ready', 'e2'], 'opened'])
  })

  it('goes on without a subshell where the kernel is slow to make one, and has it the next time', async () => {
    const kernel = new FakeKernel({ subshells: true, server: true })
    kernel.slow = 6_000
    await open(kernel)
    await vi.advanceTimersByTimeAsync(4_000)
    const shells = () =>
      kernel.sent
        .filter(({ header }) => header.msg_type === 'comm_open')
        .map(({ header }) => header.subshell_id)
    expect(shells()).toEqual([undefined, undefined])
    await vi.advanceTimersByTimeAsync(2_000)
    await open(kernel)
    expect(shells()).toEqual([undefined, undefined, 's1', 's1'])
    expect(kernel.subshells).toEqual(['s1'])
  })

  it('sends the first frame at once, and those of the next 16 ms together', async () => {
    const kernel = new FakeKernel({ subshells: true, server: true })
    const { transport } = await open(kernel)
    kernel.say({ ready: 'e1' })
    for (const each of ['a', 'b', 'c']) transport.send(text(each))
    expect(kernel.ups.map(({ content }) => content.data)).toEqual([{ frames: [['a', 0]] }])
    await vi.advanceTimersByTimeAsync(40)
    expect(kernel.ups.at(-1)?.content.data).toEqual({
      frames: [
        ['b', 0],
        ['c', 0],
      ],
    })
    expect(kernel.ups).toHaveLength(2)
  })

  it('says something empty when the kernel begins with a lone message, or its answer would wait for an acknowledgement', async () => {
    const kernel = new FakeKernel({ subshells: true, server: true })
    const { transport } = await open(kernel)
    kernel.say({ ready: 'e1' })
    const begins = (): void => {
      const parent_header = { msg_id: kernel.ups.at(-1)?.header.msg_id }
      const msg = { channel: 'iopub', header: { msg_type: 'status' }, parent_header, content: {} }
      for (const _ of ['busy', 'idle']) kernel.anyMessage.emit({ msg, direction: 'recv' })
    }
    const empty = () => kernel.ups.filter(({ content }) => (content.data['frames'] as []).length === 0).length
    transport.send(text('a'))
    begins()
    expect(empty()).toBe(1)
    begins() // with the empty one
    transport.send(text('b'))
    await vi.advanceTimersByTimeAsync(20)
    begins() // one of a row
    expect(empty()).toBe(1)
    await vi.advanceTimersByTimeAsync(40)
    transport.send(text('{"type":"ack","seq":1,"frames":1}'))
    begins() // nothing is waited for
    expect(empty()).toBe(1)
    PageConfig.setOption('objectsyncDirect', 'true')
    await vi.advanceTimersByTimeAsync(40)
    transport.send(text('c'))
    begins() // the server does not wait
    PageConfig.setOption('objectsyncDirect', '')
    expect(empty()).toBe(1)
  })

  it('gives out frames with their buffers', async () => {
    const kernel = new FakeKernel({ subshells: true, server: true })
    const { frames } = await open(kernel)
    kernel.say({ ready: 'e1' })
    const [one, two] = [new Uint8Array([1]), new Uint8Array([2])]
    kernel.say(
      {
        n: 1,
        frames: [
          ['x', 1],
          ['y', 0],
          ['z', 1],
        ],
      },
      [one, two],
    )
    expect(frames).toEqual([
      { text: 'x', buffers: [one] },
      { text: 'y', buffers: [] },
      { text: 'z', buffers: [two] },
    ])
  })

  it.each([
    ['a message was lost before another', { n: 3, frames: [['z', 0]] }],
    ['the last message was lost', { n: 2, frames: [] }],
  ])('closes when %s', async (_, data) => {
    const kernel = new FakeKernel({ subshells: true, server: true })
    const { log, frames } = await open(kernel)
    kernel.say({ ready: 'e1' })
    kernel.say({ n: 1, frames: [['x', 0]] })
    kernel.say({ n: 1, frames: [] })
    expect(log).toHaveLength(2)
    kernel.say(data)
    expect(log.at(-1)).toEqual([4096, 'gap'])
    expect(frames).toEqual([text('x')])
    expect(kernel.sent.filter(({ header }) => header.msg_type === 'comm_close')).toHaveLength(2)
    expect(kernel.anyMessage.listeners.size + kernel.disposed.listeners.size).toBe(0)
  })

  it('cuts a large frame up', async () => {
    const kernel = new FakeKernel({ subshells: true, server: true })
    const { transport } = await open(kernel)
    kernel.say({ ready: 'e1' })
    const bytes = new Uint8Array(9 * 1024 * 1024).fill(7)
    transport.send({ text: '{}', buffers: [bytes] })
    expect(kernel.ups.map(({ content }) => content.data)).toEqual(
      [0, 1, 2].map((part) => ({ part, parts: 3, head: 2, binary: true })),
    )
    const sizes = kernel.ups.map(({ buffers }) => buffers[0]?.byteLength ?? 0)
    expect(sizes.reduce((sum, size) => sum + size)).toBe(2 + bytes.length)
    expect(Math.max(...sizes)).toBeLessThanOrEqual(4 * 1024 * 1024)
  })

  it('closes with what the kernel gives as the reason', async () => {
    const kernel = new FakeKernel({ subshells: true, server: true })
    const { log } = await open(kernel)
    kernel.say({ ready: 'e1' })
    kernel.say({ close: [4002, 'restart'] })
    expect(log.at(-1)).toEqual([4002, 'restart'])
  })
})
