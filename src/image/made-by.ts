/** A line of an image's history as it stood in the Dockerfile, without what the classic builder and BuildKit put around it. */
export function dockerfileLine(createdBy: string): string {
  return createdBy
    .replace(/^(?:RUN )?(?:\|\d+ [^]*?)?\/bin\/sh -c (?:#\(nop\) )?/, 'RUN ')
    .replace(/^RUN +(?=(?:COPY|ADD|CMD|ENV|WORKDIR) )/, '')
    .replace(/ # buildkit$/, '')
    .replace(/\s+/g, ' ')
    .trim()
}
