/** Plotly: a figure that people can zoom into, drawn by the plotly.js that came with Python's own plotly package. */
import type { Library } from './figures.js'

interface PlotlyLibrary {
  react(host: HTMLElement, data: unknown, layout: object, config: object): Promise<unknown>
  purge(host: HTMLElement): void
}

interface Drawing {
  readonly data: unknown
  readonly layout: object
}

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
        // What a person has zoomed into stays when Python draws again.
        await library.react(host, data, { uirevision: true, ...layout }, CONFIG)
      },
      end: () => library.purge(host),
    }))
  )
}
