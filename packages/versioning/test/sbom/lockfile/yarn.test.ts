import { expect, test } from 'vitest';
import { parseLockfile } from '../../../src/index.ts';
import { needsOf, shopText } from '../shop.ts';

const classic = (body: string): string => `# yarn lockfile v1\n\n\n${body}`;

test('without manifests the root of yarn 1 needs all that nothing else needs', () => {
  const graph = parseLockfile(
    classic('a@^1, "a@>= 1, < 2":\n  version "1.0.0"\n  dependencies:\n    b ""\n\nb@:\n  version "2.0.0"\n'),
  );
  expect(needsOf(graph, graph.root)).toEqual(['runtime pkg:npm/a@1.0.0']);
  expect(needsOf(graph, 'pkg:npm/a@1.0.0')).toEqual(['runtime pkg:npm/b@2.0.0']);
});

test('yarn berry tells its workspaces itself, with all needs as runtime', () => {
  const graph = parseLockfile(shopText('yarn-berry-10/yarn.lock'));
  expect(graph.workspaces.map(({ name }) => name)).toEqual(['shop', '@shop/a', '@shop/b']);
  expect(graph.components.filter(({ dev }) => dev)).toEqual([]);
});

test('the SHA-1 behind a URL of yarn 1 is a digest, as is what it calls integrity', () => {
  const [sha512, sha1] = [`sha512-${Buffer.alloc(64, 7).toString('base64')}`, '07'.repeat(20)];
  const resolved = `  resolved "https://registry.yarnpkg.com/a/-/a-1.0.0.tgz#${sha1}"\n`;
  const of = (more: string) => parseLockfile(classic(`a@1:\n  version "1.0.0"\n${resolved}${more}`)).components[0];
  expect(of('')?.integrity).toEqual([{ algorithm: 'sha1', hex: sha1 }]);
  expect(of(`  integrity ${sha512}\n`)?.integrity.map(({ algorithm }) => algorithm)).toEqual(['sha512', 'sha1']);
  expect(of('')?.resolved).toBe('https://registry.yarnpkg.com/a/-/a-1.0.0.tgz');
});

test('aliases, git and folders of yarn 1 are what they are', () => {
  const { components } = parseLockfile(
    classic(
      '"a@npm:@x/b@^1":\n  version "1.0.0"\n\n"c@git+https://example.com/c.git":\n  version "2.0.0"\n  resolved "git+https://example.com/c.git#0a1b"\n\n"d@file:./d":\n  version "0.0.1"\n',
    ),
  );
  expect(components.map(({ id }) => id)).toEqual([
    'file:d',
    'pkg:npm/%40x/b@1.0.0',
    'pkg:npm/c@2.0.0?vcs_url=git%2Bhttps:%2F%2Fexample.com%2Fc.git%400a1b',
  ]);
});

test('names from objects stay names, in yarn 1 too', () => {
  const graph = parseLockfile(
    classic('__proto__@1:\n  version "1.0.0"\n  dependencies:\n    __proto__ "1"\n    constructor "1"\n'),
  );
  expect(graph.components.map(({ name }) => name)).toEqual(['__proto__']);
  expect(graph.missing).toEqual([{ from: 'pkg:npm/__proto__@1.0.0', name: 'constructor' }]);
});

const BERRY = `__metadata:
  version: 8

"a@patch:a@npm%3A1.0.0#~/.yarn/patches/a.patch":
  version: 1.0.0
  resolution: "a@patch:a@npm%3A1.0.0#~/.yarn/patches/a.patch::version=1.0.0&hash=abc"
  dependencies:
    b: "npm:^1.0.0"
    c: "npm:^1.0.0"
  dependenciesMeta:
    c:
      optional: true

"a@npm:1.0.0":
  version: 1.0.0
  resolution: "a@npm:1.0.0"

"b@npm:^1.0.0, b@npm:^1.1.0":
  version: 1.1.0
  resolution: "b@npm:1.1.0::__archiveUrl=https%3A%2F%2Fnpm.example.com%2Fb%2F-%2Fb-1.1.0.tgz"

"d@https://example.com/d.git#commit=0a1b":
  version: 1.0.0
  resolution: "d@https://example.com/d.git#commit=0a1b"
`;

test('patches, other registries and git of yarn berry are what they are', () => {
  const { components, edges, missing } = parseLockfile(BERRY);
  expect(components.map(({ id, patched }) => [id, patched])).toEqual([
    ['pkg:npm/a@1.0.0', true],
    ['pkg:npm/b@1.1.0?repository_url=https:%2F%2Fnpm.example.com', false],
    ['pkg:npm/d@1.0.0?vcs_url=git%2Bhttps:%2F%2Fexample.com%2Fd.git%400a1b', false],
  ]);
  expect(edges.filter(({ from }) => from === 'pkg:npm/a@1.0.0')).toHaveLength(1);
  expect(missing).toEqual([]);
});

test.each([
  ['a line too deep', classic('a@1:\n      version "1"\n'), 'yarn.lock:5'],
  ['a value at the top', classic('version "1"\n'), 'yarn.lock:4'],
  ['a key without a value', classic('a@1:\n  version\n'), 'yarn.lock:5'],
  ['an open text', classic('a@1:\n  version "1\n'), 'yarn.lock:5'],
  ['a key that stands twice', classic('a@1:\n  version "1"\n  version "2"\n'), 'yarn.lock:6'],
  ['no version', classic('a@1:\n  resolved "x"\n'), 'yarn.lock:4'],
  ['no pattern', classic('a:\n  version "1"\n'), 'yarn.lock:4'],
  ['no resolution', '__metadata:\n  version: 8\n"a@npm:1":\n  version: 1\n', '.resolution'],
  ['a cut percent sign', '__metadata:\n  version: 8\n"a@npm:1":\n  resolution: "a@patch:a@npm%3"\n', '["a@npm:1"]'],
])('%s is refused with the place', (_, text, place) => {
  expect(() => parseLockfile(text)).toThrow(
    expect.objectContaining({ code: 'INVALID_LOCKFILE', message: expect.stringContaining(place) as string }),
  );
});

test.each(['4', '5', 'x'])('version %s of yarn berry is not supported', (version) => {
  expect(() => parseLockfile(`__metadata:\n  version: ${version}\n`)).toThrow(
    expect.objectContaining({ code: 'UNSUPPORTED_LOCKFILE' }),
  );
});
