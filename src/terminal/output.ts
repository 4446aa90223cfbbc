type Output = Pick<NodeJS.WritableStream, 'on' | 'write'>

/**
 * Lets the program go on to its own end when whoever read its words has gone, as `head` does. Where they cannot be
 * written for another reason, as a full disk, that is told, and the program ends with status 2.
 */
export function outliveReaders({
  stdout,
  stderr,
}: {
  readonly stdout: Output
  readonly stderr: Output
}): void {
  // There is no one left to tell.
  stderr.on('error', () => undefined)
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') return
    stderr.write(`error: standard output cannot be written: ${error.message}\n`)
    process.once('exit', () => (process.exitCode ||= 2))
  })
}
