import { expect, test } from 'vitest';
import { type LockfileGraph, parseLockfile } from '../../../src/index.ts';
import { needsOf } from '../shop.ts';

const npm = (packages: object, version: unknown = 3): LockfileGraph =>
  parseLockfile(JSON.stringify({ lockfileVersion: version, packages }));

const SHA512 = `sha512-${Buffer.alloc(64, 7).toString('base64')}`;
const SHA1 = `sha1-${Buffer.alloc(20, 7).toString('base64')}`;

test('a need is met by the nearest folder above, as Node looks for it', () => {
  const graph = npm({
    '': { dependencies: { a: '1', b: '1' } },
    'node_modules/a': { version: '1.0.0', dependencies: { b: '2' } },
    'node_modules/a/node_modules/b': { version: '2.0.0', dependencies: { a: '1', c: '1' } },
    'node_modules/b': { version: '1.0.0' },
    'node_modules/c': { version: '1.0.0', dependencies: { b: '1' } },
  });
  expect(needsOf(graph, 'pkg:npm/a@1.0.0')).toEqual(['runtime pkg:npm/b@2.0.0']);
  expect(needsOf(graph, 'pkg:npm/b@2.0.0')).toEqual(['runtime pkg:npm/a@1.0.0', 'runtime pkg:npm/c@1.0.0']);
  expect(needsOf(graph, 'pkg:npm/c@1.0.0')).toEqual(['runtime pkg:npm/b@1.0.0']);
});

test('a package that is installed twice is one component, with both folders and all needs', () => {
  const graph = npm({
    '': {},
    'node_modules/a': { version: '1.0.0', dependencies: { c: '1' } },
    'node_modules/b/node_modules/a': { version: '1.0.0', dependencies: { c: '2' } },
    'node_modules/b/node_modules/c': { version: '2.0.0' },
    'node_modules/c': { version: '1.0.0' },
  });
  const a = graph.components.find(({ name }) => name === 'a');
  expect(a?.paths).toEqual(['node_modules/a', 'node_modules/b/node_modules/a']);
  expect(needsOf(graph, 'pkg:npm/a@1.0.0')).toEqual(['runtime pkg:npm/c@1.0.0', 'runtime pkg:npm/c@2.0.0']);
});

test('a folder outside of the repository is no workspace, and sees nothing of its packages', () => {
  const graph = npm({
    '': { dependencies: { out: 'file:../out', ms: '1' } },
    '../out': { version: '1.0.0', dependencies: { ms: '1' } },
    'node_modules/out': { resolved: '../out', link: true },
    'node_modules/ms': { version: '1.0.0' },
  });
  expect(graph.workspaces.map(({ id }) => id)).toEqual(['workspace:.']);
  expect(needsOf(graph, graph.root)).toEqual(['runtime file:../out', 'runtime pkg:npm/ms@1.0.0']);
  expect(graph.missing).toEqual([{ from: 'file:../out', name: 'ms' }]);
});

test('git, archives, other registries and mirrors are told apart', () => {
  const of = (resolved: string): { purl: string | undefined; resolved: string | undefined } => {
    const [component] = npm({ '': {}, 'node_modules/@a/b': { version: '1.0.0', resolved } }).components;
    return { purl: component?.purl, resolved: component?.resolved };
  };
  const plain = 'pkg:npm/%40a/b@1.0.0';
  expect(of('https://registry.npmjs.org/@a/b/-/b-1.0.0.tgz').purl).toBe(plain);
  expect(of('https://registry.yarnpkg.com/@a%2fb/-/b-1.0.0.tgz#0a').purl).toBe(plain);
  expect(of('https://npm.example.com/all/@a/b/-/b-1.0.0.tgz').purl).toBe(
    `${plain}?repository_url=https:%2F%2Fnpm.example.com%2Fall`,
  );
  expect(of('https://user:secret@example.com/b.tgz')).toEqual({
    purl: `${plain}?download_url=https:%2F%2Fexample.com%2Fb.tgz`,
    resolved: 'https://example.com/b.tgz',
  });
  expect(of('git+ssh://git@example.com/b.git#0a1b')).toEqual({
    purl: `${plain}?vcs_url=git%2Bssh:%2F%2Fgit%40example.com%2Fb.git%400a1b`,
    resolved: 'git+ssh://git@example.com/b.git@0a1b',
  });
  expect(of('git+https://token@example.com/b.git#0a1b').resolved).toBe('git+https://example.com/b.git@0a1b');
  expect(of('git@example.com:a/b.git#0a1b').resolved).toBe('git+ssh://git@example.com/a/b.git@0a1b');
  expect(of('https://user:p@ss@example.com/b.tgz').resolved).toBe('https://example.com/b.tgz');
  expect(of('file:b.tgz')).toEqual({ purl: plain, resolved: undefined });
});

test('peers are needs, and nobody minds an optional one that is not there', () => {
  const graph = npm({
    '': { dependencies: { a: '1' } },
    'node_modules/a': {
      version: '1.0.0',
      peerDependencies: { b: '1', c: '1', d: '1' },
      peerDependenciesMeta: { c: { optional: true } },
    },
    'node_modules/b': { version: '1.0.0' },
  });
  expect(needsOf(graph, 'pkg:npm/a@1.0.0')).toEqual(['peer pkg:npm/b@1.0.0']);
  expect(graph.missing).toEqual([{ from: 'pkg:npm/a@1.0.0', name: 'd' }]);
  expect(graph.components.map(({ peer }) => peer)).toEqual([false, true]);
});

