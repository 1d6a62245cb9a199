/**
 * Orders: methods that Python asks the pages to call (`element.focus()`), by the event attribute `invoke`.
 *
 * - The methods are on an allow list; a view of one's own adds its own by overriding `View.invoke`.
 * - What is to get the keyboard is shown: the sections (`details`) around it open.
 * - An order for one page names its session; the others leave it alone.
 */
import type { Dict, Value } from '@objectsync/client'

/** The event attribute that carries orders; no DOM event of that name is listened to. */
export const INVOKE = 'invoke'

const METHODS: ReadonlySet<string> = new Set([
  'blur',
  'click',
  'close',
  'focus',
  'hidePopover',
  'pause',
  'play',
  'reportValidity',
  'scrollIntoView',
  'scrollTo',
  'select',
  'setSelectionRange',
  'show',
  'showModal',
  'showPopover',
])

export interface Order {
  readonly method: string
  readonly args: readonly Value[]
}

/** The order in an emission, if it is one for this session. */
export function orderIn(args: Dict, session: string | undefined): Order | undefined {
  const { method, args: given, session: whose } = args
  if (typeof method !== 'string' || (whose !== undefined && whose !== session)) return undefined
  return { method, args: Array.isArray(given) ? given : [] }
}

/**
 * Calls a method of an element.
 * @throws TypeError when the element, or the allow list, has none of this name
 */
export function invokeOn(element: Element, { method, args }: Order): void {
  const act = (element as unknown as Record<string, unknown>)[method]
  if (!METHODS.has(method) || typeof act !== 'function') {
    throw new TypeError(`<${element.localName}> has no method '${method}' that may be called from Python`)
  }
  // Opening what is open is no mistake: another person may have been first.
  if ((method === 'showModal' || method === 'show') && (element as HTMLDialogElement).open) return
  if (method === 'focus') openSections(element)
  const outcome: unknown = act.apply(element, args)
  // Browsers play nothing before a person has touched the page, and say so by a promise.
  if (outcome instanceof Promise) outcome.catch((error) => console.warn(`objectsync: ${method}():`, error))
}

function openSections(element: Element): void {
  const inside = element.closest('details:not([open]) > :not(summary)')
  if (!inside) return
  ;(inside.parentElement as HTMLDetailsElement).open = true
  openSections(inside)
}
