import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { KEY, newWorld, type ReleaseWorld } from './release-world.ts';
import type { StepsRun } from './runner.ts';

// GitHub's runners are Linux with bash 5 and jq.
const isLikeARunner = process.platform === 'linux' && spawnSync('jq', ['--version']).status === 0;

describe.skipIf(!isLikeARunner)('the steps of the action, run by bash (needs Linux and jq)', () => {
  test('a release is planned, made, proven, tagged at the remote and published on GitHub with its files', () => {
    const world = newWorld();
    const { hasFailed, steps, summary, log } = world.release({ notes: 'Faster.' });
    expect(log).not.toContain('::error');
    expect(hasFailed).toBe(false);
    const files = join(world.temp, 'holdfast-release');
    expect(world.lines('holdfast')).toEqual([
      'release plan --json',
      'release plan',
      'release info 1.3.0 --json',
      'release create -v 1.3.0 -n Faster. --json',
      'release verify 1.3.0 --json',
      `release export 1.3.0 --to ${files} --json`,
    ]);
    const published = ['provenance.intoto.json', 'release.json', 'sbom.cdx.json', 'shop-1.3.0.zip'];
    expect(world.lines('gh')).toEqual([
      'auth setup-git',
      'auth setup-git',
      'release view v1.3.0 --json isDraft --jq .isDraft',
      `release create v1.3.0 --draft --verify-tag --title v1.3.0 --notes-file ${files}/notes.md ${published.map((name) => `${files}/${name}`).join(' ')}`,
      'release edit v1.3.0 --draft=false',
    ]);
    expect(world.remote('refs/tags/v1.3.0')).toBe(world.git('rev-parse', 'v1.3.0'));
    expect(steps['plan']?.outputs['version']).toBe('1.3.0');
    expect(steps['export']?.outputs).toEqual({ tag: 'v1.3.0', files });
    expect(summary).toContain('## Release 1.3.0\n\n    1.3.0: minor\n');
    expect(summary).toContain('https://github.com/acme/shop/releases/tag/v1.3.0');
  });

  test('keys are in files of mode 600 for those who need them, never in arguments or the log, and gone in the end', () => {
    const world = newWorld();
    const { log } = world.release({ 'backup-repository': '/backups', 'backup-key': 'key-of-backups' });
    const calls = world.calls();
    const made = calls.find(({ args }) => args[1] === 'create' && args[0] === 'release');
    expect(made?.key).toBe(`600:${KEY}`);
    expect(calls.filter(({ args }) => /c2VjcmV0|key-of-backups|gh-token/.test(args.join(' ')))).toEqual([]);
    // What the runner is told to hide stands in commands of its own.
    const shown = log.split('\n').filter((line) => !line.startsWith('::add-mask::'));
    expect(log).toContain('::add-mask::c2VjcmV0LW9mLXNpZ25pbmc=\n');
    expect(shown.join('\n')).not.toMatch(/c2VjcmV0|key-of-backups|gh-token/);
    expect(readdirSync(world.temp).filter((name) => name.startsWith('holdfast-keys'))).toEqual([]);
    expect(calls.filter(({ program }) => program === 'gh').every(({ token }) => token === 'gh-token')).toBe(true);
    // Git of holdfast pushes where that is configured; nothing else gets the token.
    const withToken = calls.filter(({ program, token }) => program === 'holdfast' && token !== '');
    expect(withToken.map(({ args }) => args.slice(0, 2).join(' '))).toEqual(['release info', 'release create']);
  });

  test('a backup is made and looked at before the release, where a repository is set, and nothing is released without it', () => {
    const world = newWorld();
    const inputs = { 'backup-repository': 's3://backups', 'backup-key': 'key' };
    world.set('fail-backup-create', 'PATH_FAILED');
    const failed = world.release(inputs);
    expect([failed.hasFailed, failed.ran]).toEqual([true, ['Plan', 'Keep keys', 'Back up', 'Remove keys']]);
    expect(readdirSync(world.temp).filter((name) => name.startsWith('holdfast-keys'))).toEqual([]);
    const good = newWorld();
    expect(good.release(inputs).hasFailed).toBe(false);
    expect(good.lines('holdfast').slice(2, 5)).toEqual([
      'backup create --tag release=1.3.0 --note Before release 1.3.0 --json',
      'backup verify --json',
      'release info 1.3.0 --json',
    ]);
    // An empty passphrase would be one, and a wrong one.
    expect(good.calls()[2]).toMatchObject({ repository: 's3://backups', passphrase: 'unset' });
  });

  test('a job that is run again makes nothing twice', () => {
    const world = newWorld();
    world.release();
    const before = world.calls().length;
    const again = world.release({ version: '1.3.0' });
    expect(again.hasFailed).toBe(false);
    const calls = world
      .calls()
      .slice(before)
      .map(({ args }) => args.slice(0, 2).join(' '));
    expect(calls).toEqual(['release info', 'release verify', 'release export', 'auth setup-git', 'release view']);
    expect(again.log).toContain('v1.3.0 is published already.');
  });

  test('a draft that an earlier run left behind is completed and published', () => {
    const world = newWorld();
    world.set('fail-gh-create', '');
    expect(world.release().hasFailed).toBe(true);
    const before = world.lines('gh').length;
    expect(world.release({ version: '1.3.0' }).hasFailed).toBe(false);
    const [, , upload, edit] = world.lines('gh').slice(before);
    expect(upload).toMatch(/^release upload v1\.3\.0 --clobber .*shop-1\.3\.0\.zip$/);
    expect(edit).toBe('release edit v1.3.0 --draft=false');
  });

  test('the tag of a release that was completed elsewhere is fetched, and one that is nowhere is not made up', () => {
    const world = newWorld();
    world.release();
    world.git('tag', '--delete', 'v1.3.0');
    expect(world.release({ version: '1.3.0' }).hasFailed).toBe(false);
    world.git('push', '--quiet', '--delete', 'origin', 'v1.3.0');
    world.git('tag', '--delete', 'v1.3.0');
    const { hasFailed, log } = world.release({ version: '1.3.0' });
    expect([hasFailed, log]).toEqual([true, expect.stringContaining('holdfast release resume')]);
    expect(world.remote('refs/tags/v1.3.0')).toBeUndefined();
  });

  test('the commit of a release and its tag arrive together, or neither does', () => {
    const world = newWorld();
    world.set('commits', '');
    expect(world.release().hasFailed).toBe(false);
    expect(world.remote('refs/heads/main')).toBe(world.git('rev-parse', 'HEAD'));
    // Somebody else has pushed meanwhile.
    const other = newWorld();
    other.set('commits', '');
    other.git('commit', '--quiet', '--allow-empty', '-m', 'fix: theirs');
    other.git('push', '--quiet', 'origin', 'HEAD:refs/heads/main');
    other.git('reset', '--quiet', '--hard', 'HEAD~1');
    const { hasFailed, log } = other.release();
    expect([hasFailed, log]).toEqual([true, expect.stringContaining('main has gone on')]);
    expect(other.lines('holdfast').some((line) => line.startsWith('release create'))).toBe(false);
    // And once more, between the look and the push.
    const late = newWorld();
    late.set('commits', '');
    late.set('push-meanwhile', '');
    expect(late.release().ran.slice(-2)).toEqual(['Push the tag', 'Remove keys']);
    expect(late.remote('refs/tags/v1.3.0')).toBeUndefined();
  });

  test('a dry run needs no key and no token, changes nothing, and calls nobody', () => {
    const world = newWorld();
    const { hasFailed, ran } = world.release({
      'dry-run': 'true',
      token: '',
      'signing-key': '',
      'backup-repository': '/backups',
    });
    expect([hasFailed, ran]).toEqual([false, ['Plan', 'Release']]);
    expect(world.lines('holdfast').at(-1)).toBe('release create -v 1.3.0 --dry-run --json');
    expect(world.lines('gh')).toEqual([]);
    expect(world.git('tag')).toBe('');
  });

  test('a rehearsal of what has been made before is no failure', () => {
    const world = newWorld();
    world.release();
    expect(world.release({ 'dry-run': 'true', version: '1.3.0' }).log).toContain('1.3.0 has been made before');
  });

  test('a channel and a pre-release are passed on, and build metadata is none', () => {
    const world = newWorld();
    world.set('plan', '{"version":"1.3.0-beta.2"}');
    world.release({ channel: 'beta', bump: 'minor' });
    expect(world.lines('holdfast')[0]).toBe('release plan --channel beta --bump minor --json');
    expect(world.lines('holdfast')[3]).toBe('release create -v 1.3.0-beta.2 --channel beta --pre-release --json');
    expect(world.lines('gh')[3]).toContain(' --prerelease ');
    const built = newWorld();
    built.release({ version: '1.3.0+build-7' });
    expect(built.lines('holdfast')).toContain('release create -v 1.3.0+build-7 --json');
    expect(built.lines('gh')[3]).not.toContain('--prerelease');
  });

  test.each([
    ['version', '1.2.3; touch owned'],
    ['version', '$(touch owned)'],
    ['version', '--help'],
    ['version', '1.2.3\nversion=9.9.9'],
    ['channel', '`touch owned`'],
    ['channel', '--dry-run'],
    ['bump', 'minor --help'],
  ])('a %s of %j is refused before anything is called', (name, text) => {
    const world = newWorld();
    const { hasFailed, log } = world.release({ [name]: text });
    expect([hasFailed, world.calls()]).toEqual([true, []]);
    expect(log).toContain('::error title=');
    expect(existsSync(join(world.folder, 'owned'))).toBe(false);
  });

  test('notes are one argument, whatever is in them, also by way of the real npm', () => {
    const world = newWorld();
    world.set('real-exec', '');
    mkdirSync(join(world.folder, 'node_modules/.bin'), { recursive: true });
    symlinkSync(join(world.folder, '../bin/holdfast'), join(world.folder, 'node_modules/.bin/holdfast'));
    const notes = `"; touch owned; $(touch owned) \`touch owned\` 'it' --dry-run`;
    expect(world.release({ notes }).hasFailed).toBe(false);
    expect(
      world
        .calls()
        .find(({ args }) => args[1] === 'create')
        ?.args.slice(4, 6),
    ).toEqual(['-n', notes]);
    expect(existsSync(join(world.folder, 'owned'))).toBe(false);
  });

  test.each([
    ['no signing key', { 'signing-key': '' }, undefined, 'HOLDFAST_SIGNING_KEY'],
    ['no commit that asks for a release', {}, ['fail-release-plan', 'NOTHING_TO_RELEASE'], 'title=Plan::failed with'],
    ['a plan without version', {}, ['plan', '{"version":null}'], 'Expected a plan with a version'],
    ['a version that is none', {}, ['plan', '{"version":"1.3.0\\nx=y"}'], 'Expected a plan with a version'],
    ['a release that can not be read', {}, ['fail-release-info', 'RELEASE_DAMAGED'], 'RELEASE_DAMAGED'],
    ['a release that is not what it was', {}, ['fail-release-verify', 'RELEASE_DAMAGED'], 'RELEASE_DAMAGED'],
  ])('%s ends the job before anything leaves it', (_, inputs, state, message) => {
    const world = newWorld();
    if (state !== undefined) world.set(state[0] ?? '', state[1] ?? '');
    const { hasFailed, log } = world.release(inputs);
    expect([hasFailed, log]).toEqual([true, expect.stringContaining(message)]);
    expect(world.lines('gh').filter((line) => line !== 'auth setup-git')).toEqual([]);
    expect(world.remote('refs/tags/v1.3.0')).toBeUndefined();
  });
});

