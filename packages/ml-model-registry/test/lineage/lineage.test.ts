import { describe, expect, it } from 'vitest';
import { lineageDot, lineageMermaid } from '../../src/lineage/lineage-graph.ts';
import { lineageText } from '../../src/lineage/lineage-text.ts';
import { traceLineage } from '../../src/lineage/trace-lineage.ts';
import type { KnownVersion } from '../../src/versions/known-version.ts';
import { parentOf, versionOf } from '../support/version.ts';

const sales = { name: 'sales "2026"', digest: `sha256:${'ab'.repeat(32)}` };
const base = versionOf('base@1.0.0', { dataset: sales });
const first = versionOf('price@1.0.0', { parents: [parentOf('base@1.0.0')], code: { commit: 'abc1234' } });
const second = versionOf('price@1.1.0', { parents: [parentOf('price@1.0.0'), parentOf('base@1.0.0')] });
const other = versionOf('rank@1.0.0', { parents: [parentOf('price@1.0.0')] });
const known: readonly KnownVersion[] = [
  { version: base, aliases: [] },
  { version: first, aliases: [], deletedAt: 5 },
  { version: second, aliases: ['prod'] },
  { version: other, aliases: [] },
];

describe('the lineage of a version', () => {
  it('has what it was made from and what was made from it, each once', () => {
    const { root, nodes, edges, isCut } = traceLineage(first, known);
    expect([root, isCut]).toEqual(['price@1.0.0', false]);
    expect(nodes.map(({ id, level, state }) => [id, level, state])).toEqual([
      ['price@1.0.0', 0, 'deleted'],
      ['base@1.0.0', -1, undefined],
      ['code:abc1234', -1, undefined],
      [`data:${sales.digest}`, -2, undefined],
      ['price@1.1.0', 1, undefined],
      ['rank@1.0.0', 1, undefined],
    ]);
    expect(edges).toHaveLength(5);
    expect(edges).toContainEqual({ from: 'base@1.0.0', to: 'price@1.0.0' });
  });

  it('ends where it was asked to, and says that there is more', () => {
    const near = traceLineage(first, known, { depth: 1 });
    expect([near.nodes.length, near.isCut]).toEqual([5, true]);
    expect(traceLineage(first, known, { direction: 'up' }).nodes.every(({ level }) => level <= 0)).toBe(true);
    expect(traceLineage(first, known, { direction: 'down' }).nodes.map(({ id }) => id)).toEqual([
      'price@1.0.0',
      'price@1.1.0',
      'rank@1.0.0',
    ]);
    expect(() => traceLineage(first, known, { depth: -1 })).toThrow('Expected a depth of 0 or more');
  });

  it('of a long row of versions goes ten steps, or as far as is wanted', () => {
    const row = Array.from({ length: 3000 }, (_, index) => ({
      version: versionOf(`price@1.${index}.0`, { parents: index === 0 ? [] : [parentOf(`price@1.${index - 1}.0`)] }),
      aliases: [],
    }));
    const newest = row[2999]?.version ?? first;
    expect(traceLineage(newest, row)).toMatchObject({ isCut: true, nodes: { length: 11 } });
    const all = traceLineage(newest, row, { depth: Number.POSITIVE_INFINITY });
    expect([all.isCut, lineageText(all).split('\n').length]).toEqual([false, 3001]);
  });

  it('ends in spite of forged entries that make a circle, and names what is not there', () => {
    const a = versionOf('a@1.0.0', { parents: [parentOf('b@1.0.0'), parentOf('gone@1.0.0')] });
    const b = versionOf('b@1.0.0', { parents: [parentOf('a@1.0.0')] });
    const lineage = traceLineage(
      a,
      [a, b].map((version) => ({ version, aliases: [] })),
    );
    expect(lineage.nodes.map(({ id, state }) => [id, state])).toEqual([
      ['a@1.0.0', undefined],
      ['b@1.0.0', undefined],
      ['gone@1.0.0', 'missing'],
    ]);
    expect(lineageText(lineage)).toContain('gone 1.0.0 (missing)');
  });
});

describe('a lineage in writing', () => {
  it('is a tree in which nothing is told twice', () => {
    expect(lineageText(traceLineage(second, known)).split('\n')).toEqual([
      'price 1.1.0 (prod)',
      'made from',
      '├─ price 1.0.0 (deleted)',
      '│  ├─ base 1.0.0',
      '│  │  └─ data sales "2026" sha256:abababababab…',
      '│  └─ code abc1234',
      '└─ base 1.0.0 (as above)',
    ]);
  });

  it('is a graph of Mermaid and of Graphviz, whatever names have in them', () => {
    const lineage = traceLineage(base, known, { depth: 1, direction: 'up' });
    expect(lineageMermaid(lineage)).toBe(
      'flowchart LR\n  n0["base 1.0.0"]\n  n1[("data sales #34;2026#34; sha256:abababababab…")]\n  n1 --> n0\n',
    );
    expect(lineageDot(lineage)).toContain('[label="data sales \\"2026\\" sha256:abababababab…", shape=cylinder];');
  });
});
