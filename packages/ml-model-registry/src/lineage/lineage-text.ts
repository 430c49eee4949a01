import type { Lineage, LineageNode } from './lineage.ts';

/**
 * A lineage as a tree in text, a line each: what the version was made from, then what was made from it.
 *
 * @example
 * ```ts
 * import { lineageText } from '@x/ml-model-registry';
 *
 * const node = { id: 'price@1.0.0', kind: 'version', label: 'price 1.0.0', level: 0 } as const;
 * console.log(lineageText({ root: node.id, nodes: [node], edges: [], isCut: false })); // price 1.0.0
 * ```
 */
export function lineageText(lineage: Lineage): string {
  const { root, nodes, edges, isCut } = lineage;
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const text = (id: string): string => nodeText(byId.get(id) ?? { id, kind: 'version', label: id, level: 0 });
  const [up, down] = [Map.groupBy(edges, ({ to }) => to), Map.groupBy(edges, ({ from }) => from)];
  const above = tree(root, { text, next: (id) => (up.get(id) ?? []).map(({ from }) => from) });
  const below = tree(root, { text, next: (id) => (down.get(id) ?? []).map(({ to }) => to) });
  return [
    text(root),
    ...(above.length > 0 ? ['made from', ...above] : []),
    ...(below.length > 0 ? ['made from it', ...below] : []),
    ...(isCut ? ['…'] : []),
  ].join('\n');
}

interface Branches {
  readonly text: (id: string) => string;
  readonly next: (id: string) => readonly string[];
}

/** The lines below `root`. What was told before is named, and not told again. A row of thousands of parents takes no deeper stack. */
function tree(root: string, branches: Branches): readonly string[] {
  const lines: string[] = [];
  const told = new Set([root]);
  const open = [{ left: [...branches.next(root)], indent: '' }];
  for (let place = open.at(-1); place !== undefined; place = open.at(-1)) {
    const { left, indent } = place;
    const child = left.shift();
    if (child === undefined) {
      open.pop();
      continue;
    }
    const next = branches.next(child);
    const isTold = told.has(child) && next.length > 0;
    told.add(child);
    lines.push(`${indent}${left.length === 0 ? '└─' : '├─'} ${branches.text(child)}${isTold ? ' (as above)' : ''}`);
    if (!isTold) open.push({ left: [...next], indent: `${indent}${left.length === 0 ? '  ' : '│ '} ` });
  }
  return lines;
}

/** What a thing is called, in one line. */
export function nodeText({ id, kind, label, aliases = [], state }: LineageNode): string {
  const notes = [...aliases, ...(state === undefined ? [] : [state])];
  const digest = kind === 'data' && id !== `data:${label}` ? ` ${shortDigest(id.slice('data:'.length))}` : '';
  const text = kind === 'version' ? label : `${kind} ${label}${digest}`;
  return `${text}${notes.length > 0 ? ` (${notes.join(', ')})` : ''}`.replace(/\p{Cc}/gu, ' ');
}

function shortDigest(digest: string): string {
  return digest.length > 24 ? `${digest.slice(0, 19)}…` : digest;
}
