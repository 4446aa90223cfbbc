/**
 * Why there is no cache service to ask, or undefined where there is one. The first version of it, which an Enterprise
 * Server has and other runners, may want no token.
 */
export function missingService(env: NodeJS.ProcessEnv): string | undefined {
  const has = (name: string): boolean => (env[name] ?? '') !== ''
  if (has('ACTIONS_CACHE_URL') || (has('ACTIONS_RESULTS_URL') && has('ACTIONS_RUNTIME_TOKEN')))
    return undefined
  return 'this runner has no cache service'
}
