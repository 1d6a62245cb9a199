/**
 * Server: what the page's configuration says of the Jupyter server (objectsync_jupyter/server_extension.py writes it). Asking the server
 * itself would be an error in the console of everyone whose server does not know the answer.
 */
import { PageConfig } from '@jupyterlab/coreutils'

/** Whether it has our extension: kernel websockets without delay, and the direct websocket. */
export function serverHelps(): boolean {
  return PageConfig.getOption('objectsyncDirect') === 'true'
}
