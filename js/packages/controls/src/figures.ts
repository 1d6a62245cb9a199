/**
 * Figures that are drawn in the page, by libraries that Python's packages brought along.
 *
 * - A library's script comes from the object's server, over the connection that there is, once per page, when its first figure is shown.
 * - Nothing comes from a network: figures that would fetch something are not drawn here (objectsync/showing).
 */
import type { SObject } from '@objectsync/client'

/** A figure in its place. */
export interface Figure {
  /** Draws what JSON says; what was drawn before stays until then. */
  draw(json: string): Promise<void>
  /** Its element has another width, or is seen for the first time: in a tab, in a dialog. */
  resize(): void
  end(): void
}

/** What an element is called whose figure is as wide as the room that there is. */
export const FILLS = 'os-fills'

/** Begins a figure in an element that is in the document. */
export type Begin = (host: HTMLElement) => Figure

/** How a library is found in what its script has left behind; undefined where the script did something else. */
export type Library = (globals: Readonly<Record<string, unknown>>) => Begin | undefined

const coming = new Map<string, Promise<Begin>>()

/** A library, which is fetched once per page. */
export async function fetched(
  name: string,
  library: Library,
  object: SObject,
  document: Document,
): Promise<Begin> {
  let begin = coming.get(name)
  if (!begin) {
    begin = fetchScript(name, library, object, document)
    coming.set(name, begin)
  }
  try {
    return await begin
  } catch (error) {
    // The connection may have broken: the next figure tries again.
    coming.delete(name)
    throw error
  }
}

async function fetchScript(
  name: string,
  library: Library,
  object: SObject,
  document: Document,
): Promise<Begin> {
  const parts: Uint8Array<ArrayBuffer>[] = []
  for (;;) {
    const part = await object.call('script', { library: name, part: parts.length })
    if (!(part instanceof Uint8Array)) throw new TypeError('expected the bytes of a script')
    if (!part.length) break
    parts.push(part as Uint8Array<ArrayBuffer>)
  }
  const text = await new Response(
    new Blob(parts).stream().pipeThrough(new DecompressionStream('gzip')),
  ).blob()
  const url = URL.createObjectURL(new Blob([text], { type: 'text/javascript' }))
  try {
    await new Promise((resolve, reject) => {
      const script = document.createElement('script')
      script.onload = resolve
      script.onerror = () => reject(new Error(`this page refuses to run the script of ${name}`))
      script.src = url
      document.head.append(script)
    })
  } finally {
    URL.revokeObjectURL(url)
  }
  const begin = library(globalThis as unknown as Record<string, unknown>)
  if (!begin) throw new Error(`the script of ${name} did not say what it is`)
  return begin
}
