import { expect, it } from '@jest/globals'
import { dockerfileLine } from '../../src/image/made-by.ts'

it.each([
  ['RUN /bin/sh -c apt-get update # buildkit', 'RUN apt-get update'],
  ['/bin/sh -c apt-get  update', 'RUN apt-get update'],
  ['RUN |1 TARGETARCH=amd64 /bin/sh -c echo a && /bin/sh -c b # buildkit', 'RUN echo a && /bin/sh -c b'],
  ['/bin/sh -c #(nop)  CMD ["python3"]', 'CMD ["python3"]'],
  ['/bin/sh -c #(nop) COPY dir:abc in /srv ', 'COPY dir:abc in /srv'],
  ['COPY app . # buildkit', 'COPY app .'],
  ['WORKDIR /srv', 'WORKDIR /srv'],
  ['# debian.sh --arch amd64', '# debian.sh --arch amd64'],
  ['', ''],
])('%j is %j', (line, shown) => expect(dockerfileLine(line)).toBe(shown))
