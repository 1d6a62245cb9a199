/**
 * @objectsync/page: the page that the server serves. Its bundles are made from `objectsync.ts` and `page.ts`.
 */
export { loadFrontends } from './frontends.js'
export { showPeople } from './people.js'
export { showStatus } from './status.js'
export { toaster } from './toasts.js'