test('what is bundled is marked, and what nothing needs counts as needed', () => {
  const graph = npm({
    '': {},
    'node_modules/a': { version: '1.0.0', bundleDependencies: ['b'], dependencies: { b: '1' } },
    'node_modules/a/node_modules/b': { version: '1.0.0', inBundle: true },
  });
  expect(graph.components.map(({ bundled, dev, optional }) => [bundled, dev, optional])).toEqual([
    [false, false, false],
    [true, false, false],
  ]);
});

test('digests are hexadecimal, strongest first', () => {
  const [component] = npm({
    '': {},
    'node_modules/a': { version: '1.0.0', integrity: `${SHA1} ${SHA512}?opt` },
  }).components;
  expect(component?.integrity).toEqual([
    { algorithm: 'sha512', hex: '07'.repeat(64) },
    { algorithm: 'sha1', hex: '07'.repeat(20) },
  ]);
});

test('of several digests those count that all places have, whatever their order', () => {
  const other = `sha512-${Buffer.alloc(64).toString('base64')}`;
  const places = ['node_modules/a', 'node_modules/b/node_modules/a', 'node_modules/c/node_modules/a'];
  const texts = [`${SHA512} ${other}`, SHA1, SHA512];
  for (const order of [texts, texts.toReversed(), [SHA512, ...texts.slice(0, 2)]]) {
    const entries = places.map((place, index) => [place, { version: '1.0.0', integrity: order[index] }]);
    expect(npm({ '': {}, ...Object.fromEntries(entries) }).components[0]?.integrity).toEqual([
      { algorithm: 'sha512', hex: '07'.repeat(64) },
      { algorithm: 'sha1', hex: '07'.repeat(20) },
    ]);
  }
});

test('names from objects stay names', () => {
  const text = `{ "lockfileVersion": 3, "packages": { "": { "dependencies": { "__proto__": "1", "constructor": "1" } },
    "node_modules/__proto__": { "version": "1.0.0" }, "node_modules/constructor": { "version": "1.0.0", "dependencies": { "toString": "1" } } } }`;
  const graph = parseLockfile(text);
  expect(graph.components.map(({ name }) => name)).toEqual(['__proto__', 'constructor']);
  expect(needsOf(graph, graph.root)).toEqual(['runtime pkg:npm/__proto__@1.0.0', 'runtime pkg:npm/constructor@1.0.0']);
  expect(graph.missing.map(({ name }) => name)).toEqual(['toString']);
  expect(Object.keys(Object.prototype)).toEqual([]);
});

test('a chain of 30,000 packages is walked', () => {
  const packages: Record<string, unknown> = { '': { dependencies: { p0: '1' } } };
  for (let at = 0; at < 30_000; at += 1) {
    packages[`node_modules/p${at}`] = { version: '1.0.0', dependencies: { [`p${at + 1}`]: '1' } };
  }
  expect(npm(packages).missing).toEqual([{ from: 'pkg:npm/p29999@1.0.0', name: 'p30000' }]);
});

const ROOT = { '': {} };
test.each([
  ['no JSON', '{ "packages": ', 'package-lock.json'],
  ['no root', { lockfileVersion: 3, packages: {} }, 'package-lock.json: packages'],
  ['a list of packages', { lockfileVersion: 3, packages: [] }, 'package-lock.json: packages'],
  [
    'a package that is text',
    { lockfileVersion: 3, packages: { ...ROOT, 'node_modules/a': '1' } },
    '["node_modules/a"]',
  ],
  [
    'a version that is a list',
    { lockfileVersion: 3, packages: { ...ROOT, 'node_modules/a': { version: [] } } },
    '.version',
  ],
  [
    'a cut digest',
    { lockfileVersion: 3, packages: { ...ROOT, 'node_modules/a': { integrity: 'sha512-AA==' } } },
    '["node_modules/a"]',
  ],
  [
    'a link to nowhere',
    { lockfileVersion: 3, packages: { ...ROOT, 'node_modules/a': { link: true, resolved: 'b' } } },
    '.resolved',
  ],
  [
    'a name that leads out',
    { lockfileVersion: 3, packages: { ...ROOT, 'node_modules/a': { name: '../../etc' } } },
    '["node_modules/a"]',
  ],
  [
    'two contents of one package',
    {
      lockfileVersion: 3,
      packages: {
        ...ROOT,
        'node_modules/a': { version: '1.0.0', integrity: SHA512 },
        'node_modules/b/node_modules/a': {
          version: '1.0.0',
          integrity: `sha512-${Buffer.alloc(64).toString('base64')}`,
        },
      },
    },
    '["node_modules/b/node_modules/a"]',
  ],
])('%s is refused with the place', (_, content, place) => {
  const text = typeof content === 'string' ? content : JSON.stringify(content);
  expect(() => parseLockfile(text)).toThrow(
    expect.objectContaining({ code: 'INVALID_LOCKFILE', message: expect.stringContaining(place) as string }),
  );
});

test.each([1, 4, '3', undefined])('lockfileVersion %j is not supported', (version) => {
  expect(() => npm({ '': {} }, version ?? null)).toThrow(expect.objectContaining({ code: 'UNSUPPORTED_LOCKFILE' }));
});

test.each(['', 'hello', '[]', 'packages: {}'])('%j is no lockfile', (text) => {
  expect(() => parseLockfile(text)).toThrow(expect.objectContaining({ code: 'UNSUPPORTED_LOCKFILE' }));
});
