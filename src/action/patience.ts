import { performance } from 'node:perf_hooks'

/** Milliseconds that a job waits, all in all, for services around it that fail. */
export const jobPatience = 55_000
/** Milliseconds below which a question is not worth asking. */
const shortest = 1_000

/**
 * What a job waits for services around it that fail: its caches, its artifacts and GitHub. One budget for all of them:
 * where everything hangs, the first ones use it up, and the others are not asked.
 */
export interface Patience {
  /** Milliseconds for the next question, at most `most`; 0 where it is not worth asking. */
  left(most: number): number
  /** Asks; the time that it took is paid where it failed. */
  pay<T>(ask: () => Promise<T>, isFailure?: (result: T) => boolean): Promise<T>
  /** Of which at most so many milliseconds can be paid. */
  part(ms: number): Patience
}

export function createPatience(ms = jobPatience, now = (): number => performance.now()): Patience {
  return partOf(ms, now, undefined)
}

/** What another process of the job left; it came through the runner, and so is no number until it looks like one. */
export function parsePatience(text: string): Patience {
  return createPatience(/^\d{1,5}$/.test(text) ? Math.min(Number(text), jobPatience) : jobPatience)
}

/** Why a service is not asked. */
export const usedUp =
  'services around this job have failed before, and took all the time that waiting may take'

function partOf(ms: number, now: () => number, whole: Patience | undefined): Patience {
  let own = ms
  const pay: Patience['pay'] = async (ask, isFailure = () => false) => {
    const started = now()
    let failed = true
    try {
      const result = await ask()
      failed = isFailure(result)
      return result
    } finally {
      if (failed) own = Math.max(0, own - Math.ceil(now() - started))
    }
  }
  const patience: Patience = {
    left(most) {
      const mine = own < shortest ? 0 : Math.min(own, most)
      return mine === 0 || whole === undefined ? mine : whole.left(mine)
    },
    pay: (ask, isFailure) =>
      whole === undefined ? pay(ask, isFailure) : whole.pay(() => pay(ask, isFailure), isFailure),
    part: (most) => partOf(most, now, patience),
  }
  return patience
}
