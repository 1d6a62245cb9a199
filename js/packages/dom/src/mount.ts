/**
 * Mount: shows one object of a client inside an element of the page.
 *
 * - The object may come later, go, and come again (an undo): it is shown whenever it is there.
 * - Data without a look and without children is shown by what it holds: nothing at all would look like a failure. An empty root is empty.
 * - `unmount` leaves nothing behind: no view, no listener, no element.
 */
import type { Client, Disconnect, SObject } from '@objectsync/client'
import { textOf } from './boxes.js'
import { builtIns } from './builtins.js'
import type { Registry } from './registry.js'
import { Stage } from './stage.js'
import type { View } from './view.js'

export interface MountOptions {
  /** Which object to show; the root, unless given. */
  readonly id?: string
  /** Which views there are; the built-in ones, unless given. */
  readonly registry?: Registry
  /** Asks for an object that a view shows and that may lie anywhere, where the client sees only parts. @returns what ends that */
  readonly want?: (id: string) => Disconnect
}

/** Shows an object in `host`. @returns the function that ends it */
export function mount(client: Client, host: Element, options: MountOptions = {}): () => void {
  const id = options.id ?? 'root'
  const stage = new Stage(client, options.registry ?? builtIns(), host.ownerDocument, options.want)
  let view: View | undefined
  let plain: HTMLElement | undefined
  const showPlain = (object: SObject | undefined): void => {
    if (!object || id === 'root' || object.frontendType !== 'Root' || object.childCount > 0) {
      plain?.remove()
      plain = undefined
      return
    }
    if (!plain) {
      plain = host.ownerDocument.createElement('code')
      host.append(plain)
    }
    plain.textContent = textOf(object)
  }
  const follow = (): void => {
    const object = client.objects.get(id)
    showPlain(object)
    if (view?.object === object) return
    if (view) stage.hide(view)
    view = object && stage.show(object)
    if (!view) return
    host.append(view.element)
    view.renewed = (fresh) => {
      view = fresh
    }
  }
  const off = client.onSettled(follow)
  follow()
  return () => {
    off()
    if (view) stage.hide(view)
    view = undefined
    showPlain(undefined)
    stage.end()
  }
}
