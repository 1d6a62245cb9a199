/**
 * Numbers as people read them.
 *
 * - The text is what objectsync/controls/numbers.py makes of the same number (tests/vectors/numbers.json).
 */
const DIGITS = 12

/** A whole number in full, another with at most 12 significant digits, or those before its point: 0.1 + 0.2 is "0.3". */
export function shownNumber(value: number): string {
  if (Number.isInteger(value)) return String(value)
  const whole = String(Math.trunc(Math.abs(value))).length
  return String(Number(value.toPrecision(Math.max(DIGITS, whole))))
}
