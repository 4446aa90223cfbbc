/**
 * The one rule of the house: an arrow points down. A room may import what stands below it, never what stands
 * beside or above it. Rooms from `report` down are pure: no platform, no file system, no process, no clock.
 */
const entries = ['main', 'post', 'comment', 'cli']
const story = ['run']
const knowing = ['action', 'terminal']
const pure = ['report', 'budget', 'compare', 'strategy', 'recipe', 'project', 'image', 'tar', 'units']

/** What each room must not import, as folder or file names under src/. */
const forbidden = {
  run: entries,
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

const upward = (names) => ({
  regex: `^\\.\\.?/(?:.*/)?(?:${names.join('|')})(?:/|\\.ts$)`,
  message: 'An arrow points down: this room must not import that one (see "The house" in CONTRIBUTING.md).',
})

export default Object.entries(forbidden).map(([room, names]) => {
  const isPure = pure.includes(room)
  return {
    files: [room === 'run' ? 'src/run.ts' : `src/${room}/**/*.ts`],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            upward(names),
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
              { name: 'performance', message: 'This room is pure: time enters as a measured number.' },
              { name: 'setTimeout', message: 'This room is pure: time enters as a measured number.' },
            ],
            'no-restricted-properties': [
              'error',
              {
                object: 'Date',
                property: 'now',
                message: 'This room is pure: time enters as a measured number.',
              },
              { object: 'Math', property: 'random', message: 'This room is pure and repeatable.' },
            ],
            'no-restricted-syntax': [
              'error',
              {
                selector: "NewExpression[callee.name='Date'][arguments.length=0]",
                message: 'This room is pure: time enters as a measured number.',
              },
            ],
          }
        : {}),
    },
  }
})
