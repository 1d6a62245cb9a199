import { View } from '../objectsync.js'

export default class extends View {
  static frontendType = 'counter'
  create() {
    const button = this.document.createElement('button')
    this.bind('count', (count) => { button.textContent = `${count} clicks` })
    button.addEventListener('click', () => this.object.attribute('count').add(1))
    return button
  }
}
