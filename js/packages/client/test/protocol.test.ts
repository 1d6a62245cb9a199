import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ProtocolError } from '../src/errors.js'
import { decodeFrame, encodeFrame, type Frame, pack, unpack } from '../src/frames.js'
import { decodeClient, encode } from '../src/peer.js'
import { decodeServer } from '../src/protocol.js'
import { bytes, protocolPage, vectors } from './vectors.js'

type Json = { [key: string]: unknown }
const frame = (message: unknown): Frame => ({ text: JSON.stringify(message), buffers: [] })
const { client, server, invalid_client, invalid_changes, frames, invalid_frames } = vectors(
  'messages',
) as Record<string, Json[]>
const cases = (list: Json[] | undefined, name: string, value?: string): (readonly [string, unknown])[] =>
  (list ?? []).map((c) => [String(c[name]), value === undefined ? c : c[value]])

describe('messages', () => {
  it.each(cases(client, 'type'))('a client may say %s', (_, message) => {
    expect(JSON.parse(encode(decodeClient(frame(message))).text)).toEqual(message)
  })

  it.each(cases(server, 'type'))('a server may say %s', (_, message) => {
    expect(JSON.parse(encode(decodeServer(frame(message))).text)).toEqual(message)
  })

  it.each(cases(invalid_client, 'why', 'message'))('refuses what has %s', (_, message) => {
    expect(() => decodeClient(frame(message))).toThrow(ProtocolError)
  })

  it.each(cases(invalid_changes, 'why', 'change'))('refuses a change with %s', (_, change) => {
    const action = { type: 'action', cseq: 1, base: 0, changes: [change] }
    const update = { type: 'update', prev: 0, seq: 1, transactions: [{ seq: 1, changes: [change] }] }
    expect(() => decodeClient(frame(action))).toThrow(ProtocolError)
    expect(() => decodeServer(frame(update))).toThrow(ProtocolError)
  })

  it('says where it is, what was expected and what came', () => {
    expect(() => decodeClient(frame({ type: 'ack', seq: '1', frames: 1 }))).toThrow(
      "ack.seq is '1' (string); expected a whole number from 0",
    )
    expect(() => decodeClient(frame({ type: 'ack', seq: 1, frames: 1, x: 1 }))).toThrow(
      "ack has an unknown field 'x'",
    )
    expect(() =>
      decodeServer(
        frame({ type: 'update', prev: 0, seq: 1, transactions: [{ seq: 1, changes: [['set', '1', 'n']] }] }),
      ),
    ).toThrow(
      'update.transactions[0].changes[0] is ["set","1","n"] (array); expected \'set\' with 3 arguments',
    )
  })

  it('knows every message of PROTOCOL.md, except that its buffers are not on the page', () => {
    const blocks = [...protocolPage().matchAll(/```json\n([\s\S]*?)```/g)].map(([, text]) =>
      JSON.parse(text as string),
    )
    expect(blocks.length).toBeGreaterThan(15)
    for (const message of blocks) {
      const buffers = ((message.buffers ?? []) as number[]).map((length) => new Uint8Array(length))
      const decode = [
        'hello',
        'ack',
        'action',
        'call',
        'present',
        'subscribe',
        'verify',
        'diverged',
        'bye',
      ].includes(message.type)
        ? decodeClient
        : decodeServer
      expect(() => decode({ text: JSON.stringify(message), buffers })).not.toThrow()
    }
  })

  it('refuses a transaction of someone else that carries no changes, and one with two outcomes', () => {
    const update = (transaction: Json): Frame =>
      frame({ type: 'update', prev: 0, seq: 1, transactions: [{ seq: 1, ...transaction }] })
    const error = { code: 'forbidden', message: 'no' }
    expect(() => decodeServer(update({}))).toThrow("has no 'changes'")
    expect(() => decodeServer(update({ error }))).toThrow("has no 'changes'")
    expect(() => decodeServer(update({ cseq: 1, changes: [], error }))).toThrow("both 'changes' and 'error'")
  })
})

describe('frames', () => {
  it.each(cases(frames, 'note'))('%s', (_, c) => {
    const { message, buffers_hex, frame_hex } = c as {
      message: Json
      buffers_hex: string[]
      frame_hex: string
    }
    const got = unpack(bytes(frame_hex))
    expect(got.buffers).toEqual(buffers_hex.map(bytes))
    const decode = ['action', 'call'].includes(message['type'] as string) ? decodeClient : decodeServer
    const decoded = decode(got)
    const again = encode(decoded)
    expect(decode(unpack(pack(again)))).toEqual(decoded)
  })

  it.each(cases(invalid_frames, 'why', 'frame_hex'))('refuses one that is %s', (_, hex) => {
    expect(() => decodeClient(unpack(bytes(hex as string)))).toThrow(ProtocolError)
  })

  it('of a message without bytes is its JSON', () => {
    expect(pack(encodeFrame({ type: 'ping' }))).toBe('{"type":"ping"}')
  })

  it('keeps every value, whatever its keys and bytes', () => {
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        { maxDepth: 4 },
        fc.constantFrom(null, true, false, 0, -1, 1.5, 'é😀', '$', '$bytes'),
        fc.uint8Array({ maxLength: 5 }),
        fc.array(tie('any'), { maxLength: 3 }),
        fc.dictionary(
          fc.constantFrom('a', '$', '$$', '$bytes', '$$bytes', '__proto__', 'constructor'),
          tie('any'),
          {
            maxKeys: 3,
            noNullPrototype: true,
          },
        ),
      ),
    })).any
    fc.assert(
      fc.property(value, value, (a, b) => {
        const message = {
          type: 'update',
          transactions: [
            { seq: 1, changes: [['set', '1', 'x', a]] },
            { seq: 2, changes: [['set', '1', 'x', b]] },
          ],
        }
        expect(decodeFrame(unpack(pack(encode(message as never))))).toEqual(message)
        const call = { type: 'call', args: { a, b } }
        expect(decodeFrame(unpack(pack(encodeFrame(call))))).toEqual(call)
      }),
      { numRuns: 300 },
    )
  })

  it('never lets a key reach a prototype', () => {
    const text = '{"type":"call","args":{"__proto__":{"polluted":1},"$$x":1}}'
    const { args } = decodeFrame({ text, buffers: [] }) as { args: Json }
    expect(Object.getPrototypeOf(args)).toBe(Object.prototype)
    expect(Object.hasOwn(args, '__proto__')).toBe(true)
    expect(({} as Json)['polluted']).toBeUndefined()
  })
})
