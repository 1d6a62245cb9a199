/**
 * Boxes: what is shown in place of a view that cannot be: visible, with what went wrong and what to do about it.
 */
import type { SObject } from '@objectsync/client'
import type { Registry } from './registry.js'

const STYLE = {
  border: '1px dashed currentColor',
  'border-radius': '4px',
  padding: '0.5em 0.75em',
  margin: '0.25em 0',
  font: '0.875rem/1.4 ui-monospace, monospace',
  'white-space': 'pre-wrap',
  'overflow-wrap': 'anywhere',
}

function box(document: Document, kind: string, text: string): HTMLElement {
  const element = document.createElement('div')
  element.className = `objectsync-box objectsync-${kind}`
  for (const [name, value] of Object.entries(STYLE)) element.style.setProperty(name, value)
  element.textContent = text
  return element
}

/** In place of a view that failed to be made. */
export function errorBox(document: Document, object: SObject, error: unknown): HTMLElement {
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  const element = box(document, 'error', `The view of ${object} (${object.frontendType}) failed.\n${message}`)
  element.setAttribute('role', 'alert')
  element.style.setProperty('color', 'light-dark(#a40000, #ff9d94)')
  return element
}

/** In place of a view that nobody registered; the object's children are shown below. */
export function missingBox(
  document: Document,
  object: SObject,
  registry: Registry,
): { readonly element: Element; readonly children: Element; refresh(): void } {
  const element = box(document, 'missing', '')
  const head = document.createElement('div')
  const attributes = document.createElement('div')
  const children = document.createElement('div')
  head.textContent =
    `No frontend is registered for '${object.frontendType}'. ` +
    `Set frontend_type to a tag such as 'div' or one of ${registry.types.join(', ')}; ` +
    `or register a View with static frontendType = '${object.frontendType}'.`
  element.append(head, attributes, children)
  const refresh = (): void => {
    attributes.textContent = attributesOf(object, ': ').join('\n')
  }
  refresh()
  return { element, children, refresh }
}

/** What an object holds, in one line: for data that is shown by itself and has no look. */
export function textOf(object: SObject): string {
  return `${object.type}(${[`id=${object.id}`, ...attributesOf(object, '=')].join(', ')})`
}

function attributesOf(object: SObject, between: string): string[] {
  return [...object.attributes]
    .filter(([, topic]) => topic.type !== 'event')
    .map(([name, topic]) => `${name}${between}${shorten(topic.value)}`)
}

function shorten(value: unknown): string {
  let text: string
  if (value instanceof Uint8Array) text = `${value.length} bytes`
  else {
    try {
      text = JSON.stringify(value) ?? String(value)
    } catch {
      text = String(value)
    }
  }
  return text.length > 200 ? `${text.slice(0, 199)}…` : text
}
