/** Where the parts of mode `volume` lie in an image. start.py looks for start.json beside itself. */
export const volumePlaces = {
  folder: '/opt/pydeps',
  installer: '/opt/pydeps/bin/uv',
  lock: '/opt/pydeps/pylock.toml',
  requirements: '/opt/pydeps/requirements.txt',
  config: '/opt/pydeps/start.json',
  program: '/opt/pydeps/start.py',
} as const

/**
 * What stands ahead of the container's command. `-I -S`: neither the user's variables nor the image's own
 * site-packages have a say in it, and it starts faster.
 */
export function startEntrypoint(interpreter: string): readonly string[] {
  return [interpreter, '-I', '-S', volumePlaces.program]
}
