/**
 * The frontends of users: ES modules that the server lists in `frontends.json`.
 *
 * - The default export of each is a View class, or an array of them.
 * - One that fails to load is reported; the others, and the page, go on without it.
 */
import type { Registry, ViewClass } from './objectsync.js'

export async function loadFrontends(registry: Registry, base: string): Promise<void> {
  const urls = await listOf(new URL('frontends.json', base))
  await Promise.all(
    urls.map(async (url) => {
      try {
        const module = (await import(new URL(url, base).href)) as { default?: ViewClass }
        // A module without one is a helper of the others.
        if (module.default) registry.register(module.default)
      } catch (error) {
        console.error(`objectsync: the frontend ${url} could not be loaded:`, error)
      }
    }),
  )
}

async function listOf(url: URL): Promise<readonly string[]> {
  try {
    const response = await fetch(url)
    if (!response.ok) return []
    const list: unknown = await response.json()
    return Array.isArray(list) ? list.filter((item) => typeof item === 'string') : []
  } catch (error) {
    console.error(`objectsync: ${url} could not be read:`, error)
    return []
  }
}
