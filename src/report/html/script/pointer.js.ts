/** What a mouse does on the map, and the tip beside it. */
export const pointer = `
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
`
