// @vitest-environment happy-dom

import { CallError, SObject } from '@objectsync/client'
import { builtIns } from '@objectsync/dom'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Change } from '../../client/src/changes.js'
import type { Value } from '../../client/src/values.js'
import { type Shown, show } from '../../dom/test/helpers.js'
import { controls } from '../src/index.js'

const TABLE: Change = [
  'define',
  'Table',
  'objectsync.table',
  {
    label: ['string', ''],
    hidden: ['bool', false],
    tooltip: ['string', ''],
    style: ['dict', {}],
    classes: ['set', []],
    columns: ['list', []],
    length: ['int', 0],
    version: ['int', 1],
    sort: ['generic', null],
    selected: ['list', []],
    selectable: ['bool', false],
    editable: ['list', []],
    edit: ['event', null],
    height: ['string', '20rem'],
  },
]

interface Sheet extends Shown {
  readonly cells: () => HTMLElement[]
  /** Lets the server have other data. */
  readonly renew: (rows: Value[][]) => Promise<void>
  readonly edits: () => unknown[]
}

const beginning = (row: readonly Value[]): readonly Value[] =>
  row.map((value) => (typeof value === 'string' ? value.slice(0, 1000) : value))

/** A table of one column. */
async function sheet(kind: string, ...values: Value[]): Promise<Sheet> {
  const registry = builtIns()
  registry.register(controls)
  const it = show([TABLE], { registry })
  const now = { rows: values.map((value, place): Value[] => [place, value]), version: 1 }
  it.server.answer = (service) =>
    service === 'rows' ? { rows: now.rows.map(beginning), version: now.version } : (now.rows[0]?.[1] ?? null)
  const about = { columns: [{ name: 'c', kind }], length: values.length, editable: ['c'] }
  it.change(['create', '1', 'Table', 'root', -1, about as never])
  const arrived = async (): Promise<void> => {
    // One question may be on its way, and make another necessary.
    for (const _ of [1, 2]) {
      it.settle()
      await Promise.resolve()
      await Promise.resolve()
    }
  }
  await arrived()
  return {
    ...it,
    cells: () => [...it.host.querySelectorAll<HTMLElement>('tbody td')],
    renew: async (next) => {
      now.rows = next
      it.change(['set', '1', 'version', ++now.version])
      await arrived()
    },
    edits: () => {
      it.settle()
      return it.server.received.flatMap((m) => (m.type === 'action' ? m.changes : []))
    },
  }
}

type Field = HTMLInputElement & HTMLTextAreaElement

const open = ({ cells }: Sheet, index = 0): Field => {
  cells()[index]?.click()
  cells()[index]?.dispatchEvent(new MouseEvent('dblclick', { bubbles: true }))
  return cells()[index]?.firstElementChild as Field
}
const press = (field: Element, key: string, more: KeyboardEventInit = {}): boolean =>
  field.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more }))

interface Question {
  readonly resolve: (value: Value) => void
  readonly reject: (error: Error) => void
}

/** What the page asks from now on, which is answered when a test says so. */
function held(): readonly Question[] {
  const questions: Question[] = []
  vi.spyOn(SObject.prototype, 'call').mockImplementation(
    () => new Promise((resolve, reject) => questions.push({ resolve, reject })),
  )
  return questions
}

afterEach(() => vi.restoreAllMocks())

