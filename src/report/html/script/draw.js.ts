/** Draws the map, made anew for each folder and width, so that a folder always fills it. */
export const draw = `
const map = el('map');
const ring = document.createElement('div');
ring.id = 'ring';
let drawn = [];
let extent = '';
const draw = () => {
  tiles = [];
  drawn = [];
  extent = map.clientWidth + 'x' + map.clientHeight;
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
      write(tile, node, box, holder);
      const entry = { node, tile, box };
      tile.dataset.index = String(drawn.length);
      drawn.push(entry);
      if (depth === 0) {
        tile.type = 'button';
        tile.tabIndex = -1;
        // What is read begins with what is seen.
        const seen = [...tile.children].map((one) => one.textContent).join(' ');
        tile.setAttribute('aria-label', (seen || node.name) + ', ' + describe(node));
        tiles.push(entry);
      } else tile.setAttribute('aria-hidden', 'true');
      parts.append(tile);
      if (holder) place(node.children, box.x + 3, box.y + 19, box.width - 6, box.height - 22, depth + 1);
    });
  };
  place(shown, 0, 0, map.clientWidth, map.clientHeight, 0);
  const held = map.contains(document.activeElement);
  map.replaceChildren(parts, ring);
  focused = Math.min(focused, Math.max(0, tiles.length - 1));
  if (tiles[focused]) tiles[focused].tile.tabIndex = 0;
  ring.style.display = 'none';
  // Who stood on the map stands there still.
  if (held && tiles[focused]) tiles[focused].tile.focus({ preventScroll: true });
};
// A number that is cut is a wrong number, so it is there as a whole or not at all.
const ink = document.createElement('canvas').getContext('2d');
const family = getComputedStyle(document.body).fontFamily;
const widthOf = (text, font) => { ink.font = font + ' ' + family; return ink.measureText(text).width; };
const write = (tile, node, box, holder) => {
  if (box.width < 24 || box.height < 16) return;
  const big = tile.classList.contains('big');
  const font = (holder ? '600 ' : '') + (big ? '15px' : '12px');
  const by = change(node);
  const number = by === '' || by === '±0' ? size(node.bytes) : by;
  const room = box.width - (big ? 14 : 10);
  const wide = widthOf(node.name, font);
  if (wide > room && room < 40) return;
  const add = (className, text) => {
    const span = document.createElement('span');
    span.className = className;
    span.textContent = text;
    tile.append(span, ' ');
  };
  add('name', node.name);
  const long = widthOf(number, font);
  const below = !holder && box.height >= (big ? 46 : 36);
  if (below ? long <= room : wide + long + 8 <= room || (holder && long + 48 <= room)) add('bytes', number);
  tile.classList.toggle('beside', !below);
};
const describe = (node) => {
  const by = change(node);
  return node.kind + ', ' + size(node.bytes) + ', ' + share(node, root) + ' of the image' +
    (by === '' || by === '±0' ? '' : ', ' + state(node) + ' by ' + by) + (node.children.length > 0 ? ', goes in' : '');
};
`
