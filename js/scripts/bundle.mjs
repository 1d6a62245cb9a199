// Bundles the standalone page into the Python package: objectsync.js (client and views, which frontends of users import) and
// page.js, which imports it, so that the page and every frontend share one module; so does controls.js, which is fetched when it is needed.
import { copyFile, mkdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const at = (path) => fileURLToPath(new URL(path, import.meta.url))
const out = at('../../objectsync/static/')
const page = at('../packages/page/')

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
await build({ ...common, entryPoints: [`${page}src/objectsync.ts`], outfile: `${out}objectsync.js` })
await build({
  ...common,
  entryPoints: [`${page}src/page.ts`],
  outfile: `${out}page.js`,
  external: ['./objectsync.js', './controls.js'],
})
await build({
  ...common,
  entryPoints: [`${page}src/controls.ts`],
  outfile: `${out}controls.js`,
  alias: { '@objectsync/client': './objectsync.js', '@objectsync/dom': './objectsync.js' },
  external: ['./objectsync.js'],
})
for (const name of ['index.html', 'page.css', 'favicon.svg']) {
  await copyFile(`${page}static/${name}`, `${out}${name}`)
}
