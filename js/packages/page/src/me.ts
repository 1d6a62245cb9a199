/**
 * Who this page says it is. Name and colour stay with the browser.
 */
import type { Client } from './objectsync.js'

/** Dark enough for white letters (4.5:1). */
export const COLORS = ['#b3261e', '#8e4585', '#5b4db7', '#1a5fb4', '#00696b', '#2e6b2e', '#7a5900', '#8a4b08']
const ANIMALS =
  'Otter Heron Lynx Robin Badger Finch Marten Swift Hare Wren Seal Crane Fox Owl Beaver Lark'.split(' ')
const NAME = 'objectsync.name'
const COLOR = 'objectsync.color'

/** Says who is here, so that others see it. */
export function introduce(client: Client): void {
  client.presence.set({
    name: kept(NAME) ?? anyOf(ANIMALS),
    color: COLORS.find((color) => color === kept(COLOR)) ?? keep(COLOR, anyOf(COLORS)),
  })
}

export const keepName = (name: string): string => keep(NAME, name)

const anyOf = <T>(list: readonly T[]): T => list[Math.floor(Math.random() * list.length)] as T

function kept(key: string): string | undefined {
  try {
    return localStorage.getItem(key) ?? undefined
  } catch {
    return undefined // storage is blocked: the name lasts as long as the page
  }
}

function keep(key: string, value: string): string {
  try {
    localStorage.setItem(key, value)
  } catch {
    // as above
  }
  return value
}
