/** Squarified treemap (Bruls, Huizing and van Wijk, 2000): rectangles of nodes, as near to squares as they get. */
export const squarify = `
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
`
