/**
 * The field in a cell of a table that is edited.
 *
 * - Whoever changes nothing of what it shows edits nothing: what is missing stays so, and a number what it is.
 * - A text may have several lines.
 */
import type { Value } from '@objectsync/client'
import { make } from './base.js'

const MOST_LINES = 8

export interface Editor {
  readonly field: HTMLInputElement | HTMLTextAreaElement
  /** What was entered; undefined where it is what was there before, or does not fit. */
  entered(): Value | undefined
}

export function editorOf(document: Document, kind: string, value: Value): Editor {
  if (kind === 'bool') return tick(document, value)
  const field = kind === 'number' ? number(document) : lines(document)
  field.value = value === null ? '' : String(value)
  field.dispatchEvent(new Event('input'))
  const began = field.value
  return {
    field,
    entered: () => (field.value === began || !field.validity.valid ? undefined : field.value),
  }
}

function tick(document: Document, value: Value): Editor {
  const field = make(document, 'input')
  field.type = 'checkbox'
  field.checked = value === true
  field.indeterminate = value === null
  return {
    field,
    entered: () => (field.indeterminate || field.checked === value ? undefined : field.checked),
  }
}

function number(document: Document): HTMLInputElement {
  const field = make(document, 'input')
  field.type = 'number'
  field.step = 'any'
  return field
}

/** As high as its text, up to a limit. */
function lines(document: Document): HTMLTextAreaElement {
  const field = make(document, 'textarea')
  field.addEventListener('input', () => {
    field.rows = Math.min(MOST_LINES, field.value.split('\n').length)
  })
  return field
}
