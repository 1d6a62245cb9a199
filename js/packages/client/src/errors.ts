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
  const names = [...known]
  const close = (most: number): string | undefined => names.find((each) => isWithin(name, each, most))
  return close(0) ?? close(1) ?? (name.length > 1 ? close(2) : undefined)
}

/** Whether so many edits lead from one to the other; neighbouring letters swapped are one: `sytle` is one away from `style`. */
function isWithin(a: string, b: string, edits: number): boolean {
  if (a === b) return true
  if (a && a[0] === b[0]) return isWithin(a.slice(1), b.slice(1), edits)
  if (edits === 0) return false
  return (
    isWithin(a.slice(1), b, edits - 1) ||
    isWithin(a, b.slice(1), edits - 1) ||
    isWithin(a.slice(1), b.slice(1), edits - 1) ||
    (a[0] === b[1] && a[1] === b[0] && isWithin(a.slice(2), b.slice(2), edits - 1))
  )
}
