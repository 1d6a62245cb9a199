/** Files, up and down, in pieces: the next one goes when the last one was heard of. */
import type { Dict, Topic, Value } from '@objectsync/client'
import { ControlView, FieldView, freshId } from './base.js'

const CHUNK = 256 * 1024

export class UploadView extends FieldView {
  static override frontendType = 'objectsync.upload'

  protected makeField(body: HTMLElement): HTMLElement {
    const input = this.make('input')
    const list = this.make('ul', 'os-files')
    input.type = 'file'
    this.bind('accept', (accept) => {
      input.accept = accept
    })
    this.bind('multiple', (multiple) => {
      input.multiple = multiple
    })
    this.bind('value', (files: readonly Dict[]) => {
      list.replaceChildren(
        ...files.map(({ name, size }) => this.make('li', '', `${name} (${sizeText(Number(size))})`)),
      )
    })
    input.addEventListener('change', () => {
      void this.#send([...(input.files ?? [])]).finally(() => {
        input.value = ''
      })
    })
    body.classList.add('os-column')
    // Dropping a file anywhere on the control is as good as choosing it.
    body.addEventListener('dragover', (event) => event.preventDefault())
    body.addEventListener('drop', (event) => {
      event.preventDefault()
      const files = [...(event.dataTransfer?.files ?? [])]
      if (!input.disabled && files.length) void this.#send(input.multiple ? files : files.slice(0, 1))
    })
    body.append(input, list)
    return input
  }

  async #send(files: readonly File[]): Promise<void> {
    for (const file of files) await this.#sendOne(file)
  }

  async #sendOne(file: File): Promise<void> {
    const max = Number(this.object.attribute('max_size').value)
    if (file.size > max) {
      this.complain(`${file.name} is too big: at most ${sizeText(max)}.`)
      return
    }
    this.complain('')
    const bar = this.make('progress')
    bar.max = Math.max(1, file.size)
    bar.value = 0
    bar.ariaLabel = `uploading ${file.name}`
    const cancel = this.make('button', 'os-button', '✕')
    cancel.type = 'button'
    cancel.dataset['kind'] = 'quiet'
    cancel.ariaLabel = `cancel ${file.name}`
    let cancelled = false
    cancel.addEventListener('click', () => {
      cancelled = true
    })
    const row = this.make('div', 'os-body', file.name, bar, cancel)
    this.field.after(row)
    const id = freshId()
    try {
      let offset = 0
      do {
        const data = new Uint8Array(await file.slice(offset, offset + CHUNK).arrayBuffer())
        const about = { id, name: file.name.toWellFormed(), type: file.type, size: file.size }
        offset = Number(
          await this.object.call('upload', { ...about, offset, data: data as unknown as Value }),
        )
        bar.value = offset
      } while (offset < file.size && !cancelled && !this.object.isDestroyed)
    } catch (error) {
      this.complain(
        `${file.name} could not be uploaded: ${error instanceof Error ? error.message : String(error)}`,
      )
    } finally {
      row.remove()
    }
  }
}

export class DownloadView extends ControlView {
  static override frontendType = 'objectsync.download'

  protected build(): HTMLElement {
    const button = this.make('button', 'os-button')
    button.type = 'button'
    this.bind('label', (label) => {
      button.textContent = `⤓ ${label}`
    })
    this.bind('kind', (kind) => {
      button.dataset['kind'] = kind
    })
    const enable = (): void => {
      button.disabled = this.object.attribute<Topic<boolean>>('disabled').value
    }
    this.bind('disabled', enable)
    button.addEventListener('click', () => {
      button.disabled = true
      button.setAttribute('aria-busy', 'true')
      this.#fetch()
        .catch((error) => this.stage.report(this.object, error))
        .finally(() => {
          button.removeAttribute('aria-busy')
          enable()
        })
    })
    return button
  }

  async #fetch(): Promise<void> {
    const pieces: Uint8Array<ArrayBuffer>[] = []
    let offset = 0
    let answer: { readonly data: Uint8Array<ArrayBuffer>; readonly total: number; readonly type: string }
    do {
      answer = (await this.object.call('content', { offset })) as unknown as typeof answer
      pieces.push(answer.data)
      offset += answer.data.length
    } while (offset < answer.total && answer.data.length > 0)
    const link = this.make('a')
    link.href = URL.createObjectURL(new Blob(pieces, { type: answer.type }))
    link.download = String(this.object.attribute('name').value)
    link.click()
    // The browser has to have begun to read it.
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
  }
}

function sizeText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB']
  const power = Math.min(units.length - 1, bytes ? Math.floor(Math.log10(bytes) / 3) : 0)
  return `${Number((bytes / 1000 ** power).toPrecision(3))} ${units[power]}`
}
