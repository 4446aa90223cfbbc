/** What the keys do on the map. */
export const keyboard = `
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
`
