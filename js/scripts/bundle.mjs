// Bundles the standalone page into the Python package: objectsync.js (client and views, which frontends of users import) and
// page.js, which imports it, so that the page and every frontend share one module. controls.js, people.js and comparison.js are fetched when they are
// needed: the last by the client itself. (Other hosts bundle the client in their own way, and have a chunk for it or no file of its own.)
// esbuild bundles; terser, which looks further than one expression, takes another thirtieth off what is sent.
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { minify } from 'terser'

const at = (path) => fileURLToPath(new URL(path, import.meta.url))
const out = at('../../objectsync/static/')
const page = at('../packages/page/')

/**
 * Has Chromium compile all of the client's functions as it loads the script, beside the main thread, and not each in the middle of the first click
 * that needs it (benchmarks/dom, "select" and "swap"). It has to be the first line.
 */
const COMPILE_HINT = '//# allFunctionsCalledOnLoad'

await mkdir(out, { recursive: true })
const common = {
  bundle: true,
  format: 'esm',
  target: 'es2022',
  minify: true,
  sourcemap: true,
  sourcesContent: true,
  legalComments: 'none',
  logLevel: 'warning',
}
await build({
  ...common,
  entryPoints: [`${page}src/objectsync.ts`],
  outfile: `${out}objectsync.js`,
  external: ['./comparison.js'],
})
await build({
  ...common,
  entryPoints: [at('../packages/client/dist/comparison.js')],
  outfile: `${out}comparison.js`,
})
await build({
  ...common,
  entryPoints: [`${page}src/page.ts`],
  outfile: `${out}page.js`,
  external: ['./objectsync.js', './controls.js', './people.js'],
})
await build({ ...common, entryPoints: [`${page}src/people.ts`], outfile: `${out}people.js` })
await build({
  ...common,
  entryPoints: [`${page}src/controls.ts`],
  outfile: `${out}controls.js`,
  alias: { '@objectsync/client': './objectsync.js', '@objectsync/dom': './objectsync.js' },
  external: ['./objectsync.js'],
})
for (const name of ['objectsync.js', 'page.js', 'people.js', 'controls.js', 'comparison.js']) {
  const content = await readFile(`${out}${name}.map`, 'utf8')
  const { code, map } = await minify(await readFile(`${out}${name}`, 'utf8'), {
    module: true,
    ecma: 2022,
    compress: { passes: 4, sequences: false, unsafe_arrows: true, inline: 1 },
    format: { preamble: name === 'objectsync.js' ? COMPILE_HINT : null },
    sourceMap: { content, filename: name, url: `${name}.map` },
  })
  await writeFile(`${out}${name}`, code)
  const [from, to] = [JSON.parse(content), JSON.parse(map)]
  to.sourcesContent = to.sources.map((source) => from.sourcesContent[from.sources.indexOf(source)])
  await writeFile(`${out}${name}.map`, JSON.stringify(to))
}
for (const name of ['index.html', 'page.css', 'favicon.svg']) {
  await copyFile(`${page}static/${name}`, `${out}${name}`)
}
