import { expect, test } from 'vitest';
import { parseLockfile } from '../../../src/index.ts';
import { needsOf } from '../shop.ts';

const RARE = `
lockfileVersion: '9.0'
patchedDependencies:
  a@1.0.0:
    hash: abc
    path: patches/a.patch
importers:
  .:
    dependencies:
      a:
        specifier: 1.0.0
        version: 1.0.0(patch_hash=abc)(b@1.0.0)
      tar:
        specifier: https://codeload.github.com/x/tar/tar.gz/0a1b
        version: https://codeload.github.com/x/tar/tar.gz/0a1b
      repo:
        specifier: git+ssh://git@example.com/repo.git
        version: git+ssh://git@example.com/repo.git#0a1b
      injected:
        specifier: workspace:*
        version: file:packages/injected
    optionalDependencies:
      gone:
        specifier: 1.0.0
        version: 1.0.0
  packages/injected:
    dependencies:
      beside:
        specifier: link:../../../beside
        version: link:../../../beside
      a:
        specifier: 1.0.0
        version: 1.0.0(b@2.0.0)
packages:
  a@1.0.0:
    resolution: {integrity: sha1-BwcHBwcHBwcHBwcHBwcHBwcHBwc=}
    peerDependencies:
      b: '*'
  b@1.0.0:
    resolution: {}
  b@2.0.0:
    resolution: {}
    deprecated: |-
      Do not use.

      Really.
  injected@file:packages/injected:
    resolution: {directory: packages/injected, type: directory}
  repo@git+ssh://git@example.com/repo.git#0a1b:
    resolution: {commit: 0a1b, repo: git+ssh://git@example.com/repo.git, type: git}
    version: 2.0.0
  tar@https://codeload.github.com/x/tar/tar.gz/0a1b:
    resolution: {tarball: https://codeload.github.com/x/tar/tar.gz/0a1b}
    version: 3.0.0
snapshots:
  a@1.0.0(b@2.0.0):
    dependencies:
      b: 2.0.0
  a@1.0.0(patch_hash=abc)(b@1.0.0):
    dependencies:
      b: 1.0.0
  b@1.0.0: {}
  b@2.0.0: {}
  injected@file:packages/injected: {}
  repo@git+ssh://git@example.com/repo.git#0a1b: {}
  tar@https://codeload.github.com/x/tar/tar.gz/0a1b: {}
`;

test('patches, git, archives, injected workspaces and folders beside the repository are what they are', () => {
  const graph = parseLockfile(RARE);
  expect(needsOf(graph, graph.root)).toEqual([
    'runtime pkg:npm/a@1.0.0',
    'runtime pkg:npm/repo@2.0.0?vcs_url=git%2Bssh:%2F%2Fgit%40example.com%2Frepo.git%400a1b',
    'runtime pkg:npm/tar@3.0.0?download_url=https:%2F%2Fcodeload.github.com%2Fx%2Ftar%2Ftar.gz%2F0a1b',
    'runtime workspace:packages/injected',
  ]);
  expect(needsOf(graph, 'workspace:packages/injected')).toEqual(['runtime file:../beside', 'runtime pkg:npm/a@1.0.0']);
  expect(graph.components.filter(({ patched }) => patched).map(({ id }) => id)).toEqual(['pkg:npm/a@1.0.0']);
});

test('the peers of all variants of a package are its needs', () => {
  expect(needsOf(parseLockfile(RARE), 'pkg:npm/a@1.0.0')).toEqual(['peer pkg:npm/b@1.0.0', 'peer pkg:npm/b@2.0.0']);
});

test('version 6 without workspaces has its needs at the top', () => {
  const graph = parseLockfile(`
lockfileVersion: '6.0'
dependencies:
  alias:
    specifier: npm:@x/real@1
    version: /@x/real@1.0.0
devDependencies:
  ms:
    specifier: ^2
    version: 2.1.3
packages:
  /@x/real@1.0.0:
    resolution: {integrity: sha1-BwcHBwcHBwcHBwcHBwcHBwcHBwc=}
    dev: false
  /ms@2.1.3:
    resolution: {}
    dev: true
`);
  expect(needsOf(graph, graph.root)).toEqual(['runtime pkg:npm/%40x/real@1.0.0', 'dev pkg:npm/ms@2.1.3']);
});

const NINE = "lockfileVersion: '9.0'\n";
test.each([
  ['no YAML', `${NINE}a: [\n`, 'pnpm-lock.yaml:3:1'],
  ['a snapshot without its package', `${NINE}snapshots:\n  a@1.0.0: {}\n`, 'packages["a@1.0.0"]'],
  ['a need without a version', `${NINE}importers:\n  .:\n    dependencies:\n      a: 1.0.0\n`, '.dependencies.a'],
  ['packages in a list', `${NINE}packages:\n  - a\n`, 'packages'],
  [
    'a name that leads out',
    `${NINE}packages:\n  ../a@1.0.0:\n    resolution: {}\nsnapshots:\n  ../a@1.0.0: {}\n`,
    '"../a@1.0.0"',
  ],
  [
    'a bomb of aliases',
    `${NINE}a: &a [x, x, x, x, x, x, x, x, x, x]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a]\nc: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b]\nd: [*c, *c, *c, *c]\n`,
    'aliases',
  ],
])('%s is refused with the place', (_, text, place) => {
  expect(() => parseLockfile(text)).toThrow(
    expect.objectContaining({ code: 'INVALID_LOCKFILE', message: expect.stringContaining(place) as string }),
  );
});

test.each(['5.4', "'5.3'", "'10.0'", 'x'])('lockfileVersion %s is not supported', (version) => {
  expect(() => parseLockfile(`lockfileVersion: ${version}\n`)).toThrow(
    expect.objectContaining({ code: 'UNSUPPORTED_LOCKFILE' }),
  );
});
