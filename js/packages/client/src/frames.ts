/**
 * Frames: one message as text and binary buffers, and back.
 *
 * - Binary values leave the JSON: `{"$bytes": k}` stands for the k-th buffer of its transaction, or of its message.
 * - A user's own dict key that starts with `$` gets one more in front, and loses it on arrival.
 * - Both hold for every JSON object inside `changes`, `args` and `value`, and nowhere else.
 * - `pack` and `unpack` are for transports with one stream (WebSocket); a comm carries `text` and `buffers` side by side.
 */
import { ProtocolError, reprOf } from './errors.js'
import { define, isDict } from './values.js'

/** What a transport carries. */
export interface Frame {
  readonly text: string
  readonly buffers: readonly Uint8Array[]
}

type Json = { [key: string]: unknown }
const CARRIERS = ['changes', 'args', 'value'] as const

/** The frame of a message whose field names are already those of the wire, and which has no transactions. */
export function encodeFrame(message: Json, buffers: Uint8Array[] = []): Frame {
  if (!buffers.length && !CARRIERS.some((name) => holdsBytes(message[name]))) {
    const text = JSON.stringify(message)
    // Nearly no message has a `$` key; looking for one in the text costs less than in every object.
    if (!text.includes('"$')) return { text, buffers }
  }
  const out = wrapped(message, buffers)
  if (buffers.length) out['buffers'] = buffers.map((buffer) => buffer.byteLength)
  return { text: JSON.stringify(out), buffers }
}

/**
 * The JSON object of a frame, with its bytes and keys put back and the `buffers` fields gone.
 * @throws ProtocolError
 */
export function decodeFrame(frame: Frame): Json {
  let message: unknown
  try {
    message = JSON.parse(frame.text)
  } catch (error) {
    throw new ProtocolError(`expected a JSON object; ${String(error)}`)
  }
  if (!isDict(message)) throw new ProtocolError(`expected a JSON object, got ${reprOf(message)}`)
  const out = message as Json
  const hasBuffers = frame.buffers.length > 0 || 'buffers' in out
  // Nearly no frame has a `$` key; looking for one costs less than walking every value.
  if (!hasBuffers && !frame.text.includes('"$') && !frame.text.includes('\\u0024')) return out
  checkLengths(out, frame)
  delete out['buffers']
  let taken = 0
  if (Array.isArray(out['transactions'])) {
    for (const transaction of out['transactions'] as unknown[]) {
      if (!isDict(transaction)) continue
      const count = Number(transaction['buffers'] ?? 0)
      unwrapCarriers(transaction as Json, frame.buffers.slice(taken, taken + count))
      delete (transaction as Json)['buffers']
      taken += count
    }
    if (taken !== frame.buffers.length) {
      throw new ProtocolError(`${frame.buffers.length} buffers came, transactions take ${taken}`)
    }
  } else {
    unwrapCarriers(out, frame.buffers)
  }
  return out
}

function checkLengths(message: Json, frame: Frame): void {
  const lengths = message['buffers'] ?? []
  const fits =
    Array.isArray(lengths) &&
    lengths.length === frame.buffers.length &&
    lengths.every((length, i) => length === frame.buffers[i]?.byteLength)
  if (fits) return
  const came = frame.buffers.map((buffer) => buffer.byteLength)
  throw new ProtocolError(`buffers of ${reprOf(lengths)} bytes were announced, ${reprOf(came)} came`)
}

/** @internal A copy, ready for JSON: what may hold bytes has placeholders for them, and they are put to the buffers. */
export function wrapped(owner: Json, buffers: Uint8Array[]): Json {
  const copy = { ...owner }
  for (const name of CARRIERS) if (name in copy) copy[name] = wrap(copy[name], buffers)
  return copy
}

function holdsBytes(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (value instanceof Uint8Array) return true
  // Most values are no objects: asking here saves a call for each.
  for (const item of Array.isArray(value) ? (value as unknown[]) : Object.values(value))
    if (typeof item === 'object' && holdsBytes(item)) return true
  return false
}

function unwrapCarriers(owner: Json, buffers: readonly Uint8Array[]): void {
  for (const name of CARRIERS) if (name in owner) owner[name] = unwrap(owner[name], buffers)
}

function wrap(value: unknown, buffers: Uint8Array[]): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Uint8Array) return { $bytes: buffers.push(value) - 1 }
  if (Array.isArray(value)) return value.map((item) => wrap(item, buffers))
  const out = {}
  for (const key of Object.keys(value)) {
    define(out, key.startsWith('$') ? `$${key}` : key, wrap((value as Json)[key], buffers))
  }
  return out
}

function unwrap(value: unknown, buffers: readonly Uint8Array[]): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((item) => unwrap(item, buffers))
  const out = {}
  for (const [key, item] of Object.entries(value)) {
    if (key === '$bytes' && Object.keys(value).length === 1) {
      const buffer = typeof item === 'number' ? buffers[item] : undefined
      if (buffer) return buffer
      throw new ProtocolError(`{"$bytes": ${reprOf(item)}} has no buffer; ${buffers.length} came`)
    }
    if (key.startsWith('$') && !key.startsWith('$$')) {
      throw new ProtocolError(`the key '${key}' begins with one '$'; expected '$$' or "$bytes" alone`)
    }
    define(out, key.startsWith('$') ? key.slice(1) : key, unwrap(item, buffers))
  }
  return out
}

/** A frame as one piece: a string, or the length of the JSON (4 bytes, big-endian), the JSON, the buffers. */
export function pack(frame: Frame): string | Uint8Array {
  if (frame.buffers.length === 0) return frame.text
  const head = new TextEncoder().encode(frame.text)
  const size = frame.buffers.reduce((sum, buffer) => sum + buffer.byteLength, 4 + head.length)
  const out = new Uint8Array(size)
  new DataView(out.buffer).setUint32(0, head.length)
  out.set(head, 4)
  let at = 4 + head.length
  for (const buffer of frame.buffers) {
    out.set(buffer, at)
    at += buffer.byteLength
  }
  return out
}

/** @throws ProtocolError when the lengths inside do not add up */
export function unpack(data: string | Uint8Array): Frame {
  if (typeof data === 'string') return { text: data, buffers: [] }
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength)
  const length = data.byteLength < 4 ? Number.POSITIVE_INFINITY : view.getUint32(0)
  if (4 + length > data.byteLength) {
    throw new ProtocolError(`a binary frame of ${data.byteLength} bytes announces ${length} of JSON`)
  }
  let text: string
  let lengths: unknown
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(data.subarray(4, 4 + length))
    lengths = (JSON.parse(text) as { buffers?: unknown }).buffers
  } catch (error) {
    throw new ProtocolError(`expected JSON in a binary frame; ${String(error)}`)
  }
  const buffers: Uint8Array[] = []
  let at = 4 + length
  for (const size of Array.isArray(lengths) ? (lengths as unknown[]) : []) {
    if (!Number.isSafeInteger(size) || (size as number) < 0 || at + (size as number) > data.byteLength) {
      throw new ProtocolError(`a buffer of ${reprOf(size)} bytes does not fit its frame`)
    }
    buffers.push(data.slice(at, at + (size as number)))
    at += size as number
  }
  if (at !== data.byteLength) {
    throw new ProtocolError(`${data.byteLength - at} bytes follow the last buffer of a frame`)
  }
  return { text, buffers }
}
