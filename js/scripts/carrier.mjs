// Bundles the anywidget's module and style into the Python package: one file each, which asks for nothing.
import { copyFile, mkdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const at = (path) => fileURLToPath(new URL(path, import.meta.url))
const out = at('../../objectsync_jupyter/static/')

await mkdir(out, { recursive: true })
await build({
  bundle: true,
  format: 'esm',
  target: 'es2022',
  minify: true,
  legalComments: 'none',
  logLevel: 'warning',
  entryPoints: [at('../packages/anywidget/src/index.ts')],
  outfile: `${out}carrier.js`,
})
await copyFile(at('../packages/labextension/style/index.css'), `${out}carrier.css`)
