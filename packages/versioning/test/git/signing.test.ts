import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { applyCommit } from '../../src/git/apply-commit.ts';
import { planCommit } from '../../src/git/plan-commit.ts';
import { applyTag, planTag, type PlanTagOptions, type TagPlan, type TagSignature, verifyTag } from '../../src/index.ts';
import {
  DATE_MS,
  failure,
  has,
  IS_LINUX_CI,
  IS_POSIX,
  newReleaseCheckout,
  type ReleaseCheckout,
  withoutMachineSettings,
} from './release-checkout.ts';

const hasSsh = has('ssh-keygen', '-?');
const hasGpg = has('gpg', '--version');

let checkout: ReleaseCheckout;
beforeEach(() => {
  withoutMachineSettings();
  checkout = newReleaseCheckout();
});
afterEach(() => {
  checkout[Symbol.dispose]();
  vi.unstubAllEnvs();
});

const plan = async (options: Partial<PlanTagOptions> = {}): Promise<TagPlan> =>
  planTag({
    checkout: await checkout.state(),
    name: 'v1',
    message: 'Release',
    dateMs: DATE_MS,
    sign: true,
    ...options,
  });
const signature = async (name = 'v1'): Promise<TagSignature> =>
  (await verifyTag({ folder: checkout.folder, name })).signature;
const setting = (name: string, value: string): string => checkout.git('config', name, value);

/** Puts a tag of other content, with the same signature, under a name. */
function forge(name: string, change: (text: string) => string): void {
  const file = join(checkout.beside, name);
  writeFileSync(file, `${change(checkout.git('cat-file', 'tag', 'v1'))}\n`);
  checkout.git('update-ref', `refs/tags/${name}`, checkout.git('hash-object', '-t', 'tag', '-w', file));
}

describe('a signature of ssh', () => {
  beforeEach(({ skip }) => {
    skip(!hasSsh && !IS_LINUX_CI, 'needs ssh-keygen');
    newKey('key');
    setting('gpg.format', 'ssh');
    setting('user.signingKey', join(checkout.beside, 'key'));
  });

  function newKey(name: string, passphrase = ''): string {
    const file = join(checkout.beside, name);
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', passphrase, '-C', '', '-f', file]);
    return file;
  }

  function allow(...keys: readonly string[]): void {
    const lines = keys.map((key) => `ann@example.com ${readFileSync(join(checkout.beside, `${key}.pub`), 'utf8')}`);
    writeFileSync(join(checkout.beside, 'allowed'), lines.join(''));
    setting('gpg.ssh.allowedSignersFile', join(checkout.beside, 'allowed'));
  }

  test('is made with the key of the settings, or another, and is valid where that is trusted', async () => {
    newKey('other');
    await applyTag(await plan());
    await applyTag(await plan({ name: 'v2', sign: { key: join(checkout.beside, 'other') } }));
    expect(await signature()).toEqual({
      status: 'unchecked',
      reason: 'No keys are trusted: `gpg.ssh.allowedSignersFile` is not set.',
    });
    allow('key');
    expect(await signature()).toMatchObject({ status: 'valid', signer: 'ann@example.com' });
    expect(await signature('v2')).toMatchObject({
      status: 'unchecked',
      signer: undefined,
      key: expect.stringMatching(/^SHA256:/),
    });
    allow('key', 'other');
    expect((await signature('v2')).status).toBe('valid');
  });

  test('is invalid for other content, another name, a revoked key and noise', async () => {
    await applyTag(await plan());
    allow('key');
    forge('changed', (text) => text.replace('tag v1', 'tag changed').replace('Release', 'Other'));
    forge('copied', (text) => text);
    forge('noise', (text) =>
      text.replace('tag v1', 'tag noise').replace(/(BEGIN SSH SIGNATURE-----\n)[^]*?(-----END)/, '$1zzzz\n$2'),
    );
    expect((await signature('changed')).status).toBe('invalid');
    expect((await signature('noise')).status).toBe('invalid');
    expect(await signature('copied')).toEqual({ status: 'invalid', reason: 'It was signed as "v1", not as "copied".' });
    setting('gpg.ssh.revocationFile', join(checkout.beside, 'key.pub'));
    expect((await signature()).status).toBe('invalid');
  });

  test('is unchecked where the program is absent', async () => {
    await applyTag(await plan());
    allow('key');
    setting('gpg.ssh.program', join(checkout.beside, 'absent'));
    expect(await signature()).toMatchObject({ status: 'unchecked', reason: expect.stringContaining('is absent') });
  });

  test('follows the settings where the plan says nothing, and counts when the tag is made again', async () => {
    setting('tag.gpgSign', 'true');
    const planned = await plan({ sign: undefined });
    expect(planned.signing).toEqual({});
    const { object } = await applyTag(planned);
    expect(await applyTag(planned)).toEqual({ created: false, object });
    expect((await failure(plan({ sign: false }))).message).toContain('with a signature');
  });

  test.each([
    ['there is no key', () => setting('user.signingKey', join(checkout.beside, 'absent'))],
    ['nobody can type the passphrase', () => setting('user.signingKey', newKey('locked', 'secret'))],
    ['the program is absent', () => setting('gpg.ssh.program', join(checkout.beside, 'absent'))],
  ])('that fails leaves nothing, when %s', async (_, spoil) => {
    spoil();
    expect((await failure(applyTag(await plan()))).code).toBe('SIGNING_FAILED');
    expect(checkout.git('tag', '--list')).toBe('');
    checkout.write('file.txt', 'other');
    const options = {
      checkout: await checkout.state(),
      files: ['file.txt'],
      message: 'a',
      dateMs: DATE_MS,
      sign: true,
    };
    expect((await failure(applyCommit(await planCommit(options)))).code).toBe('SIGNING_FAILED');
    expect((await checkout.state()).commit).toBe(options.checkout.commit);
  });
});

