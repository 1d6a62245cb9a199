import { PageConfig } from '@jupyterlab/coreutils'
import type { Kernel } from '@jupyterlab/services'
import type { TransportHandlers } from '@objectsync/client'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { comm } from '../src/comm.js'
import { fastest } from '../src/direct.js'

vi.mock('../src/comm.js', () => ({ comm: vi.fn() }))

/** What the browser has, driven by hand. */
class FakeSocket {
  static readonly OPEN = 1
  static readonly all: FakeSocket[] = []
  readonly url: string
  readonly sent: string[] = []
  readyState = 0
  onopen = (): void => {}
  onmessage = (_: { data: unknown }): void => {}
  onclose = (_: { code: number; reason: string }): void => {}
  constructor(url: string) {
    this.url = url
    FakeSocket.all.push(this)
  }
  send(data: string): void {
    this.sent.push(data)
  }
  close(code: number, reason: string): void {
    this.end(code, reason)
  }
  greet(epoch: string): void {
    this.readyState = 1
    this.onopen()
    this.onmessage({ data: JSON.stringify({ ready: epoch }) })
  }
  end(code: number, reason = ''): void {
    if (this.readyState === 3) return
    this.readyState = 3
    this.onclose({ code, reason })
  }
}

function kernel(connectionStatus: Kernel.ConnectionStatus = 'connected', baseUrl = 'http://here/base/') {
  const listeners = new Set<(sender: unknown, status: Kernel.ConnectionStatus) => void>()
  const fake = {
    id: 'k-1',
    isDisposed: false,
    connectionStatus,
    connectionStatusChanged: {
      connect: (listener: () => void) => listeners.add(listener),
      disconnect: (listener: () => void) => listeners.delete(listener),
    },
    serverSettings: { baseUrl, wsUrl: 'ws://here/base/', appendToken: true, token: 'a b' },
  }
  return {
    connection: fake as unknown as Kernel.IKernelConnection,
    connect() {
      for (const listener of [...listeners]) listener(fake, 'connected')
    },
  }
}

let log: unknown[]
let comms: { handlers: TransportHandlers; closed: unknown[] }[]

function open(connection: Kernel.IKernelConnection) {
  return fastest(connection, {
    ready: (epoch) => log.push(['ready', epoch]),
    absent: () => log.push('absent'),
  })({
    opened: () => log.push('opened'),
    received: (frame) => log.push(frame.text),
    closed: (code, reason) => log.push([code, reason]),
  })
}

beforeEach(() => {
  log = []
  comms = []
  FakeSocket.all.length = 0
  vi.stubGlobal('WebSocket', FakeSocket)
  vi.useFakeTimers()
  vi.mocked(comm).mockImplementation(() => (handlers) => {
    const made = { handlers, closed: [] as unknown[] }
    comms.push(made)
    return { send() {}, close: (code, reason) => made.closed.push([code, reason]) }
  })
  PageConfig.setOption('baseUrl', 'http://here/base/')
  PageConfig.setOption('objectsyncDirect', 'true')
})

afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

describe('the way to a kernel', () => {
  it('is the direct websocket, and opens when the kernel is behind it', () => {
    const transport = open(kernel().connection)
    const socket = FakeSocket.all[0] as FakeSocket
    expect(socket.url).toBe('ws://here/base/objectsync/kernels/k-1?token=a%20b')
    expect(log).toEqual([])
    socket.greet('e1')
    socket.onmessage({ data: '{"type":"pong"}' })
    transport.send({ text: 'up', buffers: [] })
    expect(log).toEqual([['ready', 'e1'], 'opened', '{"type":"pong"}'])
    expect(socket.sent).toEqual(['up'])
    expect(comms).toEqual([])
  })

  it.each([
    ['the server does not offer it', () => PageConfig.setOption('objectsyncDirect', ''), kernel()],
    ['the kernel is another server’s', () => {}, kernel('connected', 'http://there/')],
  ])('is comms where %s, without a request', (_, prepare, { connection }) => {
    prepare()
    open(connection)
    expect(FakeSocket.all).toEqual([])
    expect(comms).toHaveLength(1)
  })

  it('is comms where the kernel has no socket, and is asked again the next time', () => {
    const { connection } = kernel()
    for (const times of [1, 2]) {
      open(connection)
      ;(FakeSocket.all.at(-1) as FakeSocket).end(4010, 'unreachable')
      expect(comms).toHaveLength(times)
    }
    expect(FakeSocket.all).toHaveLength(2)
    expect(log).toEqual([]) // the client has not noticed
    comms[1]?.handlers.opened()
    comms[1]?.handlers.received({ text: 'down', buffers: [] })
    comms[1]?.handlers.closed(4002, 'restart')
    expect(log).toEqual(['opened', 'down', [4002, 'restart']])
  })

  it.each([
    ['refuses the handshake', (socket: FakeSocket) => socket.end(1006)],
    ['says nothing', () => vi.advanceTimersByTime(4_000)],
  ])('is comms for a minute where the server %s, and then asked again', (_, fail) => {
    const { connection } = kernel()
    open(connection)
    fail(FakeSocket.all[0] as FakeSocket)
    vi.advanceTimersByTime(59_000)
    open(connection)
    expect(FakeSocket.all).toHaveLength(1)
    expect(comms).toHaveLength(2)
    vi.advanceTimersByTime(1_000)
    open(connection)
    expect(FakeSocket.all).toHaveLength(2)
  })

  it('is not changed under an open connection: one that breaks is closed, once', () => {
    open(kernel().connection)
    FakeSocket.all[0]?.greet('e1')
    FakeSocket.all[0]?.end(4002, 'restart')
    expect(log.slice(2)).toEqual([[4002, 'restart']])
    expect(comms).toEqual([])
  })

  it('is chosen when the page is connected, and not at all when the client has gone', () => {
    const away = kernel('connecting')
    open(away.connection)
    expect([FakeSocket.all, comms]).toEqual([[], []])
    away.connect()
    expect(FakeSocket.all).toHaveLength(1)
    const left = kernel('connecting')
    open(left.connection).close(1000, 'bye')
    left.connect()
    expect(FakeSocket.all).toHaveLength(1)
    expect(log).toEqual([[1000, 'bye']])
  })

  it('does not fall back to comms when the client closes it before it has opened', () => {
    open(kernel().connection).close(1000, 'bye')
    expect(FakeSocket.all[0]?.readyState).toBe(3)
    expect(comms).toEqual([])
    expect(log).toEqual([[1000, 'bye']])
  })
})
