/**
 * ElementView: an SObject that stands for a DOM element.
 *
 * - The tag is the frontend type, or the attribute `tag` where that is `Element`, or div.
 * - Of these attributes it shows those the object has: `text`, `style` (dict), `attrs` (dict), `classes` (set), `value`, `checked`.
 * - An event attribute listens to the DOM event of its name, as `events` says, and emits a small payload.
 * - Everything passes safety.ts; what is refused is left out and named on the console.
 * - One handler serves all elements of a stage: with 5,000 elements there are no 5,000 closures.
 */
import type { Client, Dict, Kind, SObject, Value } from '@objectsync/client'
import { applyValue, isControlTag, readValue, watchInput } from './controls.js'
import { inGesture } from './gestures.js'
import { attend, fieldsOf, type Listening, listeningOf, Pace } from './listening.js'
import { INVOKE } from './orders.js'
import { payloadOf } from './payload.js'
import { type Seed, showText } from './planting.js'
import { refuseAttribute, refuseStyle, refuseTag, SVG_TAGS } from './safety.js'
import type { Named, Stage } from './stage.js'
import { View } from './view.js'

const SVG = 'http://www.w3.org/2000/svg'
const VOID: ReadonlySet<string> = new Set([
  'br',
  'col',
  'hr',
  'img',
  'input',
  'source',
  'track',
  'wbr',
  'textarea',
])
/** They do more than they show: their view listens to them, or sees to them when their children are there. */
const DOING: ReadonlySet<string> = new Set(['form', 'select'])

export class ElementView extends View {
  static override frontendType: readonly string[] = ['Element', 'text']
  #tag = 'div'
  #hasText = false
  #styles: readonly string[] | undefined
  #attrs: readonly string[] | undefined
  #classes: readonly string[] | undefined
  #events: Set<string> | undefined
  #listening: ReadonlyMap<string, Listening> | undefined
  #paces: Map<string, Pace> | undefined

  static seed(kind: Kind, frontendType: string): Seed | undefined {
    // biome-ignore lint/complexity/noThisInStatic: a subclass inherits it, and needs its views
    return this === ElementView ? seedOf(kind, frontendType) : undefined
  }

