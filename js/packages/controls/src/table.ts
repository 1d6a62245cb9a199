/**
 * A table of any length. Only the rows in sight are elements; their data are fetched a page at a time.
 *
 * - What stays in sight stays the same elements, and only what they show is changed: a press that a change of the data comes between
 *   is a click all the same.
 * - By keyboard: arrows move a cell that is marked, Space selects its row, Enter edits it and saves, Escape gives up.
 */
import type { CallError, IntTopic, Topic, Value } from '@objectsync/client'
import { ControlView, freshId } from './base.js'
import { editorOf } from './editor.js'
import { shownNumber } from './numbers.js'
import { Rows, rowHeight, type Sight } from './rows.js'

const PAGE = 100
/** A text of so many letters may be the beginning of a longer one (`MOST_SHOWN` in cells.py). */
const MOST_SHOWN = 1000

interface Column {
  readonly name: string
  readonly kind: string
}
type Row = readonly [place: number, ...cells: Value[]]
interface Answer {
  readonly rows: readonly Row[]
  /** Of the data that they are from. */
  readonly version: number
}

export class TableView extends ControlView {
  static override frontendType = 'objectsync.table'
  #box!: HTMLElement
  #head!: HTMLElement
  #body!: HTMLElement
  #above!: HTMLElement
  #below!: HTMLElement
  /** Those in sight, by their place in the order. */
  #rows = new Map<number, HTMLElement>()
  #pages = new Map<number, readonly Row[]>()
  /** The pages that have been asked for and not come yet. */
  readonly #asked = new Set<number>()
  #version = -1
  /** Since which version the columns are what they are. */
  #since = -1
  #marked = { row: 0, column: 0 }
  #editing = false
  #frame = 0

  protected build(): HTMLElement {
    this.#head = this.make('tr')
    this.#above = this.make('tr')
    this.#below = this.make('tr')
    this.#above.ariaHidden = 'true'
    this.#below.ariaHidden = 'true'
    this.#body = this.make('tbody', '', this.#above, this.#below)
    const head = this.make('thead', '', this.#head)
    const table = this.make('table', 'os-grid', head, this.#body)
    this.#box = this.make('div', 'os-table', table)
    table.role = 'grid'
    table.tabIndex = 0
    this.container = null
    this.bind('label', (label) => {
      table.ariaLabel = label || 'table'
    })
    this.bind('height', (height) => this.#box.style.setProperty('max-height', String(height)))
    this.bind('selectable', (selectable) => {
      table.ariaMultiSelectable = String(selectable)
    })
    this.bind('length', (length) => {
      table.ariaRowCount = String(Number(length) + 1)
    })
    this.bind('sort', () => this.#showSort())
    this.bind('columns', () => {
      this.#makeHead()
      this.#since = this.object.attribute<IntTopic>('version').value
      this.#pages.clear()
    })
    for (const name of ['selected', 'editable', 'length', 'columns']) this.bind(name, () => this.#draw())
    this.bind('version', () => this.#refresh())
    this.#box.addEventListener('scroll', () => {
      cancelAnimationFrame(this.#frame)
      this.#frame = requestAnimationFrame(() => this.#draw())
    })
    table.addEventListener('keydown', (event) => this.#onKey(event))
    this.#body.addEventListener('click', (event) => this.#onClick(event))
    this.#body.addEventListener('dblclick', () => this.#edit())
    const resized = new ResizeObserver(() => this.#draw())
    resized.observe(this.#box)
    resized.observe(table) // it grows with its letters
    this.own(() => {
      resized.disconnect()
      cancelAnimationFrame(this.#frame)
    })
    return this.#box
  }

  get #columns(): readonly Column[] {
    return this.object.attribute<Topic<readonly Column[]>>('columns').value
  }
  get #length(): number {
    return this.object.attribute<IntTopic>('length').value
  }
  get #selected(): readonly number[] {
    return this.object.attribute<Topic<readonly number[]>>('selected').value
  }

  #row(index: number): Row | undefined {
    return this.#pages.get(Math.floor(index / PAGE))?.[index % PAGE]
  }

  get #sort(): readonly [name: string, descending: boolean] | null {
    return this.object.attribute<Topic<readonly [string, boolean] | null>>('sort').value
  }

  #makeHead(): void {
    this.#head.replaceChildren(
      ...this.#columns.map(({ name, kind }) => {
        const button = this.make('button', 'os-sort')
        button.type = 'button'
        button.addEventListener('click', () => {
          const sort = this.#sort
          const next = sort?.[0] !== name ? [name, false] : sort[1] ? null : [name, true]
          this.act(() => this.object.attribute('sort').set(next))
        })
        const cell = this.make('th', '', button)
        cell.scope = 'col'
        cell.dataset['kind'] = kind
        return cell
      }),
    )
    this.#showSort()
  }

