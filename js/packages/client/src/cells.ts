/**
 * Cell: the value of one attribute, and whose it is, from when it is first changed or asked for.
 *
 * - What users hold is its topic, made when somebody asks for it. A change that comes from the server needs none.
 * - All are of one class, whatever they hold: code that has seen one is ready for every other (benchmarks/dom, "select").
 */
import type { Held, TopicChange } from './changes.js'
import { applyToValue } from './changes.js'
import type { SObject } from './sobject.js'
import { createTopic, type Topic } from './topics.js'
import type { TopicType } from './values.js'

export class Cell {
  readonly object: SObject
  readonly name: string
  readonly type: TopicType
  /** Never handed out. */
  held: Held
  /** The batch that made `held` its own copy, and so may change it in place. */
  owner: object | undefined = undefined
  #topic: Topic | undefined

  constructor(object: SObject, name: string, type: TopicType, held: Held) {
    this.object = object
    this.name = name
    this.type = type
    this.held = held
  }

  get topic(): Topic {
    this.#topic ??= createTopic(this)
    return this.#topic
  }

  get listenerCount(): number {
    return this.#topic?.listenerCount ?? 0
  }

  /** Does one change to the held value, which must be `owner`'s own. */
  apply(change: TopicChange): TopicChange {
    const [held, inverse] = applyToValue(this.type, this.held, change, this)
    this.held = held
    return inverse
  }

  /** `IntTopic 'count' of Counter(1)`, for errors; minifying must not change it, so no class name is asked. */
  toString(): string {
    const words = this.type.split('_').map((word) => word[0]?.toUpperCase() + word.slice(1))
    return `${words.join('')}Topic '${this.name}' of ${this.object}`
  }
}
