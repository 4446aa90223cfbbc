/** The search, the links of the tables, and the first drawing. */
export const search = `
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
  waiting = requestAnimationFrame(() => { if (map.clientWidth + 'x' + map.clientHeight !== extent) draw(); });
}).observe(map);
draw();
list();
`