  override create(): Element {
    const tag = tagOf(this.object)
    return this.#begin(
      tag,
      SVG_TAGS.has(tag) ? this.document.createElementNS(SVG, tag) : this.document.createElement(tag),
    )
  }

  override adopt(element: Element): void {
    this.#hasText = element.firstChild?.nodeType === 3
    this.#begin(tagOf(this.object), element)
  }

  #begin(tag: string, element: Element): Element {
    this.#tag = tag
    this.element = element
    if (VOID.has(tag)) this.container = null
    // What a form holds is Python's, to send and to clear.
    if (tag === 'form')
      for (const type of ['submit', 'reset']) this.element.addEventListener(type, preventDefault)
    // A control is listened to even while it shows nothing.
    const names = isControlTag(tag) ? this.object.attributeNames : this.object.shownNames
    for (const name of names) this.touched(name)
    return this.element
  }

  override touched(name: string): void {
    if (name === INVOKE) return
    const type = this.object.typeOf(name)
    if (type === 'event' || (type === undefined && this.#events?.has(name))) {
      this.#listen(name, type !== undefined)
      return
    }
    switch (name) {
      case 'text':
        if (this.#tag !== 'textarea' && this.#tag !== 'input')
          this.#hasText = showText(this.element, String(this.object.read(name) ?? ''), this.#hasText)
        break
      case 'style':
        this.#showStyle(entriesOf(this.object, name))
        break
      case 'attrs':
        this.#showAttributes(entriesOf(this.object, name))
        // A range without its `max` had cut the value off.
        this.#showValue()
        break
      case 'classes':
        this.#showClasses(itemsOf(this.object, name))
        break
      case 'events':
        this.#listening = listeningOf(entriesOf(this.object, name))
        break
      case 'value':
      case 'checked':
        if (type === undefined || !isControlTag(this.#tag)) break
        views.set(this.element, this)
        watchInput(this.element, onInput)
        applyValue(this.element, this.object.attribute(name), name)
        break
    }
    super.touched(name)
  }

  /** A select can only show the value of an option it has. */
  override filled(): void {
    if (this.#tag === 'select') this.#showValue()
  }

  #showValue(): void {
    if (this.object.has('value')) applyValue(this.element, this.object.attribute('value'), 'value')
  }

  /** @internal Whether there is an event attribute of this name. */
  listens(name: string): boolean {
    return this.#events?.has(name) ?? false
  }

  /** @internal A DOM event of an event attribute, or of a form element's own. */
  handle(event: Event): void {
    const { object, stage } = this
    const { type } = event
    const isEdit = type === 'input' || type === 'change' || type === 'compositionend'
    try {
      if (isEdit && isControlTag(this.#tag)) {
        inGesture(stage.client, event, (gesture) => {
          const payload = this.#payloadOf(event, gesture)
          gesture.record(() => {
            readValue(this.element, object, event)
            if (payload) object.emitOwned(type, payload)
          })
        })
        return
      }
      const payload = this.#payloadOf(event, stage.client)
      if (payload) object.emitOwned(type, payload)
    } catch (error) {
      stage.report(object, error)
    }
  }

  /** What Python is told of an event now; undefined when it is told later (as a part of `whole`), or not at all. */
  #payloadOf(event: Event, whole: Pick<Client, 'record'>): Dict | undefined {
    const { object } = this
    const { type } = event
    if (!this.#events?.has(type) || !object.has(type)) return undefined
    const listening = this.#listening?.get(type)
    if (!listening) return payloadOf(event)
    if (!attend(event, listening)) return undefined
    const payload = listening.fields ? fieldsOf(event, listening.fields) : payloadOf(event)
    const { throttle, debounce } = listening
    if (!throttle && !debounce) return payload
    const tell = (): void => {
      if (object.has(type))
        this.stage.guard(object, () => whole.record(() => object.emitOwned(type, payload)))
    }
    const pace = this.#paceOf(type)
    if (throttle) pace.throttle(throttle, tell)
    else pace.debounce(debounce, tell)
    return undefined
  }

  #paceOf(type: string): Pace {
    this.#paces ??= new Map()
    let pace = this.#paces.get(type)
    if (!pace) {
      const made = new Pace()
      pace = made
      this.#paces.set(type, made)
      this.own(() => made.end())
    }
    return pace
  }

  #listen(name: string, wanted: boolean): void {
    const listens = this.#events?.has(name) ?? false
    if (wanted === listens) return
    this.#events ??= new Set()
    if (wanted) {
      this.#events.add(name)
      views.set(this.element, this)
      this.element.addEventListener(name, onEvent)
    } else {
      this.#events.delete(name)
      this.element.removeEventListener(name, onEvent)
    }
  }

  #showStyle(styles: Entries): void {
    const now = setStyles(this.element, styles, this.stage, this.object)
    for (const each of gone(this.#styles, now)) (this.element as HTMLElement).style.removeProperty(each)
    this.#styles = now
  }

  #showAttributes(attributes: Entries): void {
    const now = setAttributes(this.element, this.#tag, attributes, this.stage, this.object)
    for (const each of gone(this.#attrs, now)) this.element.removeAttribute(each)
    this.#attrs = now
  }

  #showClasses(classes: readonly unknown[]): void {
    const now = addClasses(this.element, classes)
    for (const each of gone(this.#classes, now)) this.element.classList.remove(each)
    this.#classes = now
  }
}

const gone = (before: readonly string[] = [], now: readonly string[]): readonly string[] =>
  before.filter((each) => !now.includes(each))

type Entries = readonly (readonly [string, unknown])[]

/** @returns those that may be set */
function setStyles(element: Element, styles: Entries, stage: Stage, who: Named): readonly string[] {
  const now: string[] = []
  for (const [property, value] of styles) {
    const text = String(value)
    const why = refuseStyle(property, text)
    if (why) {
      stage.refuse(who, `style ${property}: ${text}`, why)
      continue
    }
    now.push(property)
    ;(element as HTMLElement).style.setProperty(property, text)
  }
  return now
}

/** @returns those that may be set */
function setAttributes(
  element: Element,
  tag: string,
  attributes: Entries,
  stage: Stage,
  who: Named,
): readonly string[] {
  const now: string[] = []
  for (const [name, value] of attributes) {
    if (value === null || value === false) continue
    const text = value === true ? '' : String(value)
    const why = refuseAttribute(tag, name, text)
    if (why) {
      stage.refuse(who, `attribute ${name}="${text}"`, why)
      continue
    }
    now.push(name)
    if (element.getAttribute(name) !== text) element.setAttribute(name, text)
  }
  return now
}

/** @returns those that are classes */
function addClasses(element: Element, classes: readonly unknown[]): readonly string[] {
  const now = classes.filter((each): each is string => typeof each === 'string' && /^\S+$/.test(each))
  if (now.length) element.classList.add(...now)
  return now
}

/** How elements are made that show text, styles, attributes and classes, and do nothing else; undefined for others. */
function seedOf({ declared, names, shown }: Kind, frontendType: string): Seed | undefined {
  const tag =
    frontendType === 'text' ? 'div' : frontendType === 'Element' ? declared.get('tag')?.initial : frontendType
  if (typeof tag !== 'string' || refuseTag(tag) || VOID.has(tag) || DOING.has(tag)) return undefined
  let text = -1
  let fixed = ''
  const rest: [string, number, Value][] = []
  for (const name of shown) {
    const { type, initial } = declared.get(name) as { type: string; initial: Value }
    const at = names.indexOf(name)
    if (type === 'event' || name === 'events' || (name === 'tag' && at !== -1)) return undefined
    if (name === 'text' && type !== 'string') return undefined
    if (name === 'text' && at !== -1) text = at
    else if (name === 'text') fixed = initial as string
    else if ((name === 'style' || name === 'attrs') && type === 'dict') rest.push([name, at, initial])
    else if (name === 'classes') rest.push([name, at, initial])
  }
  const finish: Seed['finish'] = (element, values, from, stage, who) => {
    for (const [name, at, initial] of rest) {
      const value = at === -1 ? initial : (values[from + at] as Value)
      if (name === 'classes') addClasses(element, Array.isArray(value) ? value : [])
      else if (name === 'style') setStyles(element, Object.entries(value as object), stage, who)
      else setAttributes(element, tag, Object.entries(value as object), stage, who)
    }
  }
  const namespace = SVG_TAGS.has(tag) ? SVG : undefined
  return { namespace, tag, text, fixed, finish: rest.length ? finish : undefined }
}

/** The view of each element that is listened to; what the shared handlers have instead of a closure each. */
const views = new WeakMap<EventTarget, ElementView>()

function onEvent(event: Event): void {
  views.get(event.currentTarget as EventTarget)?.handle(event)
}

/** A form element's own events; one that is an event attribute too is handled there. */
function onInput(event: Event): void {
  const view = views.get(event.currentTarget as EventTarget)
  if (view && !view.listens(event.type)) view.handle(event)
}

const preventDefault = (event: Event): void => event.preventDefault()

function tagOf(object: SObject): string {
  let tag = object.frontendType
  if (tag === 'text') return 'div'
  if (tag === 'Element') tag = String(object.read('tag') ?? 'div')
  const why = refuseTag(tag)
  if (why === undefined) return tag
  throw new TypeError(`<${tag}> cannot be shown: ${why}`)
}

function entriesOf(object: SObject, name: string): Entries {
  return object.typeOf(name) === 'dict' ? Object.entries(object.read(name) as object) : []
}

function itemsOf(object: SObject, name: string): readonly Value[] {
  const value = object.read(name)
  return Array.isArray(value) ? value : []
}
