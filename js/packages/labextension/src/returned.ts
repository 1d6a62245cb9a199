/**
 * Returned: cells that were cut and pasted, or whose deletion was undone. JupyterLab goes on naming them to the kernel as deleted, which then
 * lets go of what they show (objectsync_jupyter/outputs.py).
 */

/** What is used of a notebook's model. */
export interface Deletes {
  readonly cells: Iterable<{ readonly id: string }> & {
    readonly changed: { connect(listener: () => void): unknown }
  }
  /** The cells that have gone; the kernel is told with the next one that runs. */
  readonly deletedCells: string[]
}

/** Takes cells that are there off the list of those that have gone. */
export function forgetReturned({ cells, deletedCells }: Deletes): void {
  cells.changed.connect(() => {
    if (deletedCells.length === 0) return
    const there = new Set([...cells].map(({ id }) => id))
    deletedCells.splice(0, deletedCells.length, ...deletedCells.filter((id) => !there.has(id)))
  })
}
