/**
 * The standalone page: connects to the server it came from and shows the root in `<main>`.
 */
import { loadFrontends } from './frontends.js'
import { introduce } from './me.js'
import { builtIns, Client, mount, webSocket } from './objectsync.js'
import { showStatus } from './status.js'
import { notTakenBack, toaster } from './toasts.js'

const byId = (id: string): HTMLElement => document.getElementById(id) as HTMLElement

const base = document.baseURI
const address = new URL('ws', base)
address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:'
address.hash = ''

const client = new Client({ connect: webSocket(address.href) })
showStatus(client, byId('objectsync-status'))
introduce(client)
const alone = client.presence.onChange(() => {
  if ([...client.presence.people.keys()].every((id) => id === client.session)) return
  alone()
  void import('./people.js').then(({ showPeople }) => showPeople(client, byId('objectsync-people')))
})

const toast = toaster(byId('objectsync-toasts'))
client.onRejected(({ message }) => toast(`Not done: ${message}`))
client.onNotice(({ message, incident }) => toast(incident ? `${message} (${incident})` : message))

// A machine or a tab that wakes may find its connection dead, and would not notice by itself for a while.
const awake = (): void => client.retryNow()
addEventListener('online', awake)
addEventListener('pageshow', ({ persisted }) => persisted && awake())
document.addEventListener('resume', awake)
document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && awake())

addEventListener('keydown', (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.altKey || event.key.toLowerCase() !== 'z') return
  // A text field has an undo of its own; a slider, which keeps the focus after a drag, has none.
  if ((event.target as Element | null)?.matches?.(':read-write')) return
  event.preventDefault()
  const done = event.shiftKey ? client.redo() : client.undo()
  done.then(
    ({ conflicts }) => {
      for (const conflict of conflicts) toast(notTakenBack(client, conflict))
    },
    (error: unknown) => toast(error instanceof Error ? error.message : String(error)),
  )
})

const registry = builtIns()
registry.later('objectsync.', async () => (await import('./controls.js')).controls)
await loadFrontends(registry, base)
const hash = new URLSearchParams(location.hash.slice(1))
mount(client, byId('objectsync-root'), { id: hash.get('obj') ?? 'root', registry })
