/** The path, the list beside the map, and the ways from one folder to another. */
export const contents = `
const list = () => {
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
// A button that was pressed is made anew, so who pressed it by a key would stand nowhere.
const stand = (held) => {
  const next = [held.list && el('contents').querySelector('button'), el('path').querySelector('[aria-current]')];
  if (held.list || held.path) next.find((one) => one).focus({ preventScroll: true });
};
const go = (node) => {
  const held = { list: el('contents').contains(document.activeElement), path: el('path').contains(document.activeElement) };
  focused = 0;
  current = node;
  hide();
  draw();
  list();
  stand(held);
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
  list();
};
`
