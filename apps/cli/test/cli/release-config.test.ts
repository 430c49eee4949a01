import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { newCheckout } from '../support/checkout.ts';
import { newMachine, parseShape } from '../support/cli.ts';

test('a release goes by its configuration: key, remote, files, titles, from any folder of the project', async () => {
  const machine = await newMachine();
  const { commit, git, folder } = await newCheckout(machine);
  const remote = join(machine.root, 'remote.git');
  git('init', '--quiet', '--bare', remote);
  git('remote', 'add', 'upstream', remote);
  const key = join(machine.root, 'keys.pem');
  await writeFile(join(machine.root, 'pass'), 'open sesame\n');
  const locked = ['--key-passphrase-file', join(machine.root, 'pass')];
  await machine.json('KeysMade', ['integrity', 'keygen', key, ...locked]);
  const release = {
    store: '../store',
    remote: 'upstream',
    branches: ['main'],
    versionFiles: ['VERSION.json'],
    changelog: 'docs/CHANGES.md',
    artifact: { folder: 'dist' },
    sbom: false,
    signKey: key,
    titles: { Novidades: ['feat'] },
    migrations: 'db',
  };
  await commit('feat: sell', {
    'holdfast.config.json': JSON.stringify({ release }),
    'VERSION.json': '{"version": "0.1.0"}\n',
    'docs/intro.md': '',
    'dist/shop.js': 'shop\n',
    'dist/deep/er/': '',
    'db/0001_start.sql': '-- kind: expand\n-- description: start\nselect 1;\n',
    '.gitignore': 'never\n',
  });
  const cwd = join(folder, 'dist', 'deep', 'er');
  const call = ['release', 'create', '-v', '1.0.0'];
  // Nobody can be asked here.
  const without = await machine.run([...call, '--json'], { cwd });
  expect([without.code, parseShape('Failed', without.stdout).error.code]).toEqual([5, 'PASSPHRASE_NEEDED']);
  const secret = { HOLDFAST_SIGNING_KEY_PASSPHRASE: 'open sesame' };
  const made = await machine.run(call, { cwd, env: secret });
  expect([made.code, made.stdout, made.stderr]).toEqual([
    0,
    `released 1.0.0 (tag v1.0.0, ${/[\d.]+ \w+/.exec(made.stdout.split('v1.0.0, ')[1] ?? '')?.[0]}, signed) to ${join(machine.root, 'store')} and upstream; next: holdfast release verify 1.0.0\n`,
    '',
  ]);
  expect(git('ls-remote', remote)).toMatch(/refs\/heads\/main\n[^]*refs\/tags\/v1\.0\.0/);
  expect(await readFile(join(folder, 'docs/CHANGES.md'), 'utf8')).toMatch(/1\.0\.0[^]*### Novidades\n\n- sell/);
  expect(await readFile(join(folder, 'VERSION.json'), 'utf8')).toBe('{"version": "1.0.0"}\n');
  // The public half beside the key needs no passphrase.
  const { verdict } = await machine.json('ReleaseVerification', ['release', 'verify', '1.0.0'], { cwd });
  expect(verdict).toBe('verified');
  const info = await machine.json('Release', ['release', 'info', '1.0.0'], { cwd });
  expect([info.sbom, info.migrations.forward.map(({ id }) => id)]).toEqual([undefined, ['0001_start']]);
  const shown = await machine.run(['config', 'show'], { cwd, env: secret });
  expect(shown.stdout).toMatch(/release\.signKeyPassphrase +hidden +environment HOLDFAST_SIGNING_KEY_PASSPHRASE/);
  expect(`${shown.stdout}${made.stdout}${JSON.stringify(info)}`).not.toContain('sesame');
  git('switch', '--quiet', '--create', 'other');
  const elsewhere = await machine.run(['release', 'create', '-v', '1.1.0', '--no-push'], { cwd, env: secret });
  expect([elsewhere.code, elsewhere.stderr]).toEqual([7, expect.stringContaining('Expected the branch main')]);
});

test('components of a monorepo have tags, files and histories of their own', async () => {
  const machine = await newMachine();
  const { commit, git } = await newCheckout(machine);
  const components = {
    api: { folder: 'packages/api' },
    web: { folder: 'packages/web', tagPrefix: 'web-v', changelog: false },
  };
  await commit('feat: begin', {
    'holdfast.config.json': JSON.stringify({ release: { components } }),
    'packages/api/package.json': '{"name": "@acme/api", "version": "0.1.0"}',
    'packages/web/package.json': '{"name": "@acme/web", "version": "0.1.0"}',
  });
  const none = await machine.run(['release', 'list']);
  expect([none.code, none.stderr]).toEqual([2, expect.stringContaining('Expected one of the components api, web')]);
  const shared = JSON.stringify({ release: { components, tagPrefix: 'web-v' } });
  await writeFile(join(machine.root, 'shared.json'), shared);
  const shares = await machine.run(['release', 'plan', '--component', 'api', '--config', '../shared.json']);
  expect([shares.code, shares.stderr]).toEqual([2, expect.stringContaining('got "web-v" for api and web')]);
  const wrong = await machine.run(['release', 'list', '--component', 'wbe']);
  expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('Did you mean "web"?')]);
  const api = ['--component', 'api'];
  const web = ['--component', 'web'];
  await machine.json('Release', ['release', 'create', '-v', '1.0.0', ...api]);
  await machine.json('Release', ['release', 'create', '-v', '2.0.0', ...web]);
  await commit('fix: only the web', { 'packages/web/index.js': '' });
  const plan = await machine.json('ReleasePlan', ['release', 'plan', ...web]);
  expect([plan.release.id, plan.tag?.name, plan.artifact?.files.entries.map(({ path }) => path)]).toEqual([
    'web@2.0.1',
    'web-v2.0.1',
    ['index.js', 'package.json'],
  ]);
  const same = await machine.run(['release', 'plan', ...api, '--json']);
  expect([same.code, parseShape('Failed', same.stdout).error.code]).toEqual([4, 'NOTHING_TO_RELEASE']);
  expect(git('tag').split('\n')).toEqual(['api@1.0.0', 'web-v2.0.0']);
  expect(git('ls-files', 'packages').split('\n')).toContain('packages/api/CHANGELOG.md');
  expect((await machine.json('ReleaseList', ['release', 'list', ...web])).active).toEqual({ stable: '2.0.0' });
});
