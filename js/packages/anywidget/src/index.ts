/**
 * The anywidget's module: what a host runs for each of our widgets.
 */
import type { Model } from './model.js'
import { pageOf } from './page.js'
import { show } from './view.js'

interface Given {
  readonly model: Model
  readonly el: HTMLElement
}

export default {
  /** Once per model; hosts that start with `render` alone are fine. */
  initialize({ model }: Omit<Given, 'el'>): () => void {
    const onLife = (): void => pageOf(model)?.doubt(model)
    model.on('comm_live_update', onLife)
    return () => {
      model.off('comm_live_update', onLife)
      pageOf(model)?.remove(model)
    }
  },
  render({ model, el }: Given): () => void {
    return show(model, el)
  },
}
