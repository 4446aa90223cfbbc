import { text } from 'node:stream/consumers'
import { parseRequest } from './action/cache/exchange.ts'
import { askToolkit } from './action/cache/toolkit.ts'

// The toolkit's cache client in a process of its own; `createCacheClient` starts it, and says why.
const { stdin, stdout } = process
const write = stdout.write.bind(stdout)
const request = parseRequest(await text(stdin))
let answered = false
await askToolkit(
  request,
  (log) => {
    stdout.write = (chunk: string | Uint8Array) => {
      log(Buffer.from(chunk).toString())
      return true
    }
  },
  (answer) => {
    if (answered) return
    answered = true
    // What the toolkit still waits for would keep the process.
    write(JSON.stringify(answer), () => process.exit(0))
  },
)
