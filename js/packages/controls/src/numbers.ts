/** Numbers as texts, as objectsync/controls/numbers.py has them: whole ones in full, others with the twelve digits that mean something. */
export const numberText = (value: number): string =>
  String(Number.isInteger(value) ? value : Number(value.toPrecision(12)))
