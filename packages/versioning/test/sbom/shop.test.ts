import { describe, expect, test } from 'vitest';
import { needsOf, SHOPS, shopGraph } from './shop.ts';

describe.each(SHOPS)('%s', (file) => {
  const graph = shopGraph(file);
  const component = (id: string) => graph.components.find((one) => one.id === id);

  test('has the root and both workspaces, with names and versions', () => {
    expect(graph.workspaces).toMatchObject([
      { id: 'workspace:.', name: 'shop', version: '1.2.3' },
      { id: 'workspace:packages/a', name: '@shop/a', version: '0.1.0' },
      { id: 'workspace:packages/b', name: '@shop/b', version: '0.2.0' },
    ]);
  });

  test('says what the root needs, by kind, and an alias as the package that it is', () => {
    expect(needsOf(graph, graph.root)).toEqual([
      'runtime file:vendor/local',
      'runtime pkg:npm/%40types/ms@2.1.0',
      'runtime pkg:npm/debug@4.3.4',
      'optional pkg:npm/fsevents@2.3.3',
      'dev pkg:npm/is-odd@3.0.1',
      'runtime pkg:npm/ms@2.0.0',
      'runtime pkg:npm/react-dom@18.3.1',
      'runtime workspace:packages/a',
      'runtime workspace:packages/b',
    ]);
  });

  test('says what workspaces need, each other included', () => {
    expect(needsOf(graph, 'workspace:packages/a')).toEqual([
      'runtime pkg:npm/JSONStream@1.3.5',
      'runtime pkg:npm/ms@2.1.3',
      'dev pkg:npm/react@18.3.1',
      'runtime workspace:packages/b',
    ]);
  });

  test('an override counts for everybody', () => {
    expect(graph.components.filter(({ name }) => name === 'is-number').map(({ version }) => version)).toEqual([
      '7.0.0',
    ]);
    expect(needsOf(graph, 'workspace:packages/b')).toEqual(['runtime pkg:npm/is-number@7.0.0']);
    expect(needsOf(graph, 'pkg:npm/is-odd@3.0.1')).toEqual(['runtime pkg:npm/is-number@7.0.0']);
  });

  test('a folder by file: has its own needs', () => {
    expect(component('file:vendor/local')).toMatchObject({ name: 'local', resolved: undefined });
    expect(needsOf(graph, 'file:vendor/local')).toEqual(['runtime pkg:npm/ms@2.1.2']);
  });

  test('marks what is there for development or options only', () => {
    const marked = (mark: 'dev' | 'optional') => graph.components.filter((one) => one[mark]).map(({ id }) => id);
    expect(marked('dev')).toContain('pkg:npm/is-odd@3.0.1');
    expect(marked('optional')).toContain('pkg:npm/fsevents@2.3.3');
    expect([...marked('dev'), ...marked('optional')]).not.toContain('pkg:npm/is-number@7.0.0');
    expect(marked('dev')).not.toContain('pkg:npm/loose-envify@1.4.0');
  });

  test('has the digest of each archive, except where yarn berry knows only its own', () => {
    const archives = graph.components.filter(({ id }) => id.startsWith('pkg:'));
    const known = archives.filter(({ integrity }) => integrity[0]?.algorithm === 'sha512');
    expect(known).toHaveLength(graph.kind === 'yarn-berry' ? 0 : archives.length);
  });

  test('every edge joins what is there, and nothing else is missing', () => {
    const ids = new Set([...graph.workspaces, ...graph.components].map(({ id }) => id));
    expect(graph.edges.filter(({ from, to }) => !ids.has(from) || !ids.has(to))).toEqual([]);
    expect(graph.missing).toEqual([]);
  });
});

test('all package managers agree on what is installed; yarn berry adds what fsevents is built with', () => {
  const [first, ...others] = SHOPS.filter((file) => !file.startsWith('yarn-berry')).map((file) =>
    shopGraph(file).components.map(({ id }) => id),
  );
  for (const other of others) expect(other).toEqual(first);
  for (const file of SHOPS)
    expect(shopGraph(file).components.map(({ id }) => id)).toEqual(expect.arrayContaining(first ?? []));
});
