import { ownerless, type SizeNode } from '../../image/size-tree.ts'
import { packageName } from '../../project/name.ts'
import { excerpt } from '../escape.ts'
import { scriptJson } from './escape.ts'

/** Kinds by their number in the page's data; `rest` stands for what is too small to be told. */
const kinds: readonly MapNode['kind'][] = ['image', 'part', 'package', 'folder', 'file', 'rest']

/** A node of the map. */
export interface MapNode {
  readonly name: string
  readonly kind: SizeNode['kind'] | 'rest'
  /** 0 for what is gone. */
  readonly bytes: number
  /** Bytes that it had; 0 for what is new, undefined where nothing is known. */
  readonly before: number | undefined
  readonly children: readonly MapNode[]
}

/** What the page's script reads: name, kind, bytes, bytes before (-1 when unknown), children. */
export type MapData = readonly [
  name: string,
  kind: number,
  bytes: number,
  before: number,
  children: readonly MapData[],
]

/** A tree beside the one that it is compared with, matched by names. */
export function mapOf(head: SizeNode, base: SizeNode | undefined): MapNode {
  return joined(base === undefined ? alone(head) : merged(head, base))
}

/**
 * The map as JSON of at most about so many bytes: the largest nodes of it, and for each of these one `rest` of the
 * smaller ones below it.
 */
export function mapJson(root: MapNode, maxBytes: number): string {
  const all: { node: MapNode; parent: MapNode | undefined; area: number }[] = []
  const collect = (node: MapNode, parent: MapNode | undefined): number => {
    const entry = { node, parent, area: 0 }
    all.push(entry)
    const below = node.children.reduce((sum, one) => sum + collect(one, node), 0)
    return (entry.area = Math.max(node.bytes, node.before ?? 0, below))
  }
  collect(root, undefined)
  const kept = new Set<MapNode>()
  let bytes = 0
  // A parent is never smaller than its child and comes first, so it is kept before.
  for (const { node, parent } of all.sort((a, b) => b.area - a.area)) {
    if (parent !== undefined && !kept.has(parent)) continue
    bytes += bytesOf(node) + restBytes
    if (bytes > maxBytes && parent !== undefined) break
    kept.add(node)
  }
  return scriptJson(cut(root, kept))
}

/** Room for the `rest` that a node may get. */
const restBytes = 60

function bytesOf(node: MapNode): number {
  return Buffer.byteLength(scriptJson(data(node, [])))
}

function cut(node: MapNode, kept: ReadonlySet<MapNode>): MapData {
  const shown = node.children.filter((one) => kept.has(one))
  const missing = node.children.filter((one) => !kept.has(one))
  const children = shown.map((one) => cut(one, kept))
  const [only] = missing
  if (only === undefined || shown.length === 0) return data(node, children)
  if (missing.length === 1 && bytesOf(only) <= restBytes) return data(node, [...children, data(only, [])])
  const before = missing.map((one) => one.before)
  const rest: MapNode = {
    name: `${missing.length} smaller`,
    kind: 'rest',
    bytes: missing.reduce((sum, one) => sum + one.bytes, 0),
    before: before.every((one) => one !== undefined) ? before.reduce((sum, one) => sum + one, 0) : undefined,
    children: [],
  }
  return data(node, [...children, data(rest, [])])
}

function data({ name, kind, bytes, before }: MapNode, children: readonly MapData[]): MapData {
  return [excerpt(name, 120), kinds.indexOf(kind), bytes, before ?? -1, children]
}

function alone({ name, kind, bytes, children }: SizeNode, before?: number): MapNode {
  return { name, kind, bytes, before, children: children.map((one) => alone(one, before)) }
}

function gone({ name, kind, bytes, children }: SizeNode): MapNode {
  return { name, kind, bytes: 0, before: bytes, children: children.map(gone) }
}

function key({ kind, name }: SizeNode): string {
  return `${kind}/${kind === 'package' ? packageName(name) : name}`
}

/** A part of whose packages no file is known: it comes from a measurement. */
function isCoarse({ children }: SizeNode): boolean {
  const packages = children.filter(({ kind }) => kind === 'package')
  return packages.length > 0 && packages.every((one) => one.children.length === 0)
}

/** What no package owns as one node, as it is in a measurement. */
function gathered(part: SizeNode): SizeNode {
  const children = part.children.filter(({ kind }) => kind !== 'package')
  const bytes = children.reduce((sum, one) => sum + one.bytes, 0)
  if (bytes === 0) return part
  const rest: SizeNode = { name: ownerless, kind: 'folder', bytes, children }
  return { ...part, children: [...part.children.filter(({ kind }) => kind === 'package'), rest] }
}

function merged(head: SizeNode, base: SizeNode): MapNode {
  if (isCoarse(head) === isCoarse(base)) return mergedAlike(head, base)
  return isCoarse(head) ? mergedAlike(head, gathered(base)) : mergedAlike(gathered(head), base)
}

function mergedAlike(head: SizeNode, base: SizeNode): MapNode {
  const { name, kind, bytes } = head
  const node = { name, kind, bytes, before: base.bytes }
  // Of a side that was measured elsewhere only the packages are known.
  if (head.children.length === 0 || base.children.length === 0) {
    return { ...node, children: head.children.map((one) => alone(one)) }
  }
  const old = new Map(base.children.map((one) => [key(one), one]))
  const children = head.children.map((one) => {
    const other = old.get(key(one))
    old.delete(key(one))
    return other === undefined ? alone(one, 0) : merged(one, other)
  })
  return { ...node, children: [...children, ...[...old.values()].map(gone)] }
}

/** A folder that holds one folder alone is one node with it. */
function joined(node: MapNode): MapNode {
  const children = node.children.map(joined)
  const [only] = children
  return node.kind === 'folder' && children.length === 1 && only?.kind === 'folder'
    ? { ...only, name: `${node.name}/${only.name}`, before: only.before ?? node.before }
    : { ...node, children }
}
