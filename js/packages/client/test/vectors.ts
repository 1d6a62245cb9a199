/** The golden cases that pytest and vitest both read. */
import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

// Not `new URL(path, import.meta.url)`: in a DOM environment the bundler takes that for an asset.
export const top = resolve(dirname(fileURLToPath(import.meta.url)), '../../../..')

// biome-ignore lint/suspicious/noExplicitAny: the files are data; each test knows its own
export const vectors = (name: string): any =>
  JSON.parse(readFileSync(resolve(top, `tests/vectors/${name}.json`), 'utf8'))

export const protocolPage = (): string => readFileSync(resolve(top, 'PROTOCOL.md'), 'utf8')

export const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'))
