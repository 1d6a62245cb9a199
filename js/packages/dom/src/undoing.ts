/**
 * @objectsync/dom/undoing: the keys that take a person's own steps back, and do them again.
 *
 * - Ctrl+Z (Cmd+Z) undoes; with Shift, or Ctrl+Y, it is done again.
 * - A text field has an undo of its own; a slider, which keeps the focus after a drag, has none.
 */
import type { Client, Conflict, Disconnect } from '@objectsync/client'

/** Which of both a key asks for, if any. */
export function stepOf({
  key,
  ctrlKey,
  metaKey,
  altKey,
  shiftKey,
}: KeyboardEvent): 'undo' | 'redo' | undefined {
  if (!(ctrlKey || metaKey) || altKey) return undefined
  const letter = key.toLowerCase()
  if (letter === 'z') return shiftKey ? 'redo' : 'undo'
  return letter === 'y' && ctrlKey ? 'redo' : undefined
}

/** Hears the keys that are pressed in `place`; `say` tells what was left as it is. Within the object `target`, if given. */
export function undoByKeys(
  client: Client,
  place: EventTarget,
  say: (message: string) => void,
  target?: string,
): Disconnect {
  const onKey = (event: Event): void => {
    const step = stepOf(event as KeyboardEvent)
    if (!step || (event.target as Element | null)?.matches?.(':read-write')) return
    event.preventDefault()
    client[step](target).then(
      ({ conflicts }) => {
        for (const conflict of conflicts) say(notTakenBack(client, conflict))
      },
      ({ message }: Error) => say(message),
    )
  }
  place.addEventListener('keydown', onKey)
  return () => place.removeEventListener('keydown', onKey)
}

/** Why a part of an undo was left, in words. */
export function notTakenBack(client: Client, { object, attribute, reason }: Conflict): string {
  const type = client.objects.get(object)?.type ?? 'an object that is gone'
  return `Left as it is: ${attribute === null ? type : `${attribute} of ${type}`}; ${reason}`
}
