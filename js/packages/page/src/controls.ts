/**
 * `/controls.js`: the views of objectsync.controls, on the page's own `objectsync.js`. Fetched when a page first shows a control.
 */
export { controls } from '@objectsync/controls'
