/**
 * The WebSocket transport: the only module that knows of `WebSocket`.
 */
import { ProtocolError } from '../errors.js'
import { pack, unpack } from '../frames.js'
import { SUBPROTOCOL } from '../protocol.js'
import type { Connect } from '../transport.js'

/** Opens connections to `url` (`ws:` or `wss:`). */
export function webSocket(url: string): Connect {
  return (handlers) => {
    const socket = new WebSocket(url, SUBPROTOCOL)
    socket.binaryType = 'arraybuffer'
    let done = false
    const finish = (code: number, reason: string): void => {
      if (done) return
      done = true
      handlers.closed(code, reason)
    }
    socket.onopen = () => {
      if (!done) handlers.opened()
    }
    socket.onmessage = ({ data }: { data: unknown }) => {
      if (done) return
      try {
        handlers.received(unpack(typeof data === 'string' ? data : new Uint8Array(data as ArrayBuffer)))
      } catch (error) {
        if (!(error instanceof ProtocolError)) throw error
        socket.close(4098, 'bad_frame')
        finish(4098, error.message)
      }
    }
    socket.onclose = (event: { code: number; reason: string }) => finish(event.code, event.reason)
    return {
      send(frame) {
        // While the socket closes, frames wait with the client for the next one; the browser would log each as an error.
        if (socket.readyState === WebSocket.OPEN) socket.send(pack(frame) as string)
      },
      close(code, reason) {
        socket.close(code, reason)
        // A peer that vanished never answers the close; do not wait for it.
        finish(code, reason)
      },
    }
  }
}
