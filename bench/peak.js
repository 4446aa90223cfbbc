// Loaded before the program: writes the most memory that it had, in KiB, to the file that it is told. The figure of
// resourceUsage would begin with what the process had that started it.
import { readFileSync, writeFileSync } from 'node:fs'

process.on('exit', () => {
  const file = process.env.BENCH_PEAK
  if (!file) return
  const peak = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))
  writeFileSync(file, peak?.[1] ?? '')
})
