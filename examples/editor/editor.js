/**
 * A frontend that binds a text to CodeMirror 6: what is typed goes out as inserts and deletes, what comes in is dispatched as changes, so that
 * CodeMirror moves everyone's selection along. `make js` bundles it into frontends/, with CodeMirror inside.
 */
import { Annotation, Transaction } from '@codemirror/state'
import { EditorView, basicSetup } from 'codemirror'
import { difference, View } from '../objectsync.js'

const fromElsewhere = Annotation.define()

export default class Editor extends View {
  static frontendType = 'editor'

  create() {
    const topic = this.object.attribute('text')
    const editor = new EditorView({
      doc: topic.value,
      extensions: [
        basicSetup,
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({ 'aria-label': 'shared text' }),
        EditorView.updateListener.of((update) => {
          for (const transaction of update.transactions) {
            if (transaction.docChanged && !transaction.annotation(fromElsewhere)) this.send(topic, transaction)
          }
        }),
      ],
    })
    this.own(() => editor.destroy())
    this.bind('text', (text) => {
      // One change after the other, each on what the one before has made of the text. Undo is about one's own typing.
      const edits = difference(editor.state.doc.toString(), text)
      const annotations = [fromElsewhere.of(true), Transaction.addToHistory.of(false)]
      for (const edit of edits) {
        const { position: from } = edit
        const changes = edit.kind === 'insert' ? { from, insert: edit.text } : { from, to: from + edit.length }
        editor.dispatch({ changes, annotations })
      }
    })
    return editor.dom
  }

  /** One transaction of CodeMirror as one action. Its line breaks are one unit, as in the text; positions are UTF-16 on both sides. */
  send(topic, transaction) {
    this.client.record(() => {
      transaction.changes.iterChanges((fromA, toA, fromB, _toB, inserted) => {
        topic.delete(fromB, toA - fromA)
        topic.insert(fromB, inserted.toString())
      })
    })
  }
}
