/**
 * Wire: raw comm messages of one kernel connection.
 *
 * - Not JupyterLab's own comms: those open on the main shell, which a running cell holds, and then send on a subshell, where messages
 *   overtake the opening (ipykernel 7.3, 7.4). Here everything goes to one subshell of our own, made over the control channel.
 * - No future is kept: ipykernel 7.4 sends no idle for some comm messages, and each would wait for one for ever.
 */
import type { Kernel, KernelMessage } from '@jupyterlab/services'
import { newName } from '@objectsync/client/messages'

export type Json = { readonly [key: string]: unknown }

/** One comm message from the kernel. */
export interface CommMessage {
  readonly comm: string
  readonly closes: boolean
  readonly data: Json
  readonly buffers: readonly Uint8Array[]
}

const ANSWER_WITHIN = 4_000

/** The subshell of each kernel connection; undefined where the kernel has none. Made again when the kernel was restarted. A request stays: a
 * kernel that answers late (it is starting, on a busy machine) has its subshell for the next connection. */
const subshells = new WeakMap<Kernel.IKernelConnection, Promise<string | undefined>>()

/** Forgets the subshell of a kernel that was, or may have been, restarted. */
export function forgetSubshell(kernel: Kernel.IKernelConnection): void {
  subshells.delete(kernel)
}

/** The subshell; undefined where the kernel has none, or says nothing for 4 s. */
export function subshellOf(kernel: Kernel.IKernelConnection): Promise<string | undefined> {
  let made = subshells.get(kernel)
  if (!made) {
    made = makeSubshell(kernel)
    subshells.set(kernel, made)
  }
  return within(ANSWER_WITHIN, made)
}

async function makeSubshell(kernel: Kernel.IKernelConnection): Promise<string | undefined> {
  // A kernel that is busy does not say what it supports until its cell ends; then it is simply asked.
  const info = await within(500, kernel.info)
  const features = (info as { supported_features?: readonly string[] } | undefined)?.supported_features
  if (info && !features?.includes('kernel subshells')) return undefined
  const future = kernel.sendControlMessage(
    message(kernel, 'control', 'create_subshell_request', {}) as unknown as KernelMessage.IControlMessage,
    true,
    true,
  )
  const reply = await future.done
  const { status, subshell_id: id } = reply.content as { status?: string; subshell_id?: unknown }
  return status === 'ok' && typeof id === 'string' ? id : undefined
}

/** Whether the kernel lists a comm of this target; answers late while it is busy and has no subshells. */
export function hasComm(
  kernel: Kernel.IKernelConnection,
  target: string,
  subshell: string | undefined,
): { readonly answer: Promise<boolean>; cancel(): void } {
  const asked = message(kernel, 'shell', 'comm_info_request', { target_name: target }, subshell)
  const future = kernel.sendShellMessage(asked as unknown as KernelMessage.IShellMessage, true, true)
  const answer = new Promise<boolean>((resolve) => {
    future.onReply = (reply) => {
      const { comms } = reply.content as { comms?: object }
      resolve(comms !== undefined && Object.keys(comms).length > 0)
    }
  })
  return { answer, cancel: () => future.dispose() }
}

/** Sends a comm message; it waits its turn where the connection is not up. @returns the message's id */
export function sendComm(
  kernel: Kernel.IKernelConnection,
  type: 'comm_open' | 'comm_msg' | 'comm_close',
  content: Json,
  subshell: string | undefined,
  buffers: readonly Uint8Array[] = [],
): string {
  const sent = message(kernel, 'shell', type, content, subshell, buffers)
  kernel.sendShellMessage(sent as unknown as KernelMessage.IShellMessage, false, true).dispose()
  return (sent['header'] as { msg_id: string }).msg_id
}

/** Reads a comm message; undefined for all else. */
export function readComm(received: KernelMessage.IMessage): CommMessage | undefined {
  const type = received.header.msg_type as string
  if (type !== 'comm_msg' && type !== 'comm_close') return undefined
  const { comm_id: comm, data } = received.content as { comm_id?: unknown; data?: Json }
  if (typeof comm !== 'string') return undefined
  const buffers = (received.buffers ?? []).map((buffer) =>
    buffer instanceof ArrayBuffer
      ? new Uint8Array(buffer)
      : new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength),
  )
  return { comm, closes: type === 'comm_close', data: data ?? {}, buffers }
}

function message(
  kernel: Kernel.IKernelConnection,
  channel: 'shell' | 'control',
  type: string,
  content: Json,
  subshell?: string,
  buffers: readonly Uint8Array[] = [],
): Json {
  return {
    header: {
      date: new Date().toISOString(),
      msg_id: newName(),
      msg_type: type,
      session: kernel.clientId,
      username: kernel.username,
      version: '5.3',
      ...(subshell === undefined ? {} : { subshell_id: subshell }),
    },
    parent_header: {},
    metadata: {},
    content,
    channel,
    buffers,
  }
}

/** What comes of a promise, or undefined where nothing does in time. */
export async function within<T>(milliseconds: number, promise: Promise<T>): Promise<T | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), milliseconds)
  })
  try {
    return await Promise.race([promise.catch(() => undefined), late])
  } finally {
    clearTimeout(timer)
  }
}
