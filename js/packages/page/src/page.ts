/**
 * The standalone page: connects to the server it came from and shows the root in `<main>`.
 */
import { undoByKeys } from '@objectsync/dom/undoing'
import { loadFrontends } from './frontends.js'
import { introduce } from './me.js'
import { builtIns, Client, mount, webSocket } from './objectsync.js'
import { showStatus } from './status.js'
import { toaster } from './toasts.js'

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

undoByKeys(client, window, toast)

const registry = builtIns()
registry.later('objectsync.', async () => (await import('./controls.js')).controls)
await loadFrontends(registry, base)
const hash = new URLSearchParams(location.hash.slice(1))
mount(client, byId('objectsync-root'), { id: hash.get('obj') ?? 'root', registry })