describe('rows', () => {
  it('that stay are the same elements when the data change', async () => {
    const table = await sheet('number', 1, 2, 3)
    const before = table.cells()
    const rest = before[1]?.firstChild
    expect(before.map((cell) => cell.textContent)).toEqual(['1', '2', '3'])
    await table.renew([
      [0, 1.5],
      [1, 2],
      [2, 7],
    ])
    expect(table.cells().map((cell) => before.indexOf(cell))).toEqual([0, 1, 2])
    expect(table.cells().map((cell) => cell.textContent)).toEqual(['1.5', '2', '7'])
    expect(table.cells()[1]?.firstChild).toBe(rest)
  })

  it('are shown as each answer says, however fast the data change', async () => {
    const table = await sheet('number', 0)
    const questions = held()
    const shownNow = (): unknown => table.cells()[0]?.textContent
    for (const version of [2, 3, 4]) table.change(['set', '1', 'version', version])
    expect(questions).toHaveLength(1)
    questions[0]?.resolve({ rows: [[0, 20]], version: 2 })
    await vi.waitFor(() => expect(shownNow()).toBe('20'))
    table.change(['set', '1', 'version', 5])
    expect(questions).toHaveLength(2)
    questions[1]?.resolve({ rows: [[0, 50]], version: 5 })
    await vi.waitFor(() => expect(shownNow()).toBe('50'))
    expect(questions).toHaveLength(2)
  })

  it('of other columns are not shown under the new ones', async () => {
    const table = await sheet('number', 0)
    const questions = held()
    table.change(['set', '1', 'version', 2])
    table.change(['set', '1', 'version', 3], ['set', '1', 'columns', [{ name: 'd', kind: 'number' }]])
    questions[0]?.resolve({ rows: [[0, 20]], version: 2 })
    await vi.waitFor(() => expect(questions).toHaveLength(2))
    expect(table.cells()[0]?.textContent).toBe('…')
    questions[1]?.resolve({ rows: [[0, 30]], version: 3 })
    await vi.waitFor(() => expect(table.cells()[0]?.textContent).toBe('30'))
  })

  it('are asked for again when the connection broke before they came', async () => {
    const table = await sheet('number', 0)
    const questions = held()
    table.change(['set', '1', 'version', 2])
    questions[0]?.reject(new CallError('disconnected', 'lost'))
    await vi.waitFor(() => expect(questions).toHaveLength(2))
    questions[1]?.resolve({ rows: [[0, 20]], version: 2 })
    await vi.waitFor(() => expect(table.cells()[0]?.textContent).toBe('20'))
  })

  it('come and go with the length, and cells with the columns', async () => {
    const table = await sheet('number', 1, 2)
    const texts = (): unknown[] =>
      [...table.host.querySelectorAll('tr[data-row]')].map((row) =>
        [...row.children].map((cell) => [cell.textContent, (cell as HTMLElement).dataset['kind']]),
      )
    table.change([
      'set',
      '1',
      'columns',
      [
        { name: 'c', kind: 'number' },
        { name: 'd', kind: 'text' },
      ],
    ])
    table.change(['set', '1', 'length', 1])
    await table.renew([[0, 1, 'a']])
    expect(texts()).toEqual([
      [
        ['1', 'number'],
        ['a', 'text'],
      ],
    ])
    table.change(['set', '1', 'columns', [{ name: 'd', kind: 'text' }]])
    table.change(['set', '1', 'length', 2])
    await table.renew([
      [0, 'a'],
      [1, 'b'],
    ])
    expect(texts()).toEqual([[['a', 'text']], [['b', 'text']]])
  })
})

describe('a cell that is edited', () => {
  it.each([
    ['text', 'a\nb'],
    ['text', null],
    ['text', 'a'],
    ['number', 24999.75],
    ['number', null],
    ['bool', null],
    ['bool', true],
    ['bool', false],
  ])('stays as it is where nothing was entered: %s %j', async (kind, value) => {
    const table = await sheet(kind, value)
    const field = open(table)
    field.dispatchEvent(new Event('blur'))
    expect(table.edits()).toEqual([])
    expect(table.cells()[0]?.children).toHaveLength(0)
    press(open(table), 'Enter')
    expect(table.edits()).toEqual([])
  })

  it('is saved by Enter, and Shift+Enter is a new line', async () => {
    const table = await sheet('text', 'a\nb')
    const field = open(table)
    expect([field.localName, field.value, Number(field.rows)]).toEqual(['textarea', 'a\nb', 2])
    expect(press(field, 'Enter', { shiftKey: true })).toBe(true)
    field.value = 'a\nb\nc'
    press(field, 'Enter')
    expect(table.edits()).toEqual([['emit', '1', 'edit', { row: 0, column: 'c', value: 'a\nb\nc' }]])
  })

  it('that was None can become false', async () => {
    const table = await sheet('bool', null)
    const field = open(table)
    expect(field.indeterminate).toBe(true)
    field.click()
    field.click()
    field.indeterminate = false
    press(field, 'Enter')
    expect(table.edits()).toEqual([['emit', '1', 'edit', { row: 0, column: 'c', value: false }]])
  })

  it('has the whole of a long text', async () => {
    const table = await sheet('text', 'x'.repeat(3000))
    expect(table.cells()[0]?.textContent).toHaveLength(1000)
    open(table)
    table.settle()
    await vi.waitFor(() => expect(table.host.querySelector('textarea')?.value).toHaveLength(3000))
  })
})