  /** The buttons stay: one that was pressed has the keyboard. */
  #showSort(): void {
    const [column, descending] = this.#sort ?? []
    this.#columns.forEach(({ name }, index) => {
      const cell = this.#head.children[index]
      const mark = name === column ? [this.make('span', '', descending ? ' ▼' : ' ▲')] : []
      cell?.firstElementChild?.replaceChildren(name, ...mark)
      if (cell) cell.ariaSort = name !== column ? 'none' : descending ? 'descending' : 'ascending'
    })
  }

  /** What was fetched is old; it stays in sight until the new is there. */
  #refresh(): void {
    const version = this.object.attribute<IntTopic>('version').value
    if (version === this.#version) return
    this.#version = version
    const inSight = this.#pagesInSight()
    for (const page of this.#pages.keys()) if (!inSight.includes(page)) this.#pages.delete(page)
    for (const page of inSight) this.#fetch(page)
    this.#draw()
  }

  get #rowHeight(): number {
    return rowHeight(Number.parseFloat(getComputedStyle(this.#body).fontSize))
  }
  get #places(): Rows {
    return new Rows(this.#length, (this.#box.clientHeight || 320) - this.#head.offsetHeight, this.#rowHeight)
  }
  get #sight(): Sight {
    return this.#places.inSight(this.#box.scrollTop)
  }

  #pagesInSight(): readonly number[] {
    const { first, last } = this.#sight
    const pages: number[] = []
    for (let page = Math.floor(first / PAGE); page * PAGE < last; page++) pages.push(page)
    return pages
  }

  /** One question at a time: a table that changes faster than answers come is shown as each of them says. */
  #fetch(page: number): void {
    if (this.#asked.has(page)) return
    this.#asked.add(page)
    this.object.call('rows', { start: page * PAGE, stop: (page + 1) * PAGE }).then(
      (answer) => this.#take(page, answer as unknown as Answer),
      ({ code }: CallError) => {
        this.#asked.delete(page)
        // Reading may be done again; it waits for the next connection.
        if (code === 'disconnected' && !this.object.isDestroyed) this.#fetch(page)
        else this.#pages.delete(page)
      },
    )
  }

  #take(page: number, { rows, version }: Answer): void {
    this.#asked.delete(page)
    if (this.object.isDestroyed) return
    const isOld = version < this.#version
    const inSight = this.#pagesInSight().includes(page)
    if (version >= this.#since && (inSight || !isOld)) this.#pages.set(page, rows)
    if (isOld && inSight) this.#fetch(page)
    this.#draw()
  }

  #draw(): void {
    if (this.#editing || this.#version === -1) return
    for (const page of this.#pagesInSight()) if (!this.#pages.has(page)) this.#fetch(page)
    const { first, last, above, below } = this.#sight
    const selected = new Set(this.#selected)
    for (const [index, row] of this.#rows) {
      if (index >= first && index < last) continue
      row.remove()
      this.#rows.delete(index)
    }
    let next = this.#above.nextElementSibling
    for (let i = first; i < last; i++) {
      const row = this.#rows.get(i) ?? this.#makeRow(i)
      this.#showRow(row, this.#row(i), selected)
      if (row === next) next = next.nextElementSibling
      else this.#body.insertBefore(row, next)
    }
    this.#box.style.setProperty('--os-row', `${this.#rowHeight}px`)
    this.#above.style.setProperty('height', `${above}px`)
    this.#below.style.setProperty('height', `${below}px`)
    this.#mark()
  }

  #makeRow(index: number): HTMLElement {
    const row = this.make('tr')
    row.ariaRowIndex = String(index + 2)
    row.dataset['row'] = String(index)
    this.#rows.set(index, row)
    return row
  }

  #showRow(element: HTMLElement, row: Row | undefined, selected: ReadonlySet<number>): void {
    const columns = this.#columns
    while (element.children.length > columns.length) element.lastElementChild?.remove()
    columns.forEach(({ kind }, column) => {
      const cell = (element.children[column] as HTMLElement | undefined) ?? this.#makeCell(element)
      const text = row ? shown(row[column + 1] ?? null) : '…'
      if (cell.textContent !== text) cell.textContent = text
      if (cell.dataset['kind'] !== kind) cell.dataset['kind'] = kind
    })
    const isSelectable = this.object.attribute('selectable').value
    element.ariaSelected = isSelectable ? String(row !== undefined && selected.has(row[0])) : null
  }

  #makeCell(row: HTMLElement): HTMLElement {
    const cell = this.make('td')
    cell.role = 'gridcell'
    row.append(cell)
    return cell
  }

  #cell(): HTMLElement | undefined {
    const { row, column } = this.#marked
    return this.#body.querySelector(`[data-row="${row}"]`)?.children[column] as HTMLElement | undefined
  }

  #mark(): void {
    for (const cell of this.#body.querySelectorAll('.os-marked')) cell.classList.remove('os-marked')
    const table = this.#box.firstElementChild as HTMLElement
    const cell = this.#cell()
    if (cell) {
      cell.classList.add('os-marked')
      cell.id ||= freshId()
      table.setAttribute('aria-activedescendant', cell.id)
    } else table.removeAttribute('aria-activedescendant')
  }

  #moveTo(row: number, column: number): void {
    const bound = (value: number, most: number): number => Math.min(Math.max(0, value), Math.max(0, most))
    this.#marked = { row: bound(row, this.#length - 1), column: bound(column, this.#columns.length - 1) }
    this.#box.scrollTop = this.#places.reach(this.#marked.row, this.#box.scrollTop)
    this.#draw()
  }

  #onKey(event: KeyboardEvent): void {
    if (this.#editing || (event.target as Element).localName === 'button') return
    const { row, column } = this.#marked
    const page = Math.max(1, Math.floor(this.#box.clientHeight / this.#rowHeight) - 1)
    const moves: Record<string, readonly [number, number]> = {
      ArrowDown: [row + 1, column],
      ArrowUp: [row - 1, column],
      ArrowRight: [row, column + 1],
      ArrowLeft: [row, column - 1],
      PageDown: [row + page, column],
      PageUp: [row - page, column],
      Home: event.ctrlKey ? [0, column] : [row, 0],
      End: event.ctrlKey ? [this.#length - 1, column] : [row, this.#columns.length - 1],
    }
    const move = moves[event.key]
    if (move) this.#moveTo(...move)
    else if (event.key === ' ') this.#select(row, true)
    else if (event.key === 'Enter') this.#edit()
    else return
    event.preventDefault()
  }

  #onClick(event: MouseEvent): void {
    const cell = (event.target as Element).closest('td')
    const row = Number((cell?.parentElement as HTMLElement | undefined)?.dataset['row'] ?? -1)
    if (!cell || row < 0 || this.#editing) return
    this.#marked = { row, column: [...(cell.parentElement?.children ?? [])].indexOf(cell) }
    this.#select(row, event.ctrlKey || event.metaKey)
    this.#mark()
  }

  #select(index: number, keep: boolean): void {
    const place = this.#row(index)?.[0]
    if (place === undefined || !this.object.attribute('selectable').value) return
    const selected = this.#selected
    const others = selected.filter((each) => each !== place)
    const next = keep ? (selected.includes(place) ? others : [...selected, place]) : [place]
    this.act(() => this.object.attribute<Topic<readonly number[]>>('selected').set(next))
  }

  #edit(): void {
    const row = this.#row(this.#marked.row)
    const column = this.#columns[this.#marked.column]
    const editable = this.object.attribute<Topic<readonly string[]>>('editable').value
    if (!row || !column || !editable.includes(column.name)) return
    const value = row[this.#marked.column + 1] ?? null
    if (typeof value !== 'string' || value.length < MOST_SHOWN) this.#open(row[0], column, value)
    else
      this.object.call('whole', { row: row[0], column: column.name }).then(
        (whole) => this.#open(row[0], column, whole),
        (error) => this.stage.report(this.object, error),
      )
  }

  /** Puts a field into the marked cell, if that is still the one. */
  #open(place: number, column: Column, value: Value): void {
    const cell = this.#cell()
    const isThere =
      this.#row(this.#marked.row)?.[0] === place && this.#columns[this.#marked.column]?.name === column.name
    if (!cell || !isThere || this.#editing || this.object.isDestroyed) return
    const { field, entered } = editorOf(this.document, column.kind, value)
    field.ariaLabel = column.name
    const end = (save: boolean): void => {
      if (!this.#editing) return
      this.#editing = false
      field.remove()
      const given = save ? entered() : undefined
      if (given !== undefined) {
        const edit = { row: place, column: column.name, value: given }
        this.act(() => this.object.emit('edit', edit))
      }
      this.#draw()
    }
    const endByKey = (save: boolean): void => {
      end(save)
      ;(this.#box.firstElementChild as HTMLElement).focus({ preventScroll: true })
    }
    field.addEventListener('keydown', ((event: KeyboardEvent) => {
      event.stopPropagation()
      if (event.key === 'Escape') endByKey(false)
      else if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
        event.preventDefault()
        endByKey(true)
      }
    }) as EventListener)
    field.addEventListener('blur', () => end(true))
    this.#editing = true
    cell.replaceChildren(field)
    field.focus()
    field.select()
  }
}

const shown = (value: Value): string =>
  value === null ? '' : typeof value === 'number' ? shownNumber(value) : String(value)
