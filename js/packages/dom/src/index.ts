/**
 * @objectsync/dom: shows SObjects as DOM.
 */
export { builtIns } from './builtins.js'
export { bindInput } from './controls.js'
export { ElementView } from './element.js'
export { inGesture, watchHand } from './gestures.js'
export { type MountOptions, mount } from './mount.js'
export type { Order } from './orders.js'
export { Registry } from './registry.js'
export { refuseAttribute, refuseStyle, refuseTag, refuseUrl } from './safety.js'
export { Stage } from './stage.js'
export { type Bound, View, type ViewClass } from './view.js'