describe('a signature of gpg', () => {
  let home: string | undefined;
  beforeEach(({ skip }) => {
    skip(!IS_POSIX || (!hasGpg && !IS_LINUX_CI), 'needs gpg, and paths as it knows them');
    // Its agent's socket has a short longest path.
    home = mkdtempSync(join(tmpdir(), 'hf-'));
    vi.stubEnv('GNUPGHOME', home);
    execFileSync(
      'gpg',
      ['--batch', '--passphrase', '', '--quick-gen-key', 'Ann <ann@example.com>', 'ed25519', 'sign'],
      {
        stdio: 'ignore',
      },
    );
    setting('user.signingKey', 'ann@example.com');
  });
  afterEach(() => {
    if (home === undefined) return;
    execFileSync('gpgconf', ['--homedir', home, '--kill', 'all']);
    rmSync(home, { recursive: true, force: true });
    home = undefined;
  });

  test('is valid, invalid for other content, and unchecked without the key', async () => {
    await applyTag(await plan());
    const valid = await signature();
    expect(valid).toMatchObject({
      status: 'valid',
      signer: 'Ann <ann@example.com>',
      key: expect.stringMatching(/^[0-9A-F]{40}$/),
    });
    forge('changed', (text) => text.replace('tag v1', 'tag changed'));
    expect((await signature('changed')).status).toBe('invalid');
    forge('noise', (text) =>
      text.replace('tag v1', 'tag noise').replace(/(SIGNATURE-----\n\n)[^]*?(-----END)/, '$1zzzz\n$2'),
    );
    expect((await signature('noise')).status).toBe('invalid');
    setting('gpg.minTrustLevel', 'fully');
    expect((await signature()).status).toBe('valid');
    const other = join(checkout.beside, 'no keys');
    mkdirSync(other, { mode: 0o700 });
    vi.stubEnv('GNUPGHOME', other);
    expect(await signature()).toMatchObject({ status: 'unchecked', reason: 'The key is not in the keyring.' });
  });

  test('that fails leaves nothing', async () => {
    const error = await failure(applyTag(await plan({ sign: { key: 'nobody@example.com' } })));
    expect([error.code, error.message]).toEqual(['SIGNING_FAILED', expect.stringContaining('failed to sign')]);
    expect(checkout.git('tag', '--list')).toBe('');
  });
});
