// Prints what the page weighs, and fails above its budget.
import { readFile } from 'node:fs/promises'
import { gzipSync } from 'node:zlib'

// 25 kB was the aim for a client that shows elements. What it has learned since costs more: presence, events with options, orders, controls that
// are fetched when first needed (which are not counted here), large tables.
const SCRIPT_BUDGET = 36_300
const HTML_BUDGET = 2_000
const read = (name) => readFile(new URL(`../../objectsync/static/${name}`, import.meta.url))

let scripts = 0
for (const name of ['objectsync.js', 'page.js', 'page.css', 'index.html']) {
  const bytes = await read(name)
  const zipped = gzipSync(bytes, { level: 9 }).length
  if (name.endsWith('.js')) scripts += zipped
  console.log(`${name.padEnd(14)} ${String(bytes.length).padStart(7)} B ${String(zipped).padStart(7)} B gzip`)
}
console.log(`scripts        ${String(scripts).padStart(17)} B gzip, budget ${SCRIPT_BUDGET}`)
const html = (await read('index.html')).length
if (scripts > SCRIPT_BUDGET || html > HTML_BUDGET) {
  console.error(`too big: scripts ${scripts} of ${SCRIPT_BUDGET} B, index.html ${html} of ${HTML_BUDGET} B`)
  process.exitCode = 1
}
