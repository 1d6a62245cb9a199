/**
 * The transport over an anywidget: frames as custom messages of its model (objectsync_jupyter/carrier.py is the other end).
 *
 * - What comes down is a broadcast to every page that has the model; `to` says whose it is.
 */
import type { Connect } from '@objectsync/client'
import { MessageTransport, newName } from '@objectsync/client/messages'

/** What is used of a widget's model, in whatever host. */
export interface Model {
  get(name: string): unknown
  send(content: object, callbacks?: undefined, buffers?: readonly Uint8Array[]): void
  on(event: string, listener: (...args: never[]) => void): void
  off(event: string, listener: (...args: never[]) => void): void
}

type Content = { readonly [key: string]: unknown }

/** Opens connections over a model. */
export function overModel(model: Model): Connect {
  return (handlers) => {
    const name = newName()
    const transport = new MessageTransport(handlers, {
      send: (data, buffers) => model.send({ ...data, from: name }, undefined, buffers),
      goodbye: (code) => model.send({ from: name, goodbye: code }),
      release: () => model.off('msg:custom', onMessage),
    })
    const onMessage = (content: Content, buffers: readonly (ArrayBuffer | ArrayBufferView)[]): void => {
      if (content['to'] === name) transport.take(content, (buffers ?? []).map(bytesOf))
    }
    model.on('msg:custom', onMessage)
    queueMicrotask(() => {
      if (transport.done) return
      try {
        model.send({ from: name, opens: true })
      } catch (error) {
        transport.finish(1006, String(error))
      }
    })
    return transport
  }
}

function bytesOf(buffer: ArrayBuffer | ArrayBufferView): Uint8Array {
  return ArrayBuffer.isView(buffer)
    ? new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength)
    : new Uint8Array(buffer)
}
