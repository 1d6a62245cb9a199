// Tests read the TypeScript sources of every package, so they need no build.
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const source = (name: string, module = 'index') =>
  fileURLToPath(new URL(`./packages/${name}/src/${module}.ts`, import.meta.url))

export default defineConfig({
  resolve: {
    alias: {
      '@objectsync/client/messages': source('client', 'transports/messages'),
      '@objectsync/client': source('client'),
      '@objectsync/controls': source('controls'),
      '@objectsync/dom/notebook': source('dom', 'notebook'),
      '@objectsync/dom/undoing': source('dom', 'undoing'),
      '@objectsync/dom': source('dom'),
    },
  },
  test: {
    include: ['packages/*/test/**/*.test.ts'],
    environment: 'node',
    restoreMocks: true,
  },
})
