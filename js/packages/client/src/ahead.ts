/**
 * Ahead: what the server tells of a large transaction that has not ended, so that whoever shows it can prepare for it.
 *
 * - A part means nothing by itself: the transaction says how many parts it begins with, if it comes at all.
 * - Of one transaction at a time. What was told ahead on a connection holds on that connection only.
 */
import type { Change } from './changes.js'
import { ProtocolError } from './errors.js'
import type { AheadMessage, Transaction } from './protocol.js'

export class Ahead {
  #of = 0
  #parts: (readonly Change[])[] = []

  take({ of, changes }: AheadMessage): void {
    if (of !== this.#of) this.forget()
    this.#of = of
    this.#parts.push(changes)
  }

  forget(): void {
    this.#of = 0
    this.#parts = []
  }

  /** The transactions, with what was told of them before. @throws ProtocolError */
  complete(transactions: readonly Transaction[]): readonly Transaction[] {
    return transactions.some(({ ahead }) => ahead)
      ? transactions.map((each) => this.#whole(each))
      : transactions
  }

  #whole(transaction: Transaction): Transaction {
    const { ahead, changes = [], seq } = transaction
    if (!ahead) return transaction
    const [of, count] = ahead
    const parts = this.#parts
    if (of !== this.#of || count > parts.length) {
      throw new ProtocolError(
        `transaction ${seq} begins with ${count} parts of ${of}; ${parts.length} of ${this.#of} have come`,
      )
    }
    this.forget()
    return { ...transaction, changes: [...parts.slice(0, count).flat(), ...changes] }
  }
}
