/**
 * A script of an environment with the interpreter that will run it in its first line. What the installer wrote names
 * the interpreter of this machine, directly or, where its path is long or has spaces, through `/bin/sh`; anything
 * else (a shell script, `/usr/bin/env`) is left alone: undefined.
 */
export function withInterpreter(script: Buffer, interpreter: string): Buffer | undefined {
  if (script[0] !== 0x23 || script[1] !== 0x21) return undefined
  const head = script.subarray(0, 4096).toString('latin1')
  const direct = /^#![^\n]*\/(?:python|pypy)[\d.]*w?(?:\.exe)?\r?\n/.exec(head)
  const viaShell = /^#!\/bin\/sh\n'''exec' [^\n]*\n' '''\n/.exec(head)
  const old = viaShell ?? (direct?.[0].startsWith('#!/usr/bin/env ') ? null : direct)
  if (!old) return undefined
  return Buffer.concat([Buffer.from(`#!${interpreter}\n`), script.subarray(old[0].length)])
}
