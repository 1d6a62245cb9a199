/**
 * Toasts: short notes about what did not go as a person meant.
 */

import type { Client, Conflict } from './objectsync.js'

const SHOWN_FOR = 6000
const MOST = 3

/** @returns the function that shows one */
export function toaster(host: HTMLElement): (message: string) => void {
  return (message) => {
    const toast = document.createElement('p')
    toast.textContent = message
    host.append(toast)
    while (host.children.length > MOST) host.firstElementChild?.remove()
    setTimeout(() => toast.remove(), SHOWN_FOR)
  }
}

/** Why a part of an undo was left, in words. */
export function notTakenBack(client: Client, { object, attribute, reason }: Conflict): string {
  const type = client.objects.get(object)?.type ?? 'an object that is gone'
  return `Left as it is: ${attribute === null ? type : `${attribute} of ${type}`}; ${reason}`
}
