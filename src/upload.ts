import { text } from 'node:stream/consumers'
import { parseUploadRequest } from './action/artifact/exchange.ts'
import { uploadWithToolkit } from './action/artifact/toolkit.ts'

// The toolkit's artifact client in a process of its own; `createArtifactClient` starts it, and says why.
const { stdin, stdout } = process
const write = stdout.write.bind(stdout)
// The toolkit logs there what the answer must not be mixed with.
stdout.write = () => true
const answer = await uploadWithToolkit(parseUploadRequest(await text(stdin)))
write(JSON.stringify(answer), () => process.exit(0))
