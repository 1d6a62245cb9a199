/**
 * `/objectsync.js`: the client and the DOM views in one module, for the page and for frontends of users.
 */
export * from '@objectsync/client'
export * from '@objectsync/dom'
