// Loaded before the program: writes the most memory that the process had, in KiB, to the file that it is told.
import { writeFileSync } from 'node:fs'

process.on('exit', () => {
  const file = process.env.BENCH_PEAK
  if (file) writeFileSync(file, String(process.resourceUsage().maxRSS))
})
