// Bundles examples/editor/editor.js with CodeMirror into a frontend that needs nothing else but the page's own objectsync.js.
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const at = (path) => fileURLToPath(new URL(path, import.meta.url))

await build({
  entryPoints: [at('../../examples/editor/editor.js')],
  outfile: at('../../examples/editor/frontends/editor.js'),
  bundle: true,
  format: 'esm',
  target: 'es2022',
  minify: true,
  external: ['../objectsync.js'],
  nodePaths: [at('../node_modules')],
  legalComments: 'none',
  logLevel: 'warning',
})
