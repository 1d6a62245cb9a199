/**
 * View: one output that shows an SObject.
 *
 * - The picture that the widget holds stands in while the connection is made, and greyed where there is no kernel to answer.
 */
import type { Client } from '@objectsync/client'
import { controls } from '@objectsync/controls'
import { builtIns, mount } from '@objectsync/dom'
import { keepKeys, Troubles } from '@objectsync/dom/notebook'
import { undoByKeys } from '@objectsync/dom/undoing'
import type { Model } from './model.js'
import { pageFor } from './page.js'

/** A shorter silence is not worth a word. */
const PATIENCE = 3_000
const RUN = 'run the cell to make this live'

/** Shows a model's object in `host`. @returns the function that ends it */
export function show(model: Model, host: HTMLElement): () => void {
  const id = String(model.get('_object'))
  const node = element('objectsync-view')
  const body = element('objectsync-view-body')
  const errors = element('')
  const note = element('objectsync-view-note')
  errors.setAttribute('role', 'alert')
  note.setAttribute('role', 'status')
  node.append(body, errors, note)
  host.append(node)
  // As inert as the kernel made it; whoever could forge it could as well forge the code beside it, which runs already.
  body.innerHTML = String(model.get('_picture') ?? '')

  const page = pageFor(model)
  const leave = page.enter(model)
  let unmount: (() => void) | undefined
  let late: ReturnType<typeof setTimeout> | undefined

  const grey = (stale: boolean, text: string): void => {
    node.classList.toggle('objectsync-view-stale', stale)
    node.classList.toggle('objectsync-view-live', !stale && unmount !== undefined)
    body.inert = stale
    note.textContent = text
  }
  const showLive = (client: Client): void => {
    body.replaceChildren()
    const registry = builtIns()
    // In one file there is nothing to fetch later.
    registry.register(controls)
    const end = mount(client, body, { id, registry })
    const troubles = new Troubles(client, [id], errors)
    const offUndo = undoByKeys(client, body, (message) => troubles.say(message), id)
    unmount = () => {
      offUndo()
      troubles.end()
      end()
    }
  }
  const follow = (): void => {
    const { standing } = page
    if (standing === 'live') {
      clearTimeout(late)
      late = undefined
      if (!unmount) showLive(page.client)
      grey(false, '')
    } else if (standing === 'gone') {
      clearTimeout(late)
      grey(true, RUN)
    } else {
      late ??= setTimeout(() => grey(true, `no answer: the kernel is busy, or ${RUN}`), PATIENCE)
    }
  }
  const off = page.onChange(follow)
  const offKeys = keepKeys(body)
  follow()
  return () => {
    off()
    offKeys()
    clearTimeout(late)
    unmount?.()
    leave()
    node.remove()
  }
}

function element(name: string): HTMLElement {
  const made = document.createElement('div')
  made.className = name
  return made
}
