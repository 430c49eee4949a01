import type { Lineage, LineageKind } from './lineage.ts';
import { nodeText } from './lineage-text.ts';

/** Brackets of Mermaid: a box, a cylinder, a hexagon. */
const brackets: Readonly<Record<LineageKind, readonly [string, string]>> = {
  version: ['[', ']'],
  data: ['[(', ')]'],
  code: ['{{', '}}'],
};

/**
 * A lineage as a flowchart of Mermaid, which Markdown of many places shows as a picture.
 *
 * @example
 * ```ts
 * import { lineageMermaid } from '@x/ml-model-registry';
 *
 * const node = { id: 'price@1.0.0', kind: 'version', label: 'price 1.0.0', level: 0 } as const;
 * console.log(lineageMermaid({ root: node.id, nodes: [node], edges: [], isCut: false }));
 * ```
 */
export function lineageMermaid({ nodes, edges }: Lineage): string {
  const names = new Map(nodes.map(({ id }, index) => [id, `n${index}`]));
  return [
    'flowchart LR',
    ...nodes.map((node, index) => {
      const [open, close] = brackets[node.kind];
      return `  n${index}${open}"${mermaidText(nodeText(node))}"${close}`;
    }),
    ...edges.map(({ from, to }) => `  ${names.get(from)} --> ${names.get(to)}`),
    '',
  ].join('\n');
}

/** Whatever is no letter, digit or plain sign becomes the number of its character, as Mermaid has no other way to write them. */
function mermaidText(text: string): string {
  return text.replace(/[^\p{L}\p{N} .,:@/_()+…-]/gu, (sign) => `#${sign.codePointAt(0)};`);
}

const shapes: Readonly<Record<LineageKind, string>> = { version: 'box', data: 'cylinder', code: 'hexagon' };

/**
 * A lineage in the language of Graphviz.
 *
 * @example
 * ```ts
 * import { lineageDot } from '@x/ml-model-registry';
 *
 * const node = { id: 'price@1.0.0', kind: 'version', label: 'price 1.0.0', level: 0 } as const;
 * console.log(lineageDot({ root: node.id, nodes: [node], edges: [], isCut: false }));
 * ```
 */
export function lineageDot({ nodes, edges }: Lineage): string {
  return [
    'digraph lineage {',
    '  rankdir=LR;',
    ...nodes.map((node) => `  ${dotText(node.id)} [label=${dotText(nodeText(node))}, shape=${shapes[node.kind]}];`),
    ...edges.map(({ from, to }) => `  ${dotText(from)} -> ${dotText(to)};`),
    '}',
    '',
  ].join('\n');
}

function dotText(text: string): string {
  return `"${text.replace(/\p{Cc}/gu, ' ').replace(/["\\]/g, '\\$&')}"`;
}
