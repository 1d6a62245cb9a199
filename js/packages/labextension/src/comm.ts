/**
 * The comm transport: frames between a client and a kernel, over two comms (objectsync_jupyter/comm.py is the other end).
 *
 * - One goes up, on which the kernel never sends; one comes down, on which this page never sends.
 * - Messages that come down are numbered. The Jupyter server drops what exceeds its rate, silently; a gap closes the connection, and the
 *   client's next one fetches what is missing.
 * - The first frame goes at once; those made within the next 16 ms share a message: the way up is the slow one.
 */
import type { Kernel } from '@jupyterlab/services'
import type { Connect, Frame } from '@objectsync/client'
import { type CommMessage, hasComm, readComm, sendComm, subshellOf } from './wire.js'

export const DOWN = 'objectsync.down'
export const UP = 'objectsync.up'
/** Listed where the kernel has a server. */
export const HERE = 'objectsync.here'

const BATCH = 16
/** A larger message is cut up: above some 10 MB the Jupyter server loses it without a word. */
const PART = 4 * 1024 * 1024

export interface CommEvents {
  /** The kernel answered; `epoch` names this life of its server. */
  ready(epoch: string): void
  /** The kernel has no server: its extension is not loaded. */
  absent(): void
}

/** Opens connections over `kernel`. */
export function comm(kernel: Kernel.IKernelConnection, events: CommEvents): Connect {
  return (handlers) => {
    const pair = crypto.randomUUID()
    const down = `${pair}.d`
    const up = `${pair}.u`
    let subshell: string | undefined
    let cancel = (): void => {}
    let opened = false
    let done = false
    let received = 0
    let waiting: Frame[] = []
    let timer: ReturnType<typeof setTimeout> | undefined

    const finish = (code: number, reason: string): void => {
      if (done) return
      done = true
      clearTimeout(timer)
      cancel()
      if (!kernel.isDisposed) {
        kernel.anyMessage.disconnect(onMessage)
        kernel.disposed.disconnect(onGone)
      }
      handlers.closed(code, reason)
    }
    const onGone = (): void => finish(1006, 'the kernel connection is gone')
    const flush = (): void => {
      timer = undefined
      if (done || waiting.length === 0) return
      const frames: Frame[] = []
      for (const frame of waiting) {
        if (sizeOf(frame) <= PART) frames.push(frame)
        else {
          sendFrames(frames.splice(0))
          sendParts(frame)
        }
      }
      waiting = []
      sendFrames(frames)
      timer = setTimeout(flush, BATCH)
    }
    const sendFrames = (frames: readonly Frame[]): void => {
      if (frames.length === 0) return
      const listed = frames.map(({ text, buffers }) => [text, buffers.length])
      const buffers = frames.flatMap((frame) => [...frame.buffers])
      send('comm_msg', { comm_id: up, data: { frames: listed } }, buffers)
    }
    const sendParts = ({ text, buffers }: Frame): void => {
      const head = new TextEncoder().encode(text)
      const whole = new Uint8Array(buffers.reduce((sum, buffer) => sum + buffer.byteLength, head.length))
      let at = 0
      for (const piece of [head, ...buffers]) {
        whole.set(piece, at)
        at += piece.byteLength
      }
      const parts = Math.ceil(whole.length / PART)
      for (let part = 0; part < parts; part++) {
        // `head` is how much of the whole is JSON; the lengths of the buffers behind it stand in there.
        const data = { part, parts, head: head.length, binary: buffers.length > 0 }
        send('comm_msg', { comm_id: up, data }, [whole.slice(part * PART, (part + 1) * PART)])
      }
    }
    const send = (
      type: 'comm_open' | 'comm_msg' | 'comm_close',
      content: object,
      buffers: Uint8Array[] = [],
    ): void => {
      try {
        sendComm(kernel, type, { ...content }, subshell, buffers)
      } catch (error) {
        finish(1006, String(error))
      }
    }
    // Not `iopubMessage`: that waits until what others do with earlier messages is done.
    const onMessage = (_: unknown, { msg, direction }: Kernel.IAnyMessageArgs): void => {
      if (direction !== 'recv' || msg.channel !== 'iopub') return
      const read = readComm(msg)
      if (read?.comm === down) take(read)
    }
    const take = ({ closes, data, buffers }: CommMessage): void => {
      if (closes) finish(4002, 'the kernel closed its comm')
      else if (typeof data['ready'] === 'string') {
        opened = true
        events.ready(data['ready'])
        if (!done) handlers.opened()
      } else if (Array.isArray(data['close'])) {
        const [code, reason] = data['close'] as [number, string]
        finish(code, reason)
      } else takeFrames(Number(data['n']), data['frames'] as readonly [string, number][], buffers)
    }
    const takeFrames = (
      n: number,
      frames: readonly (readonly [string, number])[],
      buffers: readonly Uint8Array[],
    ): void => {
      if (n !== received + (frames.length ? 1 : 0)) {
        close(4096, 'gap')
        return
      }
      received = n
      let at = 0
      for (const [text, count] of frames) {
        if (done) return
        handlers.received({ text, buffers: buffers.slice(at, at + count) })
        at += count
      }
    }
    const close = (code: number, reason: string): void => {
      if (done) return
      clearTimeout(timer)
      flush()
      for (const id of [up, down]) send('comm_close', { comm_id: id, data: { code, reason } })
      finish(code, reason)
    }
    const open = async (): Promise<void> => {
      subshell = await subshellOf(kernel)
      if (done || kernel.isDisposed) return
      const probe = hasComm(kernel, HERE, subshell)
      cancel = probe.cancel
      const here = await probe.answer
      probe.cancel()
      if (done || kernel.isDisposed) return
      if (!here) {
        events.absent()
        finish(4002, 'the kernel has no objectsync server')
        return
      }
      kernel.anyMessage.connect(onMessage)
      kernel.disposed.connect(onGone)
      send('comm_open', { comm_id: down, target_name: DOWN, data: { pair } })
      send('comm_open', { comm_id: up, target_name: UP, data: { pair } })
    }
    open().catch((error: unknown) => finish(1006, String(error)))

    return {
      send(frame) {
        if (done || !opened) return
        waiting.push(frame)
        if (timer === undefined) flush()
      },
      close,
    }
  }
}

/** About how many bytes a frame takes. */
function sizeOf({ text, buffers }: Frame): number {
  return buffers.reduce((sum, buffer) => sum + buffer.byteLength, text.length)
}
