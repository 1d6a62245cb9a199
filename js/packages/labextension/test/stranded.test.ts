import type { Kernel } from '@jupyterlab/services'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { askAgain } from '../src/stranded.js'

class FakeSignal<T> {
  readonly listeners = new Set<(sender: unknown, value: T) => void>()
  connect(listener: (sender: unknown, value: T) => void): void {
    this.listeners.add(listener)
  }
  disconnect(listener: (sender: unknown, value: T) => void): void {
    this.listeners.delete(listener)
  }
  emit(value: T): void {
    for (const listener of [...this.listeners]) listener(undefined, value)
  }
}

function kernel() {
  const gone = vi.fn()
  const fake = {
    isDisposed: false,
    connectionStatus: 'connected',
    status: 'idle',
    anyMessage: new FakeSignal<unknown>(),
    statusChanged: new FakeSignal<string>(),
    clone: vi.fn(() => ({ dispose: gone })),
  }
  return {
    fake,
    gone,
    end: askAgain(fake as unknown as Kernel.IKernelConnection),
    send(id: string, type = 'execute_request') {
      fake.anyMessage.emit({ direction: 'send', msg: { header: { msg_type: type, msg_id: id } } })
    },
    hear(parent: string) {
      fake.anyMessage.emit({
        direction: 'recv',
        msg: { header: { msg_type: 'status' }, parent_header: { msg_id: parent } },
      })
    },
  }
}

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('a cell that an idle kernel does not see', () => {
  it('makes the page ask by another connection, which goes when it is seen', () => {
    const { fake, gone, send, hear } = kernel()
    send('a')
    vi.advanceTimersByTime(2_500)
    expect(fake.clone).toHaveBeenCalledTimes(1)
    expect(gone).not.toHaveBeenCalled()
    hear('a')
    expect(gone).toHaveBeenCalledTimes(1)
    vi.advanceTimersByTime(10_000)
    expect(fake.clone).toHaveBeenCalledTimes(1)
  })

  it('costs nothing where the kernel answers', () => {
    const { fake, send, hear } = kernel()
    send('a')
    hear('another')
    hear('a')
    send('info', 'kernel_info_request')
    vi.advanceTimersByTime(10_000)
    expect(fake.clone).not.toHaveBeenCalled()
    expect(vi.getTimerCount()).toBe(0)
  })

  it('waits while the kernel is busy with another cell, or away', () => {
    const { fake, send } = kernel()
    fake.status = 'busy'
    send('a')
    vi.advanceTimersByTime(5_000)
    fake.status = 'idle'
    fake.connectionStatus = 'connecting'
    vi.advanceTimersByTime(5_000)
    expect(fake.clone).not.toHaveBeenCalled()
    fake.connectionStatus = 'connected'
    vi.advanceTimersByTime(1_000)
    expect(fake.clone).toHaveBeenCalledTimes(1)
  })

  it('is not waited for when the kernel restarts, or the notebook closes', () => {
    const { fake, send, end } = kernel()
    send('a')
    fake.statusChanged.emit('restarting')
    expect(vi.getTimerCount()).toBe(0)
    send('b')
    end()
    expect(vi.getTimerCount()).toBe(0)
    expect(fake.anyMessage.listeners.size + fake.statusChanged.listeners.size).toBe(0)
  })
})
