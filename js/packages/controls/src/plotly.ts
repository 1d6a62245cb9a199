/** Plotly: a figure that people can zoom into, drawn by the plotly.js that came with Python's own plotly package. */
import { FILLS, type Library } from './figures.js'

interface PlotlyLibrary {
  react(host: HTMLElement, data: unknown, layout: object, config: object): Promise<unknown>
  readonly Plots: { resize(host: HTMLElement): Promise<unknown> }
  purge(host: HTMLElement): void
}

interface Drawing {
  readonly data: unknown
  readonly layout: { readonly height?: number; readonly width?: number }
}

/**
 * Pixels; Plotly's own. The element has it, too: where the window is resized while Python draws, Plotly asks the element how high it is,
 * whose height is that of what Plotly has just taken out.
 */
const HEIGHT = 450

const CONFIG = {
  responsive: true,
  displaylogo: false,
  showSendToCloud: false,
  plotlyServerURL: '',
  topojsonURL: '',
}

export const plotly: Library = ({ Plotly }) => {
  const library = Plotly as PlotlyLibrary | undefined
  return (
    library &&
    ((host) => ({
      async draw(json) {
        const { data, layout } = JSON.parse(json) as Drawing
        host.classList.toggle(FILLS, !layout.width)
        host.style.height = `${layout.height ?? HEIGHT}px`
        // What a person has zoomed into stays when Python draws again.
        await library.react(host, data, { uirevision: true, ...layout }, CONFIG)
      },
      // It refuses where nothing is drawn yet; what is drawn then has the size.
      resize: () => void library.Plots.resize(host).catch(() => undefined),
      end: () => library.purge(host),
    }))
  )
}
