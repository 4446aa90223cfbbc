/**
 * The one rule of the house: an arrow points down. A room may import what stands below it, never what stands
 * beside or above it. Rooms from `report` down are pure: no platform, no file system, no process, no clock.
 */
const entries = ['main', 'post', 'comment', 'cache', 'upload', 'cli']
const starts = ['job', 'perform']
const below = ['run', 'find-baseline', 'judge-images', 'build-baseline', 'analyze', 'compare-images']
const story = [...starts, ...below]
const files = new Set([...entries, ...story])
const knowing = ['action', 'terminal']
const pure = ['report', 'budget', 'compare', 'strategy', 'recipe', 'project', 'image', 'tar', 'units']

/** What each room must not import, as folder or file names under src/. */
const forbidden = {
  ...Object.fromEntries(starts.map((name) => [name, entries])),
  ...Object.fromEntries(below.map((name) => [name, [...entries, ...starts]])),
  action: [...entries, ...story, 'terminal', 'host', 'engine'],
  terminal: [...entries, ...story, 'action', 'host', 'engine'],
  engine: [...entries, ...story, ...knowing],
  host: [...entries, ...story, ...knowing, 'engine'],
}
pure.forEach((room, i) => {
  forbidden[room] = [...entries, ...story, ...knowing, 'engine', 'host', ...pure.slice(0, i)]
})

const effects = [
  'fs',
  'child_process',
  'net',
  'http',
  'https',
  'http2',
  'dns',
  'tls',
  'os',
  'process',
  'worker_threads',
  'dgram',
  'cluster',
  'readline',
  'timers',
  'perf_hooks',
]

const arrow = 'An arrow points down: this room must not import that one (see "The house" in CONTRIBUTING.md).'
/** Paths that lead to one of the rooms: out of this one, or from the top of src/ beside it. */
const pathTo = (names, isTop) => `^${isTop ? '\\./' : '(?:\\.\\./)+'}(?:${names.map(ending).join('|')})`
/** Entries and stories are files; a folder inside a room may have the name of one. */
const ending = (name) => name + (files.has(name) ? '\\.ts$' : '(?:/|\\.ts$)')
const noLoading = {
  selector: 'ImportExpression',
  message: 'Import at the top of the file, where the arrows are held.',
}
const timeless = 'This room is pure: time enters as a measured number.'

export default Object.entries(forbidden).map(([room, names]) => {
  const isPure = pure.includes(room)
  const isTop = story.includes(room)
  return {
    files: [isTop ? `src/${room}.ts` : `src/${room}/**/*.ts`],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            { regex: pathTo(names, isTop), message: arrow },
            ...(room === 'action' ? [] : [{ regex: '^@actions/', message: 'Only action/ knows GitHub.' }]),
            ...(isPure
              ? [
                  {
                    regex: `^(?:node:)?(?:${effects.join('|')})(?:/|$)`,
                    message: 'This room is pure: effects live in host/.',
                  },
                ]
              : []),
          ],
        },
      ],
      ...(isPure
        ? {
            'no-restricted-globals': [
              'error',
              { name: 'process', message: 'This room is pure: pass the value in.' },
              { name: 'fetch', message: 'This room is pure: the network lives in host/.' },
              { name: 'performance', message: timeless },
              { name: 'globalThis', message: 'This room is pure: pass the value in.' },
              ...['setTimeout', 'setInterval', 'setImmediate'].map((name) => ({ name, message: timeless })),
            ],
            'no-restricted-properties': [
              'error',
              { object: 'Date', property: 'now', message: timeless },
              { object: 'Math', property: 'random', message: 'This room is pure and repeatable.' },
            ],
            'no-restricted-syntax': [
              'error',
              noLoading,
              { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: timeless },
              { selector: "CallExpression[callee.name='Date']", message: timeless },
            ],
          }
        : { 'no-restricted-syntax': ['error', noLoading] }),
    },
  }
})
