/**
 * @objectsync/dom/notebook: what views in a notebook need besides, and those on a page of their own do not.
 */
export { keepKeys } from './keys.js'
export { Troubles } from './troubles.js'
