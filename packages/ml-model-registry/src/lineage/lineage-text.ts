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

/** The lines below `id`. What was told before is named, and not told again. */
function tree(id: string, branches: Branches, told: Set<string> = new Set([id])): readonly string[] {
  const next = branches.next(id);
  return next.flatMap((child, index) => {
    const isLast = index === next.length - 1;
    const isTold = told.has(child) && branches.next(child).length > 0;
    told.add(child);
    const below = isTold ? [] : tree(child, branches, told);
    return [
      `${isLast ? '└─' : '├─'} ${branches.text(child)}${isTold ? ' (as above)' : ''}`,
      ...below.map((line) => `${isLast ? '  ' : '│ '} ${line}`),
    ];
  });
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
