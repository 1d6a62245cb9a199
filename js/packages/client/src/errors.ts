/**
 * The errors, by who is at fault.
 *
 * - `LocalError`: this program used the API wrongly; thrown at the call, nothing was changed.
 * - `ChangeError`: a change does not fit the state it met; carries the wire's code of a rejection.
 * - `ProtocolError`: the peer sent something that PROTOCOL.md does not allow.
 * - `CallError`: a service answered with an error, or the answer can no longer come.
 */

export class LocalError extends Error {
  override name = 'LocalError'
}

export class ChangeError extends LocalError {
  override name = 'ChangeError'
  readonly code: RejectionCode
  constructor(code: RejectionCode, message: string) {
    super(message)
    this.code = code
  }
}

export class ProtocolError extends Error {
  override name = 'ProtocolError'
}

export class CallError extends Error {
  override name = 'CallError'
  readonly code: string
  /** What the server's log names the traceback by. */
  readonly incident: string | undefined
  constructor(code: string, message: string, incident?: string) {
    super(message)
    this.code = code
    this.incident = incident
  }
}

/** Why an action was not applied; the list is PROTOCOL.md's. */
export type RejectionCode =
  | 'invalid_change'
  | 'invalid_value'
  | 'unknown_object'
  | 'unknown_attribute'
  | 'invalid_position'
  | 'already_exists'
  | 'forbidden'
  | 'limit'
  | 'stale'
  | 'rejected'
  | 'error'
  | 'unknown_outcome'

/** `reprOf('abc')` is `'abc' (string)`: how error messages show what came. */
export function reprOf(value: unknown): string {
  if (value === null) return 'null'
  if (value === undefined) return 'undefined'
  if (value instanceof Uint8Array) return `${value.length} bytes (Uint8Array)`
  const kind = Array.isArray(value) ? 'array' : typeof value
  let text: string
  try {
    text = kind === 'object' || kind === 'array' ? JSON.stringify(value) : String(value)
  } catch {
    text = '…'
  }
  if (text.length > 60) text = `${text.slice(0, 59)}…`
  return kind === 'string' ? `'${text}' (string)` : `${text} (${kind})`
}

/** The known name nearest to `name` (at most two edits away), for "did you mean". */
export function nearest(name: string, known: Iterable<string>): string | undefined {
  let best: string | undefined
  let bestDistance = Math.min(3, Math.max(2, name.length))
  for (const candidate of known) {
    const distance = editDistance(name, candidate)
    if (distance < bestDistance) {
      best = candidate
      bestDistance = distance
    }
  }
  return best
}

/** Edits with neighbouring letters swapped counting as one: `sytle` is one away from `style`. */
function editDistance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 2) return 3
  let before: number[] = []
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1
      let d = Math.min(at(previous, j) + 1, at(row, j - 1) + 1, at(previous, j - 1) + same)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        d = Math.min(d, at(before, j - 2) + 1)
      }
      row.push(d)
    }
    before = previous
    previous = row
  }
  return at(previous, b.length)
}

const at = (row: readonly number[], i: number): number => row[i] ?? 9
