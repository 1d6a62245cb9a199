/** Pictures, sound and films, from bytes or an address. */
import type { Topic } from '@objectsync/client'
import { refuseUrl } from '@objectsync/dom'
import { ControlView } from './base.js'

/** Follows `data`, `mime` and `url`; an address made for bytes is given back when it is no longer shown. */
function followSource(view: ControlView, tag: string, show: (url: string) => void | Promise<void>): void {
  const { object } = view
  let made: string | undefined
  const drop = (): void => {
    if (made) URL.revokeObjectURL(made)
    made = undefined
  }
  const update = (): void => {
    const bytes = object.attribute<Topic<Uint8Array>>('data').value
    const url = String(object.attribute('url').value)
    const former = made
    made = bytes.length
      ? URL.createObjectURL(
          new Blob([bytes as Uint8Array<ArrayBuffer>], { type: String(object.attribute('mime').value) }),
        )
      : undefined
    const shown = show(made ?? (refuseUrl(tag, url) === undefined ? url : ''))
    // Not before the new one is there: it would flicker.
    if (former) void Promise.resolve(shown).then(() => URL.revokeObjectURL(former))
  }
  for (const name of ['data', 'mime', 'url']) view.bind(name, update)
  view.own(drop)
}

/** Loads and decodes a picture, in an element that shows it, or ahead of that; one that cannot be decoded is not waited for. */
export async function decoded(image: HTMLImageElement, url: string): Promise<void> {
  image.src = url
  // A browser decodes nothing for a page that nobody sees.
  if (!image.ownerDocument.hidden) await image.decode().catch(() => undefined)
}

export class ImageView extends ControlView {
  static override frontendType = 'objectsync.image'

  protected build(): HTMLElement {
    const image = this.make('img', 'os-image')
    let newest = ''
    followSource(this, 'img', async (url) => {
      newest = url
      if (url && image.src) await decoded(this.make('img'), url)
      // Meanwhile there may be a newer one.
      if (newest !== url) return
      if (url) image.src = url
      else image.removeAttribute('src')
    })
    this.bind('alt', (alt) => {
      image.alt = alt
    })
    return image
  }
}

export class PlayerView extends ControlView {
  static override frontendType: readonly string[] = ['objectsync.audio', 'objectsync.video']

  protected build(): HTMLElement {
    const tag = this.object.frontendType === 'objectsync.audio' ? 'audio' : 'video'
    const player = this.make(tag, 'os-player')
    player.controls = true
    followSource(this, tag, (url) => {
      if (url) player.src = url
      else player.removeAttribute('src')
    })
    this.bind('label', (label) => {
      player.ariaLabel = label || tag
    })
    for (const name of ['autoplay', 'loop'] as const) {
      this.bind(name, (on) => {
        player[name] = on
      })
    }
    return player
  }
}
