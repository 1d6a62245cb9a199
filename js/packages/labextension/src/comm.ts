/**
 * The comm transport: frames between a client and a kernel, over two comms (objectsync_jupyter/comm.py is the other end).
 *
 * - One goes up, on which the kernel never sends; one comes down, on which this page never sends.
 * - Jupyter's websocket waits for the page's TCP to acknowledge one small message before it sends the next, and a page that says nothing
 *   acknowledges 40 ms late. So while a message of ours is on its way, until the kernel says that it has begun with it, the page answers
 *   what comes with something empty. Not in a row of messages, where the next one does that; and not where our server extension has set
 *   TCP_NODELAY.
 */
import type { Kernel } from '@jupyterlab/services'
import type { Connect } from '@objectsync/client'
import { MessageTransport, newName } from '@objectsync/client/messages'
import { serverHelps } from './server.js'
import { forgetSubshell, hasComm, readComm, sendComm, subshellOf, within } from './wire.js'

export const DOWN = 'objectsync.down'
export const UP = 'objectsync.up'
/** Listed where the kernel has a server. */
export const HERE = 'objectsync.here'

/** Milliseconds of silence after which a message stands alone: in a row, they are 16 apart. */
const ALONE = 32
/** How often something empty is said for one message. What others make the kernel say may come in between. */
const EMPTY = 3
/** Milliseconds after which a subshell is taken for gone: a second attempt costs less than a view that never comes. */
const SUBSHELL_WITHIN = 8_000
/** What a client says without waiting for anything. */
const ACK = '{"type":"ack"'

export interface CommEvents {
  /** The kernel answered; `epoch` names this life of its server. */
  ready(epoch: string): void
  /** The kernel has no server: its extension is not loaded. */
  absent(): void
}

/** Opens connections over `kernel`. */
export function comm(kernel: Kernel.IKernelConnection, events: CommEvents): Connect {
  return (handlers) => {
    const pair = newName()
    const down = `${pair}.d`
    const up = `${pair}.u`
    let subshell: string | undefined
    let cancel = (): void => {}
    let sentAt = Number.NEGATIVE_INFINITY
    /** The message of ours that is on its way, and how much of what comes until then is still answered. */
    let lone = ''
    let empty = 0

    const sendUp = (data: object, buffers: readonly Uint8Array[]): string =>
      sendComm(kernel, 'comm_msg', { comm_id: up, data }, subshell, buffers)
    const transport = new MessageTransport(handlers, {
      send: (data, buffers) => {
        const now = performance.now()
        const id = sendUp(data, buffers)
        const { frames } = data as { frames?: readonly (readonly [string, number])[] }
        if (frames?.every(([text]) => text.startsWith(ACK))) return
        if (now - sentAt > ALONE && !serverHelps()) {
          lone = id
          empty = EMPTY
        }
        sentAt = now
      },
      goodbye: (code, reason) => {
        for (const id of [up, down]) {
          sendComm(kernel, 'comm_close', { comm_id: id, data: { code, reason } }, subshell)
        }
      },
      release: () => {
        cancel()
        if (kernel.isDisposed) return
        kernel.anyMessage.disconnect(onMessage)
        kernel.disposed.disconnect(onGone)
      },
      ready: events.ready,
    })
    const onGone = (): void => transport.finish(1006, 'the kernel connection is gone')
    // Not `iopubMessage`: that waits until what others do with earlier messages is done.
    const onMessage = (_: unknown, { msg, direction }: Kernel.IAnyMessageArgs): void => {
      if (direction !== 'recv' || msg.channel !== 'iopub') return
      if (empty > 0) {
        empty = (msg.parent_header as { msg_id?: string } | undefined)?.msg_id === lone ? 0 : empty - 1
        sendUp({ frames: [] }, [])
      }
      const read = readComm(msg)
      if (read?.comm !== down) return
      if (read.closes) transport.finish(4002, 'the kernel closed its comm')
      else transport.take(read.data, read.buffers)
    }
    const open = async (): Promise<void> => {
      let here: boolean | undefined
      while (here === undefined) {
        subshell = await subshellOf(kernel)
        if (transport.done || kernel.isDisposed) return
        const probe = hasComm(kernel, HERE, subshell)
        cancel = probe.cancel
        // The main shell answers when its cell ends. A subshell does at once, or went with a kernel that another page has restarted.
        here = await (subshell === undefined ? probe.answer : within(SUBSHELL_WITHIN, probe.answer))
        probe.cancel()
        if (transport.done || kernel.isDisposed) return
        if (here === undefined) forgetSubshell(kernel)
      }
      if (!here) {
        events.absent()
        transport.finish(4002, 'the kernel has no objectsync server')
        return
      }
      kernel.anyMessage.connect(onMessage)
      kernel.disposed.connect(onGone)
      sendComm(kernel, 'comm_open', { comm_id: down, target_name: DOWN, data: { pair } }, subshell)
      sendComm(kernel, 'comm_open', { comm_id: up, target_name: UP, data: { pair } }, subshell)
    }
    open().catch((error: unknown) => transport.finish(1006, String(error)))
    return transport
  }
}
