/**
 * HTML from a text: parsed by the browser in a document that runs nothing, and what is on the allow lists built anew in the page.
 *
 * Nothing is ever parsed a second time, so there is no text that could mean one thing to the filter and another to the page.
 */
import { refuseAttribute, refuseStyle, refuseTag } from '@objectsync/dom'
import { ControlView } from './base.js'

/** Left out with everything inside; other elements that are not allowed leave their contents. */
const DROPPED = new Set(
  'embed head iframe math noembed noscript object plaintext script style svg template xmp'.split(' '),
)
const DEPTH = 100

/** What may be shown of a text of HTML. */
export function sanitized(document: Document, html: string): DocumentFragment {
  const parsed = new DOMParser().parseFromString(html, 'text/html')
  const result = document.createDocumentFragment()
  copy(document, parsed.body, result, 0)
  return result
}

function copy(document: Document, from: Node, to: Node, depth: number): void {
  for (const node of from.childNodes) {
    if (node.nodeType === 3) to.appendChild(document.createTextNode((node as Text).data))
    if (node.nodeType !== 1) continue
    const element = node as HTMLElement
    const tag = element.localName
    if (DROPPED.has(tag) || depth > DEPTH) continue
    if (refuseTag(tag) !== undefined) copy(document, element, to, depth + 1)
    else copy(document, element, to.appendChild(like(document, tag, element)), depth + 1)
  }
}

function like(document: Document, tag: string, element: HTMLElement): Element {
  const made = document.createElement(tag)
  for (const { name, value } of element.attributes) {
    if (name === 'style') {
      for (const property of element.style) {
        const text = element.style.getPropertyValue(property)
        if (refuseStyle(property, text) === undefined) made.style.setProperty(property, text)
      }
    } else if (refuseAttribute(tag, name, value) === undefined) made.setAttribute(name, value)
  }
  // A link leads away from the page, which holds what people have not saved.
  if (tag === 'a' && made.hasAttribute('href') && !made.getAttribute('href')?.startsWith('#')) {
    made.setAttribute('target', '_blank')
    made.setAttribute('rel', 'noopener noreferrer')
  }
  return made
}

export class HtmlView extends ControlView {
  static override frontendType = 'objectsync.html'

  protected build(): HTMLElement {
    const root = this.make('div', 'os-html')
    this.bind('value', (html) => root.replaceChildren(sanitized(this.document, String(html))))
    return root
  }
}
