/**
 * The look of all controls: one sheet, by custom properties. In JupyterLab they are those of its theme; elsewhere our own, light and dark.
 */
const SHEET = `
:root {
  --os-accent: var(--jp-brand-color1, light-dark(#1a5fb4, #7cb0f4));
  --os-on-accent: var(--jp-ui-inverse-font-color1, light-dark(#ffffff, #10141a));
  --os-text: var(--jp-ui-font-color1, light-dark(#1b1e24, #e7e9ee));
  --os-dim: var(--jp-ui-font-color2, light-dark(#5b616b, #a4abb6));
  --os-back: var(--jp-layout-color1, light-dark(#ffffff, #16181d));
  --os-raised: var(--jp-layout-color2, light-dark(#f1f3f6, #262a31));
  --os-line: var(--jp-border-color1, light-dark(#b4bac4, #4d545f));
  --os-error: var(--jp-error-color0, light-dark(#a4161a, #ff9d94));
  --os-radius: 6px;
  --os-black: light-dark(#1b1e24, #8a919c); --os-grey: var(--os-dim); --os-red: var(--os-error); --os-green: light-dark(#1b7837, #6cc287);
  --os-yellow: light-dark(#7a5900, #e8c35a); --os-blue: light-dark(#1a5fb4, #7cb0f4); --os-magenta: light-dark(#8e3a8e, #e29ae2);
  --os-cyan: light-dark(#00696b, #66c8cc); --os-white: light-dark(#5b616b, #e7e9ee);
}
.os-control {
  box-sizing: border-box;
  color: var(--os-text);
  font: var(--jp-ui-font-size1, 0.9375rem) / 1.5 var(--jp-ui-font-family, system-ui, sans-serif);
}
[data-jp-theme-light='true'] .os-control { color-scheme: light }
[data-jp-theme-light='false'] .os-control { color-scheme: dark }
/* JupyterLab's own red is hard to read on its dark theme. */
[data-jp-theme-light='false'] { --os-error: #ff8a80; --os-red: #ff8a80 }
.os-control *, .os-control *::before, .os-control *::after { box-sizing: border-box }
.os-control[hidden], .os-control [hidden], [data-os-hidden] { display: none !important }
.os-control :focus-visible, .os-control:focus-visible { outline: 2px solid var(--os-accent); outline-offset: 2px }

.os-field { display: grid; grid-template-columns: minmax(6rem, 9rem) minmax(0, 1fr); gap: 0.15rem 0.75rem; align-items: center; max-width: 34rem }
.os-field > .os-label { overflow-wrap: anywhere }
.os-field > .os-label[hidden] + .os-body { grid-column: 1 / -1 }
.os-field > .os-body, .os-field > .os-help, .os-field > .os-error { grid-column: 2 }
.os-check { display: block }
.os-check > .os-help, .os-check > .os-error { display: block; margin: 0.1rem 0 0.2rem 1.7em }
.os-body { display: flex; align-items: center; gap: 0.6rem; min-width: 0 }
.os-body > input, .os-body > textarea, .os-body > select, .os-body > progress { flex: 1 1 auto; min-width: 0 }
.os-help, .os-error { font-size: 0.85em; line-height: 1.35 }
.os-help { color: var(--os-dim) }
.os-error { color: var(--os-error) }
.os-help:empty, .os-error:empty { display: none }
.os-required::after { content: ' *'; color: var(--os-error) }
.os-number { min-width: 3.5em; text-align: end; font-variant-numeric: tabular-nums; white-space: nowrap }

.os-control input, .os-control select, .os-control textarea, .os-control button { font: inherit; color: inherit; accent-color: var(--os-accent) }
.os-control :is(input:not([type='checkbox'], [type='radio'], [type='range'], [type='color'], [type='file']), select, textarea) {
  padding: 0.35em 0.6em; border: 1px solid var(--os-line); border-radius: var(--os-radius); background: var(--os-back); min-height: 2.1em;
}
.os-control :is(input, select, textarea):is([aria-invalid='true']) { border-color: var(--os-error) }
.os-control input[type='color'] { flex: 0 0 3.5rem; height: 2.1em; padding: 2px; border: 1px solid var(--os-line); border-radius: var(--os-radius); background: var(--os-back) }
.os-control input::placeholder, .os-control textarea::placeholder { color: var(--os-dim); opacity: 1 }
.os-control textarea { resize: vertical }
.os-control :disabled { opacity: 0.55; cursor: not-allowed }
.os-inline { display: inline-flex; align-items: center; gap: 0.5rem; cursor: pointer }
.os-inline input { width: 1.1em; height: 1.1em; margin: 0 }
.os-radios { display: flex; flex-wrap: wrap; gap: 0.25rem 1rem }
.os-switch { appearance: none; width: 2.1em !important; height: 1.2em !important; border-radius: 1em; background: var(--os-dim); position: relative; cursor: pointer; flex: none }
.os-switch::before { content: ''; position: absolute; inset-block: 0.15em; inset-inline-start: 0.15em; width: 0.9em; border-radius: 50%; background: var(--os-back); transition: translate 0.12s }
.os-switch:checked { background: var(--os-accent) }
.os-switch:checked::before { translate: 0.9em 0 }

.os-control.os-button, .os-control .os-button {
  padding: 0.35em 0.95em; min-height: 2.1em; border: 1px solid var(--os-line); border-radius: var(--os-radius); background: var(--os-raised); color: var(--os-text);
  font: inherit; font-size: var(--jp-ui-font-size1, 0.9375rem); cursor: pointer; width: fit-content;
}
.os-button:hover:enabled { border-color: var(--os-dim) }
.os-button:active:enabled { translate: 0 1px }
.os-control.os-button:disabled { opacity: 0.55; cursor: not-allowed }
.os-control.os-button[data-kind='primary'], .os-control.os-toggle[aria-pressed='true'] { background: var(--os-accent); border-color: var(--os-accent); color: var(--os-on-accent) }
.os-control.os-button[data-kind='danger'] { background: transparent; border-color: var(--os-error); color: var(--os-error) }
.os-control.os-button[data-kind='quiet'], .os-control .os-button[data-kind='quiet'] { background: transparent; border-color: transparent }

.os-control input[type='range'] { padding: 0; margin: 0; min-height: 1.6em; cursor: pointer }
.os-range { position: relative; isolation: isolate; flex: 1 1 auto; height: 1.6em; min-width: 0 }
.os-range::before { content: ''; position: absolute; inset-inline: 0; top: calc(50% - 3px); height: 6px; border-radius: 3px;
  background: linear-gradient(to right, var(--os-line) var(--os-from), var(--os-accent) var(--os-from) var(--os-to), var(--os-line) var(--os-to)) }
.os-range input { position: absolute; inset: 0; width: 100%; appearance: none; background: none; pointer-events: none }
.os-range[data-low-on-top] input:first-child { z-index: 1 }
.os-range input::-webkit-slider-thumb { appearance: none; pointer-events: auto; width: 16px; height: 16px; border-radius: 50%; border: 0; background: var(--os-accent); cursor: pointer }
.os-range input::-moz-range-thumb { pointer-events: auto; width: 16px; height: 16px; border-radius: 50%; border: 0; background: var(--os-accent); cursor: pointer }

.os-control progress { height: 0.6rem; accent-color: var(--os-accent) }
.os-spinner { display: inline-flex; align-items: center; gap: 0.6rem }
.os-wheel { width: 1.1em; height: 1.1em; border: 2px solid var(--os-line); border-top-color: var(--os-accent); border-radius: 50%; animation: os-turn 0.8s linear infinite }
@keyframes os-turn { to { rotate: 360deg } }
.os-toast { position: fixed; z-index: 10000; inset: auto 1rem 1rem auto; margin: 0; color: var(--os-text); display: flex; align-items: center; gap: 0.75rem; max-width: min(26rem, calc(100vw - 2rem)); padding: 0.5rem 0.5rem 0.5rem 1rem;
  border: 1px solid var(--os-line); border-inline-start: 4px solid var(--os-accent); border-radius: var(--os-radius); background: var(--os-back); box-shadow: 0 4px 16px rgb(0 0 0 / 0.25) }
.os-toast[data-kind='success'] { border-inline-start-color: light-dark(#1b7837, #6cc287) }
.os-toast[data-kind='warning'] { border-inline-start-color: light-dark(#b35c00, #ffb866) }
.os-toast[data-kind='error'] { border-inline-start-color: var(--os-error) }

.os-tablist { display: flex; flex-wrap: wrap; gap: 0.25rem; border-bottom: 1px solid var(--os-line) }
.os-control .os-tab { padding: 0.4em 0.9em; border: 0; border-bottom: 3px solid transparent; background: none; color: var(--os-dim); cursor: pointer }
.os-control .os-tab[aria-selected='true'] { color: var(--os-text); border-bottom-color: var(--os-accent) }
.os-tabpanels { padding-block: 0.75rem }
.os-accordion > details { border: 1px solid var(--os-line); padding: 0 0.9rem }
.os-accordion > details + details { border-top: 0 }
.os-accordion > details:first-child { border-radius: var(--os-radius) var(--os-radius) 0 0 }
.os-accordion > details:last-child { border-radius: 0 0 var(--os-radius) var(--os-radius) }
.os-accordion > details > summary { padding: 0.5rem 0; cursor: pointer }
.os-accordion > details[open] { padding-bottom: 0.75rem }
.os-split { display: grid; min-height: 4rem }
.os-split[data-direction='row'] { grid-template-columns: minmax(0, var(--os-position)) 9px minmax(0, 1fr) }
.os-split[data-direction='column'] { grid-template-rows: minmax(0, var(--os-position)) 9px minmax(0, 1fr); height: 20rem }
.os-split > * { overflow: auto; min-width: 0; min-height: 0 }
.os-split[data-direction='row'] > .os-splitter { grid-area: 1 / 2; cursor: col-resize; width: 9px }
.os-split[data-direction='column'] > .os-splitter { grid-area: 2 / 1; cursor: row-resize; height: 9px }
.os-splitter { touch-action: none; background: var(--os-line); background-clip: content-box; padding: 0 4px }
.os-split[data-direction='column'] > .os-splitter { padding: 4px 0 }
.os-splitter:is(:hover, :focus-visible) { background-color: var(--os-accent) }
.os-split[data-direction='row'] > :nth-child(2) { grid-area: 1 / 1 }
.os-split[data-direction='row'] > :nth-child(3) { grid-area: 1 / 3 }
.os-split[data-direction='column'] > :nth-child(2) { grid-area: 1 / 1 }
.os-split[data-direction='column'] > :nth-child(3) { grid-area: 3 / 1 }
.os-tooltip { display: contents }
.os-bubble { position: fixed; inset: auto; margin: 0; border: 0; width: max-content; max-width: min(18rem, 100vw - 12px); padding: 0.25rem 0.6rem; border-radius: var(--os-radius);
  background: var(--os-text); color: var(--os-back); font-size: 0.85em; pointer-events: none }
.os-dialog { z-index: 1; padding: 0; border: 1px solid var(--os-line); border-radius: 10px; background: var(--os-back); min-width: min(20rem, 90vw); max-width: min(40rem, 92vw); box-shadow: 0 10px 40px rgb(0 0 0 / 0.35) }
.os-dialog::backdrop { background: rgb(0 0 0 / 0.45) }
.os-dialog > header { display: flex; align-items: center; gap: 1rem; padding: 0.6rem 0.6rem 0.4rem 1.1rem }
.os-dialog-title { flex: 1; margin: 0; font-size: 1.1em }
.os-dialog-body { padding: 0.25rem 1.1rem 1.1rem }

.os-column { flex-wrap: wrap }
.os-column > .os-files, .os-column > .os-body { flex: 1 0 100% }
.os-files { margin: 0; padding-inline-start: 1.2rem; color: var(--os-dim); font-size: 0.9em }
.os-files:empty { display: none }
.os-control input[type='file']::file-selector-button { font: inherit; margin-inline-end: 0.75rem; padding: 0.3em 0.8em; border: 1px solid var(--os-line); border-radius: var(--os-radius); background: var(--os-raised); color: var(--os-text); cursor: pointer }
.os-table { overflow: auto; isolation: isolate; border: 1px solid var(--os-line); border-radius: var(--os-radius); background: var(--os-back); overflow-anchor: none }
.os-grid { border-collapse: separate; border-spacing: 0; min-width: 100%; width: max-content; font-variant-numeric: tabular-nums }
.os-control .os-grid:focus-visible { outline-offset: -2px }
.os-grid th { position: sticky; inset-block-start: 0; z-index: 1; padding: 0; background: var(--os-raised); border-bottom: 1px solid var(--os-line); text-align: start }
.os-control .os-sort { width: 100%; padding: 0.35em 0.75rem; border: 0; background: none; font-weight: 600; text-align: inherit; cursor: pointer; white-space: nowrap }
.os-grid td { height: var(--os-row); max-width: 24rem; padding: 0 0.75rem; border-bottom: 1px solid color-mix(in srgb, var(--os-line) 45%, transparent); white-space: nowrap; overflow: hidden; text-overflow: ellipsis; cursor: default }
.os-grid :is(td, th)[data-kind='number'] { text-align: end }
.os-grid tr:hover td { background: var(--os-raised) }
.os-grid tr[aria-selected='true'] td { background: color-mix(in srgb, var(--os-accent) 22%, var(--os-back)) }
.os-grid:focus-within .os-marked { box-shadow: inset 0 0 0 2px var(--os-accent) }
.os-control .os-grid td > input { width: 100%; min-height: 0; height: calc(var(--os-row) - 4px); padding: 0 0.3em }
.os-grid td:has(> textarea) { position: relative; overflow: visible }
.os-control .os-grid td > textarea { position: absolute; inset: 1px auto auto 1px; width: calc(100% - 2px); min-width: 12rem; min-height: 0; padding: 3px 0.3em; line-height: calc(var(--os-row) - 10px); resize: none }
.os-lines { max-height: 40rem; overflow: auto; overflow-anchor: none }
.os-lines[role='log'] { border: 1px solid var(--os-line); border-radius: var(--os-radius); padding: 0.4rem 0.6rem; background: var(--os-raised); height: 12rem; resize: vertical }
.os-line { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; font: var(--jp-code-font-size, 0.8125rem) / 1.45 var(--jp-code-font-family, ui-monospace, monospace) }
.os-line[data-kind='stderr'], .os-line[data-kind='warning'] { color: light-dark(#8a4b00, #ffb866) }
.os-line[data-kind='error'], .os-line[data-kind='critical'] { color: var(--os-error) }
.os-line[data-kind='debug'] { color: var(--os-dim) }
.os-is-bold { font-weight: bold }
.os-is-italic { font-style: italic }
.os-is-underline { text-decoration: underline }
.os-is-struck { text-decoration: line-through }
.os-image, .os-player { display: block; max-width: 100% }
.os-shown { overflow: auto }
.os-shown > img { display: block; max-width: 100%; height: auto }
.os-shown > img[data-pixels] { image-rendering: pixelated }
.os-control img[data-background='light'] { background: white }
.os-control img[data-background='dark'] { background: black }
.os-plot { position: relative }
.os-shown:has(> .os-fills) { flex-grow: 1 }
.os-fills { contain: inline-size; contain-intrinsic-inline-size: min(28rem, 85vw) }
.os-plot > .os-coming { position: absolute; inset: 0 0 auto; visibility: hidden }
.os-html > :first-child { margin-top: 0 }
.os-html > :last-child { margin-bottom: 0 }
.os-html pre { overflow-x: auto }
.os-html img { max-width: 100%; height: auto }
.os-html :is(th, td) { padding: 0.25rem 0.6rem; border-bottom: 1px solid var(--os-line); text-align: start }
@media (max-width: 26rem) {
  .os-field { grid-template-columns: minmax(0, 1fr) }
  .os-field > .os-body, .os-field > .os-help, .os-field > .os-error { grid-column: 1 }
  .os-body { flex-wrap: wrap }
  .os-number { margin-inline-start: auto }
}
/* On paper nothing scrolls; a height of one's own is for the screen, too. Browsers leave out backgrounds: some say what is on. */
@media print {
  .os-toast { display: none !important }
  .os-button, .os-switch, .os-range, .os-splitter, .os-control :is(select, [type='color'], .os-grid) { print-color-adjust: exact }
  .os-lines { height: auto !important; max-height: none !important; overflow: visible !important }
}
@media (prefers-reduced-motion: reduce) {
  .os-control, .os-control *, .os-control *::before { transition: none !important; animation-duration: 3s !important }
}
/* Of colours, only the system's own are left: they say what is on, and draw what is made of a background. Text that is not adjusted has no plate behind it. */
@media (forced-colors: active) {
  .os-control.os-toggle[aria-pressed='true'], .os-switch:checked, .os-grid tr[aria-selected='true'] td {
    forced-color-adjust: none; background: Highlight; color: HighlightText; border-color: CanvasText;
  }
  .os-switch { border: 1px solid }
  .os-switch::before, .os-splitter { background-color: CanvasText }
  .os-switch:checked::before { background: HighlightText }
  .os-range::before { background: CanvasText }
  .os-range input::-webkit-slider-thumb { background: Highlight }
  .os-range input::-moz-range-thumb { background: Highlight }
  .os-control .os-tab { border-bottom-color: Canvas }
  .os-control .os-tab[aria-selected='true'] { border-bottom-color: Highlight }
  .os-wheel { border-top-color: Highlight }
  .os-grid:focus-within .os-marked { outline: 2px solid; outline-offset: -2px }
  .os-bubble { border: 1px solid }
}
`

const styled = new WeakSet<Document>()

/** Puts the sheet into a document, once. */
export function addStyles(document: Document): void {
  if (styled.has(document)) return
  styled.add(document)
  const sheet = document.createElement('style')
  sheet.dataset['objectsync'] = 'controls'
  sheet.textContent = SHEET
  document.head.append(sheet)
}
