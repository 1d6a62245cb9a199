/**
 * Who is here: initials in the corner, as soon as somebody else is. A file of its own, fetched then.
 *
 * - Alone, nothing is shown: there is nothing to know.
 * - A person's own mark comes first and is a button; it asks for the name that the others see.
 * - The list has a label and each mark a name, for who does not see it; it is not read out by itself: people come and go.
 */
import { COLORS, keepName } from './me.js'
import type { Client, Person } from './objectsync.js'

const MOST = 6

export function showPeople(client: Client, list: HTMLElement): void {
  list.setAttribute('aria-label', 'Who is here')
  let asking = false

  const draw = (): void => {
    if (asking) return
    const { session, presence } = client
    const others = [...presence.people].filter(([id]) => id !== session)
    list.replaceChildren()
    const { me } = presence
    if (!others.length || !me) return
    list.append(item(ownMark(me)))
    for (const [id, person] of others.slice(0, MOST)) list.append(item(mark(id, person)))
    if (others.length > MOST) {
      const more = circle('span', `+${others.length - MOST}`, `and ${others.length - MOST} more`)
      list.append(item(more))
    }
  }

  const ownMark = (me: Person): HTMLElement => {
    const button = circle('button', initials(me.name), `You: ${me.name}. Change your name`)
    button.style.backgroundColor = me.color
    button.addEventListener('click', () => ask(me))
    return button
  }

  const ask = (me: Person): void => {
    asking = true
    const field = document.createElement('input')
    field.value = me.name
    field.maxLength = 64
    field.setAttribute('aria-label', 'The name that others see')
    const end = (take: boolean): void => {
      if (!asking) return
      asking = false
      const name = field.value.trim()
      if (take && name) client.presence.set({ name: keepName(name) })
      draw()
      list.querySelector('button')?.focus()
    }
    field.addEventListener('keydown', (event) => {
      if (event.key === 'Enter') end(true)
      if (event.key === 'Escape') end(false)
    })
    field.addEventListener('blur', () => end(true))
    list.firstElementChild?.replaceChildren(field)
    field.select()
  }

  client.presence.onChange(draw)
  client.onStatus(draw)
  draw()
}

function mark(id: string, { name, color }: Person): HTMLElement {
  const label = name || 'someone'
  const span = circle('span', initials(label), label)
  span.style.backgroundColor = color || colorOf(id)
  return span
}

function circle(tag: 'span' | 'button', text: string, label: string): HTMLElement {
  const mark = document.createElement(tag)
  mark.textContent = text
  mark.title = label
  mark.setAttribute('aria-label', label)
  if (tag === 'span') mark.setAttribute('role', 'img')
  else mark.setAttribute('type', 'button')
  return mark
}

function item(mark: HTMLElement): HTMLElement {
  const li = document.createElement('li')
  li.append(mark)
  return li
}

/** At most two letters, of the first and the last word. */
export function initials(name: string): string {
  const words = name.trim().split(/\s+/)
  const ends = words.length > 1 ? [words[0], words.at(-1)] : words
  return ends
    .map((word) => [...(word ?? '')][0] ?? '')
    .join('')
    .toUpperCase()
}

/** The colour of one who has chosen none: always the same for the same session. */
function colorOf(session: string): string {
  let sum = 0
  for (const letter of session) sum += letter.codePointAt(0) as number
  return COLORS[sum % COLORS.length] as string
}
