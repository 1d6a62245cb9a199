/**
 * Keys in JupyterLab: what has the focus in a view has its keys, as on any page, and the notebook has the others.
 *
 * - JupyterLab hears keys before any view does, on the document, and takes letters and arrows for commands (X cuts the cell) unless the focus
 *   is where one writes. It leaves alone what is pressed on an element with an attribute; on what is around it, the attribute does not count.
 * - The notebook's are those with Ctrl, Meta or Alt, function keys, Escape, and Shift+Enter, which runs the cell. Those of undo are not: they
 *   are about what is in the view, and in a text field about what was typed there. There JupyterLab would keep the browser from it as well.
 * - Escape leaves the view for its cell, as it leaves a cell's editor, unless it is about something open in the view.
 */
import { stepOf } from './undoing.js'

const LEFT_ALONE = 'data-lm-suppress-shortcuts'
const CELL = '.jp-Cell'
/** What Escape closes by itself. */
const OPEN = 'dialog[open], :popover-open, [aria-expanded=true]'

/** Lets what has the focus inside `body` have its keys. @returns the function that ends it */
export function keepKeys(body: Element): () => void {
  const onKey = (event: KeyboardEvent): void => {
    // Only the window is asked before the document is.
    if (event.composedPath().includes(body))
      (event.target as Element).toggleAttribute(LEFT_ALONE, !isForNotebook(event))
  }
  const onInput = (event: InputEvent): void => {
    if (!event.inputType.startsWith('history') || !event.composedPath().includes(body)) return
    if ((event.target as Element).matches('input, textarea')) event.stopPropagation()
  }
  const onEscape = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' || event.isComposing || event.defaultPrevented) return
    if (!(event.target as Element).closest(OPEN)) body.closest<HTMLElement>(CELL)?.focus()
  }
  body.addEventListener('keydown', onEscape as EventListener)
  const window = body.ownerDocument.defaultView
  window?.addEventListener('keydown', onKey, true)
  window?.addEventListener('beforeinput', onInput, true)
  return () => {
    body.removeEventListener('keydown', onEscape as EventListener)
    window?.removeEventListener('keydown', onKey, true)
    window?.removeEventListener('beforeinput', onInput, true)
  }
}

function isForNotebook(event: KeyboardEvent): boolean {
  if (stepOf(event)) return false
  const { key, ctrlKey, metaKey, altKey, shiftKey } = event
  return ctrlKey || metaKey || altKey || key === 'Escape' || (shiftKey && key === 'Enter') || /^F\d/.test(key)
}
