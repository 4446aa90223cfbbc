/**
 * The page's script. It writes names as text only, never as HTML. Layout: squarified treemap (Bruls, Huizing and van
 * Wijk, 2000), made anew for each folder and width, so that a folder always fills the map.
 */
export const script = `
'use strict';
(() => {
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

const squarify = (nodes, x, y, width, height) => {
  const placed = [];
  let rest = nodes.filter((node) => node.area > 0);
  let left = rest.reduce((sum, node) => sum + node.area, 0);
  while (rest.length > 0 && width > 0.5 && height > 0.5) {
    const side = Math.min(width, height);
    const scale = (width * height) / left;
    let row = 0;
    let count = 0;
    let worst = Infinity;
    while (count < rest.length) {
      const sum = row + rest[count].area;
      const thick = (sum * scale) / side;
      const of = (node) => { const long = (node.area * scale) / thick; return Math.max(long / thick, thick / long); };
      const ratio = Math.max(of(rest[0]), of(rest[count]));
      if (count > 0 && ratio > worst) break;
      worst = ratio;
      row = sum;
      count += 1;
    }
    const thick = (row * scale) / side;
    let at = 0;
    for (const node of rest.slice(0, count)) {
      const long = (node.area * scale) / thick;
      placed.push(width >= height
        ? { node, x, y: y + at, width: thick, height: long }
        : { node, x: x + at, y, width: long, height: thick });
      at += long;
    }
    if (width >= height) { x += thick; width -= thick; } else { y += thick; height -= thick; }
    left -= row;
    rest = rest.slice(count);
  }
  return placed;
};

const map = el('map');
const ring = document.createElement('div');
ring.id = 'ring';
let drawn = [];
const draw = () => {
  tiles = [];
  drawn = [];
  const parts = document.createDocumentFragment();
  const shown = current.children.length > 0 ? current.children : [current];
  const place = (nodes, x, y, width, height, depth) => {
    squarify(nodes, x, y, width, height).forEach(({ node, ...box }, index) => {
      if (box.width < 2 || box.height < 2 || drawn.length > 3000) return;
      const holder = node.children.length > 0 && depth < 3 && box.width > 46 && box.height > 40;
      const tile = document.createElement(depth === 0 ? 'button' : 'div');
      tile.className = 'tile ' + colour(node, holder, index) + (holder ? ' holder' : '') +
        (depth === 0 && !holder && box.width > 110 && box.height > 60 ? ' big' : '') +
        (node.children.length > 0 ? '' : ' leaf') + (state(node) === 'removed' ? ' gone' : '');
      if (query !== '') tile.classList.add(hits.has(node) ? 'hit' : marked.has(node) ? 'way' : 'pale');
      Object.assign(tile.style, { left: box.x + 'px', top: box.y + 'px', width: box.width + 'px', height: box.height + 'px' });
      const by = change(node);
      if (box.width > 34 && box.height > 15) {
        const label = document.createElement('span');
        label.textContent = node.name + (holder || box.height < 36 ? (compared ? (by === '±0' ? '' : '  ' + by) : '  ' + size(node.bytes)) : '');
        tile.append(label);
        if (!holder && box.height >= 36) {
          const bytes = document.createElement('span');
          bytes.className = 'bytes';
          bytes.textContent = compared && by !== '' && by !== '±0' ? by : size(node.bytes);
          tile.append(bytes);
        }
      }
      const entry = { node, tile, box };
      tile.dataset.index = String(drawn.length);
      drawn.push(entry);
      if (depth === 0) {
        tile.type = 'button';
        tile.tabIndex = -1;
        tile.setAttribute('aria-label', describe(node));
        tiles.push(entry);
      } else tile.setAttribute('aria-hidden', 'true');
      parts.append(tile);
      if (holder) place(node.children, box.x + 3, box.y + 19, box.width - 6, box.height - 22, depth + 1);
    });
  };
  place(shown, 0, 0, map.clientWidth, map.clientHeight, 0);
  map.replaceChildren(parts, ring);
  focused = Math.min(focused, Math.max(0, tiles.length - 1));
  if (tiles[focused]) tiles[focused].tile.tabIndex = 0;
  ring.style.display = 'none';
};
const describe = (node) => {
  const by = change(node);
  return node.name + ', ' + node.kind + ', ' + size(node.bytes) + ', ' + share(node, root) + ' of the image' +
    (by === '' || by === '±0' ? '' : ', ' + state(node) + ' by ' + by) + (node.children.length > 0 ? ', goes in' : '');
};

const write = () => {
  const crumbs = [];
  for (let at = current; at; at = at.parent) crumbs.unshift(at);
  el('path').replaceChildren(...crumbs.flatMap((node, i) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = node === root ? 'image' : node.name;
    if (node === current) button.setAttribute('aria-current', 'true');
    button.onclick = () => go(node);
    return i === 0 ? [button] : ['/', button];
  }));
  el('last').textContent = compared ? 'Change' : 'Share';
  const listed = query === '' ? current.children : [...hits].sort((a, b) => b.area - a.area);
  el('contents').querySelector('tbody').replaceChildren(...listed.slice(0, 300).map((node) => {
    const row = document.createElement('tr');
    const cell = (className, ...content) => {
      const td = document.createElement('td');
      td.className = className;
      td.append(...content);
      row.append(td);
    };
    const swatch = document.createElement('span');
    swatch.className = 'swatch ' + (compared ? colour(node, true, 0) : 'part-' + (node.part || 'other'));
    if (node.children.length > 0 || query !== '') {
      const button = document.createElement('button');
      button.type = 'button';
      button.textContent = node.name;
      button.onclick = () => open(node);
      cell('', swatch, button);
    } else cell('', swatch, node.name);
    if (query !== '' && node.parent) {
      const where = document.createElement('div');
      where.className = 'dim';
      where.textContent = path(node.parent);
      row.firstChild.append(where);
    }
    const by = change(node);
    cell('number', size(node.bytes));
    cell('number ' + (by.startsWith('+') ? 'grown' : by.startsWith('−') ? 'shrunk' : 'dim'), compared ? by : share(node, root));
    return row;
  }));
  el('status').textContent = query === '' ? '' : hits.size + (hits.size === 1 ? ' match' : ' matches') +
    (hits.size === 0 ? '' : ', ' + size([...hits].filter((node) => !covered(node)).reduce((sum, node) => sum + node.bytes, 0)));
};
const covered = (node) => {
  for (let at = node.parent; at; at = at.parent) if (hits.has(at)) return true;
  return false;
};
const go = (node) => {
  focused = 0;
  current = node;
  hide();
  draw();
  write();
};
const open = (node) => {
  go(node.children.length > 0 ? node : node.parent || root);
  el('search').value === '' || find('');
};
const find = (text) => {
  query = text.trim().toLowerCase();
  el('search').value = text;
  hits = new Set(query === '' ? [] : all.filter((node) => node.parent && node.name.toLowerCase().includes(query)));
  marked = new Set();
  for (const hit of hits) for (let at = hit.parent; at && !marked.has(at); at = at.parent) marked.add(at);
  const below = (node) => node.children.forEach((child) => { marked.add(child); below(child); });
  for (const hit of hits) below(hit);
  for (const row of document.querySelectorAll('#packages tbody tr')) {
    row.hidden = query !== '' && !row.firstChild.textContent.toLowerCase().includes(query);
  }
  draw();
  write();
};

const tip = el('tip');
const hide = () => { tip.style.display = 'none'; };
const show = (node, x, y) => {
  const by = change(node);
  const lines = [path(node), size(node.bytes) + ', ' + share(node, root) + ' of the image'];
  if (by !== '') lines.push(state(node) + (by === '±0' ? '' : ' ' + by + ' (was ' + size(node.before) + ')'));
  tip.textContent = lines.join(String.fromCharCode(10));
  tip.style.display = 'block';
  tip.style.left = Math.max(4, Math.min(x + 14, innerWidth - tip.offsetWidth - 8)) + 'px';
  tip.style.top = (y + 18 + tip.offsetHeight > innerHeight ? y - tip.offsetHeight - 8 : y + 18) + 'px';
};
const entryOf = (target) => {
  const tile = target.closest && target.closest('.tile');
  return tile ? drawn[Number(tile.dataset.index)] : undefined;
};
map.addEventListener('mousemove', (event) => {
  const entry = entryOf(event.target);
  if (entry) show(entry.node, event.clientX, event.clientY); else hide();
});
map.addEventListener('mouseleave', hide);
map.addEventListener('click', (event) => {
  const entry = entryOf(event.target);
  if (!entry) return;
  const inside = entry.node.children.length > 0 ? entry.node : entry.node.parent;
  if (inside && inside !== current) { go(inside); if (event.detail === 0) focus(0); }
});
const focus = (index) => {
  if (!tiles[index]) return;
  if (tiles[focused]) tiles[focused].tile.tabIndex = -1;
  focused = index;
  tiles[index].tile.tabIndex = 0;
  tiles[index].tile.focus();
};
map.addEventListener('focusin', (event) => {
  const entry = entryOf(event.target);
  if (!entry) return;
  focused = Math.max(0, tiles.indexOf(entry));
  if (!event.target.matches(':focus-visible')) return;
  Object.assign(ring.style, { display: 'block', left: entry.box.x + 'px', top: entry.box.y + 'px', width: entry.box.width + 'px', height: entry.box.height + 'px' });
  const at = entry.tile.getBoundingClientRect();
  show(entry.node, at.left, Math.min(at.bottom, innerHeight - 90));
});
map.addEventListener('focusout', () => { ring.style.display = 'none'; hide(); });
const steps = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };
map.addEventListener('keydown', (event) => {
  if (event.key === 'Escape' || event.key === 'Backspace') {
    if (!current.parent) return;
    const from = current;
    event.preventDefault();
    go(current.parent);
    focus(Math.max(0, tiles.findIndex(({ node }) => node === from)));
    return;
  }
  if (event.key === 'Home' || event.key === 'End') { event.preventDefault(); focus(event.key === 'Home' ? 0 : tiles.length - 1); return; }
  const step = steps[event.key];
  const here = tiles[focused];
  if (!step || !here) return;
  event.preventDefault();
  const centre = ({ box }) => [box.x + box.width / 2, box.y + box.height / 2];
  const [x, y] = centre(here);
  let best = -1;
  let least = Infinity;
  tiles.forEach((entry, i) => {
    const [cx, cy] = centre(entry);
    const ahead = (cx - x) * step[0] + (cy - y) * step[1];
    if (entry === here || ahead <= 1) return;
    const far = ahead + 2 * Math.abs((cx - x) * step[1] + (cy - y) * step[0]);
    if (far < least) { least = far; best = i; }
  });
  if (best >= 0) focus(best);
});
el('search').addEventListener('input', (event) => find(event.target.value));
el('search').addEventListener('keydown', (event) => {
  if (event.key === 'Escape') find('');
  if (event.key === 'Enter' && hits.size > 0) open([...hits].sort((a, b) => b.area - a.area)[0]);
});
document.addEventListener('click', (event) => {
  const name = event.target.dataset && event.target.dataset.package;
  if (name === undefined) return;
  const node = all.find((one) => one.kind === 'package' && one.name === name);
  if (node) { open(node); map.scrollIntoView({ block: 'nearest' }); } else find(name);
});
let waiting = 0;
new ResizeObserver(() => {
  cancelAnimationFrame(waiting);
  waiting = requestAnimationFrame(draw);
}).observe(map);
draw();
write();
})();
`
