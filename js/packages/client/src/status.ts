/**
 * Status: how a client stands with its server, as a value in which only what is known can be read.
 */
export type Status =
  /** Not yet live for the first time. */
  | { readonly state: 'connecting' }
  /** What is shown is what the server has, and this client's undecided actions. */
  | { readonly state: 'live' }
  /** Was live, or failed to become so. Changes are kept; the next try is at `retryAt` (the clock's ms), or under way. */
  | { readonly state: 'offline'; readonly reason: string; readonly retryAt: number | undefined }
  /** For good. `code` is the close code, 1000 for the client's own `close()`. */
  | { readonly state: 'closed'; readonly code: number; readonly reason: string }
