// The TypeScript client as it is built, from connecting to the last object. Prints {"seconds": ...}.
import { once } from 'node:events'
import { Client, webSocket } from '../../js/packages/client/dist/index.js'

const [url, objects] = process.argv.slice(2)
console.log('ready')
await once(process.stdin, 'data')
const start = performance.now()
const client = new Client({ connect: webSocket(url) })
const off = client.onStatus(({ state }) => {
  off()
  if (state !== 'live' || client.objects.size !== Number(objects)) {
    console.error(`${state} with ${client.objects.size} objects; expected ${objects}`)
    process.exit(1)
  }
  console.log(JSON.stringify({ seconds: (performance.now() - start) / 1000 }))
  client.close()
  setTimeout(() => process.exit(0), 100)
})
