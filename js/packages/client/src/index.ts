/**
 * @objectsync/client: SObjects kept in step with a server. No DOM, and no WebSocket but in its transport.
 */
export type { Change } from './changes.js'
export { Client, type ClientOptions } from './client.js'
export { type Clock, systemClock } from './clock.js'
export { CallError, ChangeError, LocalError, ProtocolError } from './errors.js'
export { type Disconnect, Signal } from './events.js'
export type { Frame } from './frames.js'
export { type Person, Presence } from './presence.js'
export { type ErrorNotice, PROTOCOL_VERSION, SUBPROTOCOL } from './protocol.js'
export type { Rejection } from './replica.js'
export { type AttributeChange, type ChildrenChange, SObject } from './sobject.js'
export type { Status } from './status.js'
export { difference } from './text.js'
export * from './topics.js'
export type { Connect, Transport, TransportHandlers } from './transport.js'
export { webSocket } from './transports/websocket.js'
export { type Dict, sameValue, type TopicType, type Value } from './values.js'
