/**
 * The frontend types that are always there: `Root`, `text`, `Element`, and every allowed tag name.
 */
import { ElementView } from './element.js'
import { Registry } from './registry.js'
import { View } from './view.js'

/** Shows an SObject that has no look of its own: only its children. */
class RootView extends View {
  static override frontendType = 'Root'
  override create(): Element {
    const element = this.document.createElement('div')
    element.style.setProperty('display', 'contents')
    return element
  }
}

/** A new registry with the built-in views. */
export function builtIns(): Registry {
  const registry = new Registry(ElementView)
  registry.register([RootView, ElementView])
  return registry
}
