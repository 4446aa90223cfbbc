#!/usr/bin/env node
// Starts the program beside it. Half of a short run is compiling the program: Node keeps what it compiled, checked
// against the source's own hash, where the program keeps the rest. Before Node 22.1 it does not know how.
import module from 'node:module'

const { HOME: home, XDG_CACHE_HOME: own } = process.env
const cache = own?.startsWith('/') ? own : home && `${home}/.cache`
if (cache) module.enableCompileCache?.(`${cache}/pydeps-image/compiled`)
await import('./program.js')
