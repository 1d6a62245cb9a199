/** A client on a model server, and a host element, for tests of views. */
import type { Change } from '../../client/src/changes.js'
import { type World, world } from '../../client/test/helpers.js'
import { builtIns, type MountOptions, mount, type Registry } from '../src/index.js'

const ELEMENT = {
  tag: ['string', 'div'],
  text: ['string', ''],
  style: ['dict', {}],
  attrs: ['dict', {}],
  classes: ['set', []],
} as const

export const DEFINES: readonly Change[] = [
  ['define', 'Element', 'Element', ELEMENT],
  ['define', 'Text', 'text', { text: ['string', ''], style: ['dict', {}] }],
  ['define', 'Row', 'div', { text: ['string', ''] }],
  ['define', 'Input', 'input', { value: ['string', ''], attrs: ['dict', {}] }],
  ['define', 'Check', 'input', { checked: ['bool', false], attrs: ['dict', { type: 'checkbox' }] }],
  ['define', 'Number', 'input', { value: ['float', 0], attrs: ['dict', { type: 'number' }] }],
  ['define', 'Area', 'textarea', { value: ['string', ''], input: ['event', null] }],
  ['define', 'Button', 'button', { text: ['string', ''], click: ['event', null] }],
  ['define', 'Chart', 'chart', { points: ['list', [1, 2]] }],
  ['define', 'Counter', 'counter', { count: ['int', 0] }],
]

export interface Shown extends World {
  readonly host: HTMLElement
  readonly unmount: () => void
  readonly registry: Registry
  /** Lets the server change something, and everything arrive. */
  readonly change: (...changes: Change[]) => void
  readonly settle: () => void
}

export function show(changes: readonly Change[], options: MountOptions = {}): Shown {
  const w = world()
  w.server.change(...DEFINES, ...changes)
  w.server.settle(w.clock)
  const host = document.createElement('main')
  document.body.append(host)
  const registry = options.registry ?? builtIns()
  const unmount = mount(w.client, host, { ...options, registry })
  const settle = (): void => w.server.settle(w.clock)
  const change = (...more: Change[]): void => {
    w.server.change(...more)
    settle()
  }
  return { ...w, host, unmount, registry, change, settle }
}

/** The only child of the root's container. */
export const only = (host: Element): HTMLElement => host.firstElementChild?.firstElementChild as HTMLElement
