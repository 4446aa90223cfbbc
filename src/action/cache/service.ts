/**
 * Why there is no cache service to ask, or undefined where there is one. GitHub Enterprise Server has the first version
 * of it; everywhere else the runner says which.
 */
export function missingService(env: NodeJS.ProcessEnv): string | undefined {
  if ((env['ACTIONS_RUNTIME_TOKEN'] ?? '') === '') return 'this runner has no cache service'
  const addresses = [env['ACTIONS_RESULTS_URL'], env['ACTIONS_CACHE_URL']]
  return addresses.every((address) => (address ?? '') === '') ? 'this runner has no cache service' : undefined
}
