/**
 * The comm transport: frames between a client and a kernel, over two comms (objectsync_jupyter/comm.py is the other end).
 *
 * - One goes up, on which the kernel never sends; one comes down, on which this page never sends.
 */
import type { Kernel } from '@jupyterlab/services'
import type { Connect } from '@objectsync/client'
import { MessageTransport, newName } from '@objectsync/client/messages'
import { hasComm, readComm, sendComm, subshellOf } from './wire.js'

export const DOWN = 'objectsync.down'
export const UP = 'objectsync.up'
/** Listed where the kernel has a server. */
export const HERE = 'objectsync.here'

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

    const transport = new MessageTransport(handlers, {
      send: (data, buffers) => sendComm(kernel, 'comm_msg', { comm_id: up, data }, subshell, buffers),
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
      const read = readComm(msg)
      if (read?.comm !== down) return
      if (read.closes) transport.finish(4002, 'the kernel closed its comm')
      else transport.take(read.data, read.buffers)
    }
    const open = async (): Promise<void> => {
      subshell = await subshellOf(kernel)
      if (transport.done || kernel.isDisposed) return
      const probe = hasComm(kernel, HERE, subshell)
      cancel = probe.cancel
      const here = await probe.answer
      probe.cancel()
      if (transport.done || kernel.isDisposed) return
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
