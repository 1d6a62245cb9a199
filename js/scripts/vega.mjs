// Bundles Vega's interpreter of expressions, which is what its package brings without: with it, Vega needs no eval. Python sends it along
// with Vega's own script (objectsync/showing/scripts.py).
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const at = (path) => fileURLToPath(new URL(path, import.meta.url))

await build({
  stdin: {
    contents: "export { expressionInterpreter } from 'vega-interpreter'",
    resolveDir: at('../packages/controls'),
  },
  outfile: at('../../objectsync/static/vega-interpreter.js'),
  bundle: true,
  format: 'iife',
  globalName: 'objectsyncVegaInterpreter',
  target: 'es2022',
  minify: true,
  legalComments: 'none',
  logLevel: 'warning',
})
