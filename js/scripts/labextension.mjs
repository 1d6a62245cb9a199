// Builds the prebuilt JupyterLab extension into the Python package. It is what `jupyter-builder build` runs; started directly, it needs no Python.
import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

const require = createRequire(import.meta.url)
const { status, stdout, stderr } = spawnSync(
  process.execPath,
  [
    require.resolve('@jupyter/builder/lib/build-labextension.js'),
    '--core-package-file',
    require.resolve('@jupyterlab/core-meta/core.package.json'),
    fileURLToPath(new URL('../packages/labextension', import.meta.url)),
  ],
  { encoding: 'utf8' },
)
if (status !== 0) {
  process.stderr.write(`${stdout}\n${stderr}\n`)
  process.exitCode = 1
}
