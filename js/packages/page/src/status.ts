/**
 * The status mark: says how the page stands with its server when that is not "live".
 *
 * - Nothing while live; 'connecting…' only when it takes longer than 300 ms, so that a fast start does not flicker.
 * - It is a polite live region: said once per change of state, not once per second.
 */
import type { Client, Status } from './objectsync.js'

export function showStatus(client: Client, mark: HTMLElement): void {
  const text = document.createElement('span')
  const count = document.createElement('span')
  // The seconds are for the eye; a screen reader would be told each of them.
  count.setAttribute('aria-hidden', 'true')
  const button = document.createElement('button')
  button.type = 'button'
  button.textContent = 'now'
  button.title = 'Try to connect now'
  button.addEventListener('click', () => client.retryNow())
  mark.append(text, count, button)

  let wasOffline = false
  let timer: ReturnType<typeof setTimeout> | undefined
  const say = (message: string, state: string): void => {
    mark.dataset['state'] = state
    if (text.textContent !== message) text.textContent = message
  }
  const hide = (): void => {
    mark.dataset['state'] = 'live'
    text.textContent = ''
  }
  const seconds = (retryAt: number): void => {
    const left = Math.max(0, Math.ceil((retryAt - performance.now()) / 1000))
    count.textContent = left > 0 ? ` in ${left} s` : ''
    timer = setTimeout(() => seconds(retryAt), 500)
  }
  const show = (status: Status): void => {
    clearTimeout(timer)
    count.textContent = ''
    button.hidden = status.state !== 'offline'
    switch (status.state) {
      case 'connecting':
        timer = setTimeout(() => say('connecting…', 'connecting'), 300)
        break
      case 'live':
        if (wasOffline) {
          say('Connected again', 'resumed')
          timer = setTimeout(hide, 2000)
        } else hide()
        wasOffline = false
        break
      case 'offline':
        wasOffline = true
        say(client.root ? 'Offline – changes are kept, retrying' : 'No connection, retrying', 'offline')
        if (status.retryAt !== undefined) seconds(status.retryAt)
        break
      case 'closed':
        say(farewell(status.code, status.reason), 'closed')
        break
    }
  }
  client.onStatus(show)
  show(client.status)
}

/** What to tell people when it is over, and what they can do. */
function farewell(code: number, reason: string): string {
  switch (code) {
    case 1000:
      return 'Closed.'
    case 4101:
      return 'The server speaks another version. Reload the page.'
    case 4102:
      return 'Not allowed. Open this address with its token: ?token=…'
    case 4103:
      return 'This session is open elsewhere. Reload the page to continue here.'
    default:
      return `Disconnected: ${reason || `code ${code}`}. Reload the page to start again.`
  }
}
