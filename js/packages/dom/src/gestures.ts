/**
 * Gestures of a person on a form element: which `input` and `change` events are one thing done, and one step to undo.
 *
 * - From the press of a button or key to its release: a drag of a slider, a spinner or an arrow key held down (repeats are no new press).
 * - Without, or over several presses: until the element says `change`, loses the focus, or has rested for a second (typing). A picker of
 *   colours is not bound to that second: it is open as long as it takes, and says `change` when it closes.
 * - The `change` that ends it still belongs to it.
 */
import type { Client, Gesture } from '@objectsync/client'

/** Milliseconds between two strokes of different bursts of typing. */
const REST = 1000

class Hand {
  #gesture: Gesture | undefined
  /** When it last did something. */
  #at = 0
  #pressed = false
  /** Whether the element has said `change` while something was pressed. */
  #changed = false
  readonly #element: Element

  constructor(element: Element) {
    this.#element = element
    element.addEventListener('pointerdown', (event) => {
      this.#press(event)
      // The pointer may be let go anywhere.
      const held = new AbortController()
      const release = (): void => {
        held.abort()
        this.#release()
      }
      for (const type of ['pointerup', 'pointercancel']) {
        const options = { capture: true, signal: held.signal }
        element.ownerDocument.defaultView?.addEventListener(type, release, options)
      }
    })
    element.addEventListener('keydown', (event) => {
      if (!(event as KeyboardEvent).repeat) this.#press(event)
    })
    element.addEventListener('keyup', () => this.#release())
    element.addEventListener('blur', () => {
      this.#release()
      this.#end()
    })
  }

  /** The gesture that an event belongs to. */
  gestureOf(event: Event, client: Client): Gesture {
    if (!this.#pressed && event.type !== 'change') this.#endIfRested(event)
    this.#at = event.timeStamp
    this.#gesture ??= client.gesture()
    return this.#gesture
  }

  /** An event has been dealt with. */
  done(event: Event): void {
    if (event.type !== 'change') return
    if (this.#pressed) this.#changed = true
    else this.#end()
  }

  #press(event: Event): void {
    if (this.#changed) this.#end()
    else this.#endIfRested(event)
    this.#pressed = true
  }

  #release(): void {
    this.#pressed = false
    if (this.#changed) this.#end()
  }

  #endIfRested(event: Event): void {
    const { type } = this.#element as HTMLInputElement
    if (type !== 'color' && event.timeStamp - this.#at > REST) this.#end()
  }

  #end(): void {
    this.#changed = false
    this.#gesture?.end()
    this.#gesture = undefined
  }
}

const hands = new WeakMap<Element, Hand>()

/** Runs what an `input` or `change` event of a form element changes, as a part of the gesture that it belongs to. */
export function inGesture(client: Client, event: Event, act: (gesture: Gesture) => void): void {
  const hand = watchHand(event.currentTarget as Element)
  try {
    act(hand.gestureOf(event, client))
  } finally {
    hand.done(event)
  }
}

/** Looks, from the first press on, at what a person does with a form element. */
export function watchHand(element: Element): Hand {
  let hand = hands.get(element)
  if (!hand) {
    hand = new Hand(element)
    hands.set(element, hand)
  }
  return hand
}
