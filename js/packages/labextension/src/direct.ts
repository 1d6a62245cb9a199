/**
 * The direct transport: a websocket to the kernel's own socket, through the Jupyter server and its authentication
 * (objectsync_jupyter/proxy.py is the other end). And `fastest`, which takes it where it can be had, and comms where not.
 *
 * - The page's configuration says whether the server has it: a failed handshake would be an error in the console.
 * - What comes first says which life of the kernel's server it is, as over comms; the client says nothing before that.
 * - One that breaks closes the connection like any other: the client resumes by whatever way the next one finds.
 * - A kernel without a socket is a close code, and is asked again next time. A server that does not answer as it should is asked again
 *   after a minute: each time may be an error in the console, and one bad moment should not be for good.
 */
import { PageConfig, URLExt } from '@jupyterlab/coreutils'
import type { Kernel } from '@jupyterlab/services'
import { type Connect, type Transport, webSocket } from '@objectsync/client'
import { type CommEvents, comm } from './comm.js'
import { serverHelps } from './server.js'

/** The kernel has no socket of its own, or it does not answer. */
const UNREACHABLE = 4010
/** The server answers within 2 s, whether it reaches the kernel or not. */
const WITHIN = 4_000

/** How long a server that broke its promise is left alone. */
const AGAIN = 60_000

/** Until when, by `performance.now()`, kernel connections take comms. */
const broken = new WeakMap<Kernel.IKernelConnection, number>()

/** Opens connections over the fastest way there is at the time. */
export function fastest(kernel: Kernel.IKernelConnection, events: CommEvents): Connect {
  return (handlers) => {
    let transport: Transport | undefined
    let done = false
    let stopWaiting = (): void => {}
    const finish = (code: number, reason: string): void => {
      if (done) return
      done = true
      stopWaiting()
      handlers.closed(code, reason)
    }
    const overComms = (): void => {
      transport = comm(kernel, events)({ ...handlers, closed: finish })
    }
    const overSocket = (): void => {
      let opened = false
      transport = direct(
        addressOf(kernel),
        events.ready,
      )({
        opened() {
          opened = true
          handlers.opened()
        },
        received: (frame) => handlers.received(frame),
        closed(code, reason) {
          if (opened || done) {
            finish(code, reason)
            return
          }
          if (code !== UNREACHABLE) broken.set(kernel, performance.now() + AGAIN)
          overComms()
        },
      })
    }
    const choose = (): void => {
      if (done) return
      if (mayBeDirect(kernel)) overSocket()
      else overComms()
    }
    // While the server is away, both ways lead nowhere, and to try the short one would say nothing about it.
    stopWaiting = whenConnected(kernel, choose)
    return {
      send: (frame) => transport?.send(frame),
      close(code, reason) {
        if (done) return
        finish(code, reason) // first: a socket that had not opened yet would be replaced by comms
        transport?.close(code, reason)
      },
    }
  }
}

/** The websocket at `url`; `ready` hears which life of the kernel's server is behind it. */
function direct(url: string, ready: (epoch: string) => void): Connect {
  return (handlers) => {
    let greeted = false
    const timer = setTimeout(() => transport.close(4003, 'silent'), WITHIN)
    const transport = webSocket(url)({
      opened() {},
      received(frame) {
        if (greeted) {
          handlers.received(frame)
          return
        }
        greeted = true
        clearTimeout(timer)
        ready(String((JSON.parse(frame.text) as { ready: unknown }).ready))
        handlers.opened()
      },
      closed(code, reason) {
        clearTimeout(timer)
        handlers.closed(code, reason)
      },
    })
    return transport
  }
}

function mayBeDirect(kernel: Kernel.IKernelConnection): boolean {
  return (
    serverHelps() &&
    kernel.serverSettings.baseUrl === PageConfig.getBaseUrl() && // a kernel may be another server's
    performance.now() >= (broken.get(kernel) ?? 0)
  )
}

function addressOf(kernel: Kernel.IKernelConnection): string {
  const { wsUrl, appendToken, token } = kernel.serverSettings
  const url = URLExt.join(wsUrl, 'objectsync/kernels', encodeURIComponent(kernel.id))
  return appendToken && token ? `${url}?token=${encodeURIComponent(token)}` : url
}

/** Runs `act` as soon as the page is connected to the kernel: now, mostly. @returns what stops waiting */
function whenConnected(kernel: Kernel.IKernelConnection, act: () => void): () => void {
  if (kernel.connectionStatus === 'connected') {
    act()
    return () => {}
  }
  const stop = (): void => {
    if (!kernel.isDisposed) kernel.connectionStatusChanged.disconnect(onStatus)
  }
  const onStatus = (_: unknown, status: Kernel.ConnectionStatus): void => {
    if (status !== 'connected') return
    stop()
    act()
  }
  kernel.connectionStatusChanged.connect(onStatus)
  return stop
}
