import { execFile, execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import {
  formatRelease,
  planIntentRemoval,
  planWorkspaceBumps,
  readIntents,
  type WorkspacePackage,
} from '../../src/index.ts';
import { type Folder, intentText, newFolder } from '../intents/repository.ts';

const ROOT = join(import.meta.dirname, '../../../..');
const PROGRAM = join(ROOT, 'node_modules/@changesets/cli/bin.js');

/** What `changeset status --output` writes. */
interface Status {
  readonly changesets: readonly { id: string; summary: string; releases: readonly { name: string; type: string }[] }[];
  readonly releases: readonly { name: string; type: string; oldVersion: string; newVersion: string }[];
}

interface Case {
  readonly packages: readonly WorkspacePackage[];
  readonly files: Readonly<Record<string, string>>;
  readonly config?: Readonly<Record<string, unknown>>;
}

const CASES: Readonly<Record<string, Case>> = {
  'ranges of all kinds': {
    packages: [
      { name: '@x/store', version: '1.2.3' },
      { name: '@x/caret', version: '1.0.0', dependencies: { '@x/store': 'workspace:^' } },
      { name: '@x/tilde', version: '1.0.0', dependencies: { '@x/store': 'workspace:~' } },
      { name: '@x/exact', version: '1.0.0', dependencies: { '@x/store': 'workspace:*' } },
      { name: '@x/plain', version: '1.0.0', dependencies: { '@x/store': '^1.0.0' } },
      { name: '@x/peer', version: '1.0.0', peerDependencies: { '@x/store': '~1.2.3' } },
      { name: '@x/develops', version: '1.0.0', devDependencies: { '@x/store': 'workspace:*' } },
      { name: '@x/top', version: '4.0.0', dependencies: { '@x/exact': 'workspace:*', '@x/caret': 'workspace:^' } },
    ],
    files: {
      'brave-owls-sing.md': intentText({ '@x/store': 'minor', '@x/caret': 'none' }),
      'calm-cats-nap.md': '---\n\'@x/store\': "patch" # a comment\n---\nOne paragraph\nover lines.\n\n- and\n- more\n',
      'empty.md': '---\n---\n\nNothing to release.\n',
      'flow.md': '---\n{ "@x/top": none, "@x/develops": patch }\n---\n',
      'windows.md': '\uFEFF\r\n---\r\n"@x/plain": patch\r\n---\r\n\r\nWith line ends.\r\n',
      'HOTFIX-7.md': intentText({ '@x/plain': 'patch' }, '# A heading\n\n---\n\nWith a rule.'),
      'README.md': '# Changesets\n',
      'Readme.md': '---\nno: changeset\n---\n',
      '.hidden.md': 'nothing',
      'notes.txt': 'nothing',
    },
  },
  'a major change and groups': {
    packages: [
      { name: 'a', version: '0.3.1' },
      { name: 'b', version: '0.4.0', dependencies: { a: 'workspace:^' } },
      { name: 'c', version: '2.0.0', dependencies: { b: '^0.4.0' } },
      { name: 'd', version: '1.1.0' },
      { name: 'e', version: '1.3.0' },
      { name: 'f', version: '1.0.0' },
      { name: 'g', version: '1.0.0', dependencies: { f: '^1.0.0' } },
    ],
    files: {
      'a.md': intentText({ a: 'minor' }),
      'b.md': intentText({ e: 'minor', d: 'patch' }),
      'c.md': intentText({ f: 'major' }),
    },
    config: { fixed: [['b', 'g']], linked: [['d', 'e', 'f']] },
  },
};

/** A repository with packages, as changesets wants it. */
function workspace({ packages, files, config = {} }: Case): Folder {
  const settings = { baseBranch: 'main', changelog: false, ...config };
  const manifests = packages.map((each) => [
    `packages/${each.name.replace('@x/', '')}/package.json`,
    JSON.stringify(each),
  ]);
  const repository = newFolder({
    'package.json': JSON.stringify({ name: 'root', version: '0.0.0', private: true }),
    'pnpm-workspace.yaml': 'packages: ["packages/*"]\n',
    'pnpm-lock.yaml': "lockfileVersion: '9.0'\n",
    '.changeset/config.json': JSON.stringify(settings),
    ...(Object.fromEntries(manifests) as Record<string, string>),
    ...Object.fromEntries(Object.entries(files).map(([name, text]) => [`.changeset/${name}`, text])),
  });
  const git = (...args: readonly string[]): unknown =>
    execFileSync('git', args, { cwd: repository.folder, stdio: 'ignore' });
  git('init', '--initial-branch=main');
  git('add', '-A');
  git('-c', 'user.name=Ann', '-c', 'user.email=ann@example.com', '-c', 'commit.gpgsign=false', 'commit', '-m', 'begin');
  return repository;
}

const changeset = (folder: string, ...args: readonly string[]): Promise<unknown> =>
  promisify(execFile)(process.execPath, [PROGRAM, ...args], { cwd: folder });

test.each(Object.entries(CASES))('%s: files and versions are those of changesets', async (_, given) => {
  using repository = workspace(given);
  const { folder } = repository;
  await changeset(folder, 'status', '--output', 'status.json');
  const status = JSON.parse(readFileSync(join(folder, 'status.json'), 'utf8')) as Status;

  const intents = await readIntents({ folder });
  const read = intents.map(({ id, summary, releases }) => ({
    id,
    summary,
    releases: releases.map(({ package: name, level: type }) => ({ name, type })),
  }));
  const theirs = status.changesets.map((each) => ({ ...each, summary: each.summary.replaceAll('\r\n', '\n') }));
  expect(read).toEqual(theirs.toSorted((a, b) => (a.id < b.id ? -1 : 1)));

  const bumps = planWorkspaceBumps({ packages: given.packages, intents, preMajor: 'major', ...given.config });
  const ours = bumps.filter(({ from, to }) => from !== to).map(({ name, to }) => [name, to]);
  const expected = status.releases
    .filter(({ type }) => type !== 'none')
    .map(({ name, newVersion }) => [name, newVersion]);
  expect(ours).toEqual(expected.toSorted(([a = ''], [b = '']) => (a < b ? -1 : 1)));
  expect(ours.length).toBeGreaterThan(3);
});

test('pre mode: the files that a pre-release had are those of changesets, and so are those of the version for everybody', async () => {
  const packages = [{ name: 'a', version: '1.0.0' }];
  using repository = workspace({
    packages,
    files: { 'a.md': intentText({ a: 'minor' }, 'First.'), 'b.md': intentText({ a: 'patch' }, 'Second.') },
  });
  const { folder } = repository;
  await changeset(folder, 'pre', 'enter', 'beta');
  const { move } = planIntentRemoval(await readIntents({ folder }), { channel: 'beta' });
  await changeset(folder, 'version');
  repository.write('.changeset/c.md', intentText({ a: 'patch' }, 'Third.'));
  const intents = await readIntents({ folder });
  expect(intents.map(({ file, isPreReleased }) => [file, isPreReleased])).toEqual([
    ['.changeset/c.md', false],
    ['.changeset/pre/a.md', true],
    ['.changeset/pre/b.md', true],
  ]);
  expect(move.map(({ to }) => to)).toEqual(['.changeset/pre/a.md', '.changeset/pre/b.md']);

  await changeset(folder, 'pre', 'exit');
  await changeset(folder, 'status', '--output', 'status.json');
  const { releases } = JSON.parse(readFileSync(join(folder, 'status.json'), 'utf8')) as Status;
  const { version } = JSON.parse(readFileSync(join(folder, 'packages/a/package.json'), 'utf8')) as { version: string };
  const [bump] = planWorkspaceBumps({ packages: [{ name: 'a', version }], intents });
  expect([bump?.from, bump?.to]).toEqual([releases[0]?.oldVersion, releases[0]?.newVersion]);
  expect(formatRelease(bump?.notes as never)).toBe(
    '## 1.1.0\n\n### Added\n\n- First.\n\n### Fixed\n\n- Third.\n- Second.',
  );
  expect(await removedBy(folder)).toEqual(planIntentRemoval(intents).remove);
});

/** The files that `changeset version` removes. */
async function removedBy(folder: string): Promise<readonly string[]> {
  const before = await readIntents({ folder });
  await changeset(folder, 'version');
  const after = new Set((await readIntents({ folder })).map(({ file }) => file));
  return before.map(({ file }) => file).filter((file) => !after.has(file));
}
