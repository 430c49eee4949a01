import { rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { applyCommit } from '../../src/git/apply-commit.ts';
import { type CommitPlan, planCommit, type PlanCommitOptions } from '../../src/git/plan-commit.ts';
import { undoCommit } from '../../src/git/undo-commit.ts';
import type { VersioningError } from '../../src/index.ts';
import {
  ANN,
  DATE_MS,
  failure,
  IS_POSIX,
  newReleaseCheckout,
  type ReleaseCheckout,
  withoutMachineSettings,
} from './release-checkout.ts';

const FILES = ['CHANGELOG.md', 'package.json'];

let checkout: ReleaseCheckout;
let parent: string;
beforeEach(() => {
  withoutMachineSettings();
  checkout = newReleaseCheckout(2);
  parent = checkout.head();
});
afterEach(() => {
  checkout[Symbol.dispose]();
  vi.unstubAllEnvs();
});

const plan = async (options: Partial<PlanCommitOptions> = {}): Promise<CommitPlan> =>
  planCommit({
    checkout: await checkout.state(),
    files: FILES,
    message: 'Release 1.2.3\n\n# Größer\n',
    dateMs: DATE_MS,
    ...options,
  });

/** A new file and a changed one. */
function writeFiles(): void {
  checkout.write('CHANGELOG.md', '# 1.2.3\n');
  checkout.write('package.json', '{}\n');
}

const head = (): string => checkout.head();
const status = (): string => checkout.git('status', '--porcelain', '--untracked-files=all');
const committedFiles = (): string => checkout.git('show', '--format=', '--name-status');

describe('a plan of a commit', () => {
  test('says all that the commit will be, as data', async () => {
    expect(await plan({ files: ['package.json', 'CHANGELOG.md', 'package.json'] })).toEqual({
      root: (await checkout.state()).root,
      branch: 'main',
      parent,
      files: FILES,
      message: 'Release 1.2.3\n\n# Größer\n',
      author: ANN,
      committer: ANN,
      signing: undefined,
    });
  });

  test.runIf(IS_POSIX)('takes plain files of the checkout only', async () => {
    checkout.write('folder/file', '');
    symlinkSync('package.json', join(checkout.folder, 'link'));
    const state = await checkout.state();
    for (const file of [
      '',
      '/etc/passwd',
      '../a',
      'a/../b',
      './a',
      'a//b',
      'folder',
      'folder/',
      'link',
      '.git/config',
      'a\0b',
      'C:/a',
    ]) {
      expect((await failure(plan({ checkout: state, files: [file] }))).code, file).toBe('INVALID_OPTION');
    }
    expect((await failure(plan({ checkout: state, files: [] }))).code).toBe('INVALID_OPTION');
  });

  test('needs a branch, unless a detached HEAD is allowed', async () => {
    checkout.git('checkout', '--quiet', '--detach');
    expect((await failure(plan())).code).toBe('DETACHED_HEAD');
    const planned = await plan({ allowDetached: true });
    writeFiles();
    expect(await applyCommit(planned)).toEqual({ created: true, commit: head() });
  });

  test('needs names of author and committer', async () => {
    checkout.git('config', '--unset', 'user.name');
    vi.stubEnv('GIT_AUTHOR_NAME', 'Bob');
    expect((await failure(plan())).code).toBe('IDENTITY_MISSING');
    vi.stubEnv('GIT_COMMITTER_NAME', 'CI');
    const { author, committer } = await plan();
    expect([author.name, committer.name]).toEqual(['Bob', 'CI']);
  });
});

describe('a commit', () => {
  test('has the files as they are in the folder, and nothing else', async () => {
    const planned = await plan();
    writeFiles();
    checkout.write('package.json', 'staged');
    checkout.write('staged.txt', '');
    checkout.git('add', 'package.json', 'staged.txt');
    checkout.write('package.json', '{}\n');
    checkout.write('file.txt', 'changed');
    const { created, commit } = await applyCommit(planned);
    expect([created, commit]).toEqual([true, head()]);
    expect(committedFiles()).toBe('A\tCHANGELOG.md\nM\tpackage.json');
    expect(checkout.git('show', 'HEAD:package.json')).toBe('{}');
    expect(status()).toBe('M file.txt\nA  staged.txt');
    expect(checkout.git('cat-file', 'commit', commit)).toContain(
      `parent ${parent}\nauthor Ann <ann@example.com> 1770091506 +0000\ncommitter Ann <ann@example.com> 1770091506 +0000\n\nRelease 1.2.3\n\n# Größer`,
    );
  });

  test('is the same when it is undone and made again, whatever the zone and encoding', async () => {
    const planned = JSON.parse(JSON.stringify(await plan())) as CommitPlan;
    writeFiles();
    const { commit } = await applyCommit(planned);
    expect(await undoCommit(planned, commit)).toBe(true);
    vi.stubEnv('TZ', 'America/Sao_Paulo');
    checkout.git('config', 'i18n.commitEncoding', 'ISO-8859-1');
    expect(await applyCommit(planned)).toEqual({ created: true, commit });
  });

  test('that an earlier attempt has made counts as made, also when git was killed before it wrote the index', async () => {
    const planned = await plan();
    writeFiles();
    const { commit } = await applyCommit(planned);
    expect(await applyCommit(planned)).toEqual({ created: false, commit });
    checkout.git('read-tree', parent);
    expect(await applyCommit(planned)).toEqual({ created: false, commit });
    expect(status()).toBe('');
  });

  test('is made once by two at once', async () => {
    const planned = await plan();
    writeFiles();
    const both = await Promise.allSettled([applyCommit(planned), applyCommit(planned)]);
    expect(checkout.git('rev-list', '--count', `${parent}..HEAD`)).toBe('1');
    const told = both.map((each) => (each.status === 'fulfilled' ? each.value : (each.reason as VersioningError).code));
    // The other one either finds the commit, or the lock of the first.
    expect(told).toContainEqual({ created: true, commit: head() });
    for (const each of told)
      expect([true, false, 'GIT_LOCKED']).toContain(typeof each === 'string' ? each : each.created);
    expect(await applyCommit(planned)).toEqual({ created: false, commit: head() });
    expect(status()).toBe('');
  });

  test('is none where the files are in the commit before', async () => {
    const planned = await plan({ files: ['package.json'] });
    expect(await applyCommit(planned)).toEqual({ created: false, commit: parent });
    expect(await undoCommit(planned, parent)).toBe(false);
    expect(head()).toBe(parent);
  });

  test.runIf(IS_POSIX)('takes removed files, and names with signs of patterns as names', async () => {
    checkout.commit('feat: a', '*.txt');
    const planned = await plan({ files: ['*.txt', ':(top)x', 'package.json'] });
    checkout.write('*.txt', 'changed');
    checkout.write('file.txt', 'changed');
    checkout.write(':(top)x', '');
    rmSync(join(checkout.folder, 'package.json'));
    expect((await applyCommit(planned)).created).toBe(true);
    expect(committedFiles()).toBe('M\t*.txt\nA\t:(top)x\nD\tpackage.json');
    expect((await applyCommit(planned)).created).toBe(false);
  });

  test('is the same with line ends that git changes', async () => {
    checkout.write('.git/info/attributes', '*.md text\n');
    const planned = await plan({ files: ['CHANGELOG.md'] });
    checkout.write('CHANGELOG.md', 'a\r\nb\r\n');
    const { commit } = await applyCommit(planned);
    expect(await applyCommit(planned)).toEqual({ created: false, commit });
  });

  test('is not made where others have committed, switched or changed the files since', async () => {
    const planned = await plan();
    writeFiles();
    checkout.git('switch', '--quiet', '--create', 'side');
    expect((await failure(applyCommit(planned))).message).toBe('Expected branch main, got branch side');
    checkout.git('switch', '--quiet', 'main');
    const { commit } = await applyCommit(planned);
    checkout.write('package.json', 'changed');
    expect((await failure(applyCommit(planned))).code).toBe('HEAD_MOVED');
    checkout.commit('feat: later');
    expect((await failure(applyCommit(planned))).code).toBe('HEAD_MOVED');
    expect((await failure(undoCommit(planned, commit))).code).toBe('HEAD_MOVED');
  });

  test('that a hook refuses is not made, with what the hook said, and the index is as before', async () => {
    const planned = await plan();
    writeFiles();
    const before = status();
    checkout.hook('pre-commit', 'echo "no tabs, please"; echo "line 7" >&2; exit 3');
    const { code, message } = await failure(applyCommit(planned));
    expect(code).toBe('COMMIT_REFUSED');
    expect(message).toContain('no tabs, please\nline 7');
    expect([head(), status()]).toEqual([parent, before]);
  });

  test('whose hooks add to the message and the files is still known as made', async () => {
    const planned = await plan();
    writeFiles();
    checkout.hook('commit-msg', 'printf "\\nChange-Id: 1\\n" >>"$1"');
    checkout.hook('pre-commit', 'echo 1 >extra.txt; git add extra.txt');
    const { commit } = await applyCommit(planned);
    expect(committedFiles()).toBe('A\tCHANGELOG.md\nA\textra.txt\nM\tpackage.json');
    expect(await applyCommit(planned)).toEqual({ created: false, commit });
    expect(await undoCommit(planned, commit)).toBe(true);
    expect(status()).toBe('M package.json\n?? CHANGELOG.md\n?? extra.txt');
  });

  test('lets hooks have the characters of the machine and patterns, but no language, editor or other repository', async () => {
    const planned = await plan();
    writeFiles();
    vi.stubEnv('LC_ALL', 'C.UTF-8');
    vi.stubEnv('GIT_DIR', join(checkout.beside, 'other'));
    vi.stubEnv('GIT_LITERAL_PATHSPECS', '1');
    const file = join(checkout.beside, 'variables');
    const names = ['LC_ALL', 'LC_CTYPE', 'LC_MESSAGES', 'GIT_EDITOR', 'GIT_LITERAL_PATHSPECS', 'GIT_TERMINAL_PROMPT'];
    checkout.hook('post-commit', names.map((name) => `echo "${name}=$${name}" >>"${file}"`).join('\n'));
    expect((await applyCommit(planned)).created).toBe(true);
    expect((await readFile(file, 'utf8')).split('\n')).toEqual([
      'LC_ALL=',
      'LC_CTYPE=C.UTF-8',
      'LC_MESSAGES=C',
      'GIT_EDITOR=:',
      'GIT_LITERAL_PATHSPECS=',
      'GIT_TERMINAL_PROMPT=0',
      '',
    ]);
  });

  test.runIf(IS_POSIX)('can be given up while a hook runs, without waiting for the hook', async () => {
    const planned = await plan();
    writeFiles();
    const pid = join(checkout.beside, 'pid');
    checkout.hook('pre-commit', `echo $$ >"${pid}"; exec sleep 60`);
    const giveUp = new AbortController();
    const pipes = (): number => process.getActiveResourcesInfo().filter((each) => each === 'PipeWrap').length;
    const before = pipes();
    const applied = applyCommit(planned, { signal: giveUp.signal });
    await vi.waitUntil(() => readFile(pid, 'utf8').catch(() => ''), 30_000);
    giveUp.abort(new Error('given up'));
    await expect(applied).rejects.toThrow('given up');
    expect(head()).toBe(parent);
    // Nor does the program wait for it at its end.
    await vi.waitUntil(() => pipes() === before, 30_000);
    process.kill(Number(await readFile(pid, 'utf8')));
  });

  test('waits for nobody when another git has the index', async () => {
    const planned = await plan({ files: ['package.json'] });
    writeFiles();
    writeFileSync(join(checkout.folder, '.git/index.lock'), '');
    expect((await failure(applyCommit(planned))).code).toBe('GIT_LOCKED');
    expect(head()).toBe(parent);
  });

  test('of ignored files is refused, as nothing is forced', async () => {
    checkout.write('.git/info/exclude', 'CHANGELOG.md\n');
    const planned = await plan({ files: ['CHANGELOG.md'] });
    writeFiles();
    expect((await failure(applyCommit(planned))).message).toContain('ignored');
  });
});

describe('an undone commit', () => {
  test('leaves the files in the folder and what was staged since', async () => {
    const planned = await plan();
    writeFiles();
    const { commit } = await applyCommit(planned);
    checkout.write('package.json', 'staged');
    checkout.git('add', 'package.json');
    checkout.write('package.json', 'in the folder');
    expect(await undoCommit(planned, commit)).toBe(true);
    expect(head()).toBe(parent);
    expect(checkout.git('show', ':package.json')).toBe('staged');
    expect(await readFile(join(checkout.folder, 'package.json'), 'utf8')).toBe('in the folder');
    expect(status()).toBe('MM package.json\n?? CHANGELOG.md');
  });

  test('can be undone again after a kill between branch and index', async () => {
    const planned = await plan();
    writeFiles();
    const { commit } = await applyCommit(planned);
    checkout.git('update-ref', 'HEAD', parent);
    expect(await undoCommit(planned, commit)).toBe(false);
    expect(status()).toBe('M package.json\n?? CHANGELOG.md');
  });
});
