/** The tree of the image, what is known of each node in words, and where the reader is in it. */
export const model = `
const el = (id) => document.getElementById(id);
const compared = document.body.dataset.compared === 'true';
const kinds = ['image', 'part', 'package', 'folder', 'file', 'rest'];
const grow = ([name, kind, bytes, before, children], parent) => {
  const node = { name, kind: kinds[kind], bytes, before, parent };
  node.part = node.kind === 'part' ? name : parent ? parent.part : undefined;
  node.children = children.map((child) => grow(child, node));
  node.area = node.children.length > 0
    ? node.children.reduce((sum, child) => sum + child.area, 0)
    : Math.max(bytes, before);
  node.children.sort((a, b) => (a.kind === 'rest') - (b.kind === 'rest') || b.area - a.area);
  return node;
};
const root = grow(JSON.parse(el('data').textContent));
const all = [];
const gather = (node) => { all.push(node); node.children.forEach(gather); };
gather(root);
let current = root;
let query = '';
let hits = new Set();
let marked = new Set();
let tiles = [];
let focused = 0;

const size = (bytes) => {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let unit = 0;
  let value = bytes;
  while (unit < 4 && (unit === 0 ? value >= 1000 : value >= 999.5)) { value /= 1000; unit += 1; }
  return (unit === 0 ? value : value < 9.995 ? value.toFixed(2) : value < 99.95 ? value.toFixed(1) : value.toFixed(0)) + ' ' + units[unit];
};
const change = (node) => {
  if (!compared || node.before < 0) return '';
  const by = node.bytes - node.before;
  return by === 0 ? '±0' : (by > 0 ? '+' : '−') + size(Math.abs(by));
};
const share = (node, of) => {
  const percent = of.area === 0 ? 0 : (100 * node.area) / of.area;
  return percent > 0 && percent < 0.1 ? '<0.1%' : percent.toFixed(percent < 9.95 ? 1 : 0) + '%';
};
const state = (node) => {
  if (!compared || node.before < 0) return '';
  if (node.bytes === 0 && node.before > 0) return 'removed';
  if (node.before === 0 && node.bytes > 0) return 'new';
  return node.bytes > node.before ? 'grown' : node.bytes < node.before ? 'shrunk' : 'unchanged';
};
const path = (node) => {
  const up = [];
  for (let at = node; at.parent; at = at.parent) up.unshift(at.name);
  return up.length === 0 ? root.name : up.join(' / ');
};
const colour = (node, holder, index) => {
  if (!compared) return 'part-' + (node.part || 'other') + (holder ? ' deep' : ' tint' + (index % 3));
  // Of what is not known the nearest folder or package that is.
  while (node.before < 0 && node.parent) node = node.parent;
  if (node.before < 0) return 'dn';
  const by = (node.bytes - node.before) / Math.max(node.bytes, node.before, 1);
  const level = by === 0 ? 0 : Math.abs(by) < 0.02 ? 1 : Math.abs(by) < 0.2 ? 2 : 3;
  return 'd' + (by < 0 ? '-' : '') + level;
};
`