describe.skipIf(!isLikeARunner)('the plan that pull requests show (needs Linux and jq)', () => {
  const shown = (world: ReleaseWorld, env: Readonly<Record<string, string>>): StepsRun =>
    world.steps('plan', ['Show what a release would be'], { github: { event_name: 'pull_request' } }, env);

  test('is made on the branch that it goes to, as releases are', () => {
    const world = newWorld();
    world.git('checkout', '--quiet', '--detach');
    const { hasFailed, summary } = shown(world, { GITHUB_BASE_REF: 'release/next' });
    expect([hasFailed, summary]).toEqual([false, '## Release plan\n\n    1.3.0: minor\n']);
    expect(world.git('branch', '--show-current')).toBe('release/next');
    shown(world, { GITHUB_BASE_REF: '' });
    expect(world.git('branch', '--show-current')).toBe('release/next');
  });

  test.each([
    ['NOTHING_TO_RELEASE', false],
    ['SHALLOW_CLONE', true],
  ])('says %s, and fails: %s', (code, fails) => {
    const world = newWorld();
    world.set('fail-release-plan', code);
    const { hasFailed, summary } = shown(world, { GITHUB_BASE_REF: '' });
    expect([hasFailed, summary]).toEqual([fails, `## Release plan\n\n    failed with ${code}\n`]);
  });
});
