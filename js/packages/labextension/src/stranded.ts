/**
 * Cells that the kernel has and does not see. ipykernel 7.0 to 7.3 forgets a request that arrives just as a reply leaves, until another
 * comes by another connection (objectsync_jupyter/stranded.py has the reason, and looks for them once it is loaded). The first cells of a
 * notebook run before that: where a cell waits for a kernel that says it is idle, another connection asks for something.
 */
import type { Kernel } from '@jupyterlab/services'

/** Milliseconds: an idle kernel says within some of them that it has begun. */
const PATIENCE = 1_000

/** Watches over the cells that are sent by this connection. @returns the function that ends it */
export function askAgain(kernel: Kernel.IKernelConnection): () => void {
  const waiting = new Set<string>()
  let timer: ReturnType<typeof setInterval> | undefined
  let other: Kernel.IKernelConnection | undefined
  const look = (): void => {
    if (kernel.isDisposed) stop()
    else if (!other && kernel.connectionStatus === 'connected' && kernel.status === 'idle')
      other = kernel.clone({ handleComms: false }) // it asks who the kernel is as soon as it is connected
  }
  const stop = (): void => {
    clearInterval(timer)
    timer = undefined
    waiting.clear()
    other?.dispose()
    other = undefined
  }
  const onMessage = (_: unknown, { msg, direction }: Kernel.IAnyMessageArgs): void => {
    if (direction === 'send') {
      if (msg.header.msg_type !== 'execute_request') return
      waiting.add(msg.header.msg_id)
      timer ??= setInterval(look, PATIENCE)
    } else if (waiting.size > 0) {
      waiting.delete((msg.parent_header as { msg_id?: string }).msg_id ?? '')
      if (waiting.size === 0) stop()
    }
  }
  // What a kernel has not seen before it restarts it will not see.
  const onStatus = (_: unknown, status: Kernel.Status): void => {
    if (status === 'restarting' || status === 'autorestarting' || status === 'dead') stop()
  }
  kernel.anyMessage.connect(onMessage)
  kernel.statusChanged.connect(onStatus)
  return () => {
    stop()
    if (kernel.isDisposed) return
    kernel.anyMessage.disconnect(onMessage)
    kernel.statusChanged.disconnect(onStatus)
  }
}
