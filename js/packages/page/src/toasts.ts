/**
 * Toasts: short notes about what did not go as a person meant.
 */

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
