import { execFile } from 'node:child_process';
import {
  appendFile,
  chmod,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeEach, expect, test } from 'vitest';
import { newMachine, parseLines, parseShape, type Machine } from '../support/cli.ts';
import { writeTree } from '../support/tree.ts';

const ABC = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';

let machine: Machine;

beforeEach(async () => {
  machine = await newMachine({ inProcess: true });
  await writeTree(machine.cwd, {
    abc: 'abc',
    'dist/app.js': 'console.log(1);\n',
    'dist/lib/part.js': 'part\n',
    'dist/link': { link: 'app.js' },
  });
});

const run = async (...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> =>
  machine.run(['integrity', ...args]);

test('digests are printed as sha256sum does, and in other forms', async () => {
  expect(await run('hash', 'abc')).toMatchObject({ code: 0, stdout: `${ABC}  abc\n` });
  expect((await run('hash', 'abc', '--format', 'bsd')).stdout).toBe(`SHA256 (abc) = ${ABC}\n`);
  expect((await run('hash', 'abc', '--format', 'digest')).stdout).toBe(`sha256:${ABC}\n`);
  expect((await run('hash', 'abc', '--format', 'sri')).stdout).toMatch(/^sha256-ungWv/);
  expect((await run('hash', 'abc', '--algorithm', 'crc32')).stdout).toBe('352441c2  abc\n');
  const standardInput = await machine.run(['integrity', 'hash', '-'], { input: 'abc' });
  expect(standardInput.stdout).toBe(`${ABC}  -\n`);
});

test('a file that can not be read stops no other; md5 has to be allowed', async () => {
  const { code, stdout, stderr } = await run('hash', 'abc', 'nowhere', '--json');
  expect(code).toBe(3);
  expect(parseLines('FileDigest', stdout)).toMatchObject([
    { path: 'abc', digest: `sha256:${ABC}` },
    { path: 'nowhere', error: { code: 'READ_FAILED' } },
  ]);
  expect(stderr).toBe('');
  expect((await run('hash', 'nowhere')).code).toBe(4);
  expect((await run('hash', 'abc', '--algorithm', 'md5')).code).toBe(2);
  expect((await run('hash', 'abc', '--algorithm', 'md5', '--legacy')).stdout).toBe(
    '900150983cd24fb0d6963f7d28e17f72  abc\n',
  );
  expect((await run('hash', 'abc', '--algorithm', 'blake3', '--format', 'sri')).code).toBe(2);
});

test('a folder is compared with its manifest, which may lie in it', async () => {
  const made = await machine.json('ManifestRun', ['integrity', 'manifest', 'dist', '--output', 'dist/manifest.json']);
  expect(made).toMatchObject({ entries: 4, files: 2, problems: [] });
  const verify = ['verify', 'dist', '--manifest', 'dist/manifest.json'];
  expect((await run(...verify)).code).toBe(0);
  await rename(join(machine.cwd, 'dist/lib/part.js'), join(machine.cwd, 'dist/part.js'));
  await writeFile(join(machine.cwd, 'dist/app.js'), 'console.log(2);\n');
  await writeFile(join(machine.cwd, 'dist/more'), '');
  const { code, stdout } = await run(...verify, '--ignore', 'mtime', '--json');
  expect(code).toBe(6);
  const { findings } = parseShape('ManifestVerification', stdout);
  expect(findings.map(({ type, path, to }) => [type, path, to?.path])).toEqual([
    ['changed', 'app.js', undefined],
    ['renamed', 'lib/part.js', 'part.js'],
    ['extra', 'more', undefined],
  ]);
  const text = await run(...verify);
  expect(text.stdout).toContain('app.js');
  expect(text.code).toBe(6);
});

test('the digest of a manifest is that of its file and of what is printed', async () => {
  const made = await machine.json('ManifestRun', ['integrity', 'manifest', 'dist', '--output', 'dist.json']);
  expect(await run('hash', 'dist.json', '--format', 'digest')).toMatchObject({ stdout: `${made.digest}\n` });
  const { stdout, stderr } = await run('manifest', 'dist');
  expect(stdout).toBe(await readFile(join(machine.cwd, 'dist.json'), 'utf8'));
  expect(stderr).toContain(made.digest);
  const sums = await machine.json('ManifestRun', ['integrity', 'manifest', 'dist', '--format', 'sha256sums']);
  expect(sums.digest).toBe(made.digest);
});

test('a folder that is named by a link is compared without the manifest in it, which counts where it is listed', async () => {
  await symlink('dist', join(machine.cwd, 'way'));
  expect((await run('manifest', 'way', '--output', 'dist/lib/own.json')).code).toBe(0);
  for (const [folder, file] of [
    ['dist', 'way/lib/own.json'],
    ['way', 'dist/lib/own.json'],
  ] as const) {
    expect((await run('verify', folder, '--manifest', file)).code).toBe(0);
    expect((await run('scrub', folder, '--manifest', file, '--state', 'scrub.json')).code).toBe(0);
  }
  expect((await run('manifest', 'dist', '--output', 'all.json')).code).toBe(0);
  await writeFile(join(machine.cwd, 'dist/lib/own.json'), await readFile(join(machine.cwd, 'all.json')));
  const { code, stdout } = await run('verify', 'dist', '--manifest', 'dist/lib/own.json');
  expect([code, stdout]).toEqual([6, expect.stringContaining('changed    lib/own.json')]);
});

test('sha256sum accepts our sums', async () => {
  const folder = join(machine.cwd, 'dist');
  expect((await run('manifest', 'dist', '--format', 'sha256sums', '--output', 'dist/SHA256SUMS')).code).toBe(0);
  const checked = await promisify(execFile)('sha256sum', ['-c', 'SHA256SUMS'], { cwd: folder });
  expect(checked).toMatchObject({ stdout: 'app.js: OK\nlib/part.js: OK\n' });
  expect((await run('verify', 'dist', '--manifest', 'dist/SHA256SUMS')).code).toBe(0);
});

test('what can not be read or written is said with what to do, and nothing is left of it', async () => {
  const missing = await run('verify', 'dist', '--manifest', 'nowhere');
  expect([missing.code, missing.stderr]).toEqual([4, expect.stringMatching(/got ENOENT\nhint: .*makes one/)]);
  for (const wrong of [
    ['hash', 'nowhere'],
    ['hash', 'dist'],
    ['hash', 'abc', '--algorithm', 'md5'],
    ['manifest', 'nowhere'],
    ['manifest', 'abc'],
    ['verify', 'dist', '--manifest', 'abc'],
    ['keygen', 'no/such/key'],
    ['sign', 'nowhere', '--key', 'nowhere'],
    ['sign', 'abc', '--key', 'abc'],
    ['sign', 'abc', '--key', 'abc', '--expires', 'soon'],
    ['verify-signature', 'abc', '--key', 'abc'],
    ['scrub', 'dist', '--manifest', 'abc', '--state', 's'],
    ['prove', 'a', '--manifest', 'abc'],
    ['prove', 'abc', '--proof', 'abc', '--root', '0'.repeat(64)],
  ]) {
    const { code, stderr } = await run(...wrong);
    expect([code === 0, stderr], wrong.join(' ')).toEqual([false, expect.stringMatching(/^holdfast: .*\nhint: .*\n$/)]);
  }
  const folder = await run('verify', 'dist', '--manifest', 'dist');
  expect([folder.code, folder.stderr]).toEqual([1, expect.stringContaining('got EISDIR')]);
  const nowhere = await run('manifest', 'dist', '--output', 'no/such/folder.json', '--json');
  expect(nowhere.code).toBe(1);
  expect(parseShape('Failed', nowhere.stdout).error).toMatchObject({ code: 'UNWRITABLE', hint: expect.any(String) });
  // Said before the folder is read, or it would be that the folder is not there.
  for (const command of [
    ['manifest', 'nothing'],
    ['sign', 'nothing', '--key', 'nowhere'],
  ]) {
    expect((await run(...command, '--output', 'no/such/file')).stderr).toContain('no/such/file, got ENOENT');
    expect((await run(...command, '--output', 'abc/file')).stderr).toContain('abc/file, got ENOTDIR');
  }
  expect((await run('manifest', 'dist', '--output', 'dist')).code).toBe(1);
  expect((await readdir(machine.cwd)).toSorted()).toEqual(['abc', 'dist']);
  expect((await run('manifest', 'dist', '--output', '/dev/null')).code).toBe(0);
  expect((await stat('/dev/null')).isCharacterDevice()).toBe(true);
});

test('a file that was signed is verified by the public key, and not when it was changed', async () => {
  const keys = await machine.json('KeysMade', ['integrity', 'keygen', 'key.pem']);
  expect((await run('keygen', 'key.pem')).code).toBe(1);
  await writeFile(join(machine.cwd, 'half.pem.pub'), 'mine');
  expect((await run('keygen', 'half.pem')).code).toBe(1);
  expect(await readdir(machine.cwd)).not.toContain('half.pem');
  const signed = await machine.json('Signed', ['integrity', 'sign', 'abc', '--key', 'key.pem']);
  expect(signed).toMatchObject({ keyIds: [keys.keyId], files: 1, output: join(machine.cwd, 'abc.sig.json') });
  const verify = ['verify-signature', 'abc', '--key', 'key.pem.pub'];
  expect((await run(...verify)).code).toBe(0);
  const other = await machine.json('KeysMade', ['integrity', 'keygen', 'other.pem', '--algorithm', 'ecdsa-p256']);
  expect([keys.algorithm, other.algorithm]).toEqual(['ed25519', 'ecdsa-p256']);
  expect((await run('verify-signature', 'abc', '--key', 'other.pem.pub')).code).toBe(6);
  await appendFile(join(machine.cwd, 'abc'), 'd');
  const { code, stdout } = await run(...verify, '--json');
  expect(code).toBe(6);
  expect(parseShape('SignatureVerification', stdout)).toMatchObject({
    verified: false,
    signatures: [{ verdict: 'other-content' }],
  });
});

test('a key with a passphrase needs it, and never says it', async () => {
  await writeFile(join(machine.cwd, 'secret'), 'correct horse\n');
  await writeFile(join(machine.cwd, 'wrong'), 'battery staple\n');
  await machine.json('KeysMade', ['integrity', 'keygen', 'key.pem', '--key-passphrase-file', 'secret']);
  expect((await run('sign', 'abc', '--key', 'key.pem')).code).toBe(5);
  const wrong = await run('sign', 'abc', '--key', 'key.pem', '--key-passphrase-file', 'wrong');
  expect(wrong.code).toBe(5);
  expect(wrong.stderr).not.toContain('battery');
  expect((await run('sign', 'abc', '--key', 'key.pem', '--key-passphrase-file', 'secret')).code).toBe(0);
  expect((await run('verify-signature', 'abc', '--key', 'key.pem.pub')).code).toBe(0);
});

test('who signs a file later adds to the signatures that are there', async () => {
  for (const name of ['a', 'b']) await run('keygen', `${name}.pem`);
  for (const name of ['a', 'b']) expect((await run('sign', 'abc', '--key', `${name}.pem`)).code).toBe(0);
  const both = ['verify-signature', 'abc', '--key', 'a.pem.pub', '--key', 'b.pem.pub', '--threshold', '2'];
  expect((await run(...both)).code).toBe(0);
  await writeFile(join(machine.cwd, 'abc.sig.json'), 'mine');
  expect((await run('sign', 'abc', '--key', 'a.pem')).code).toBe(6);
  expect(await readFile(join(machine.cwd, 'abc.sig.json'), 'utf8')).toBe('mine');
});

test('a folder that was signed by two is verified as a whole', async () => {
  for (const name of ['a', 'b']) await run('keygen', `${name}.pem`);
  expect((await run('sign', 'dist', '--key', 'a.pem', '--key', 'b.pem')).code).toBe(0);
  const verify = ['verify-signature', 'dist', '--key', 'a.pem.pub', '--key', 'b.pem.pub', '--threshold', '2'];
  expect((await run(...verify)).code).toBe(0);
  expect((await run('sign', 'dist', '--key', 'a.pem')).code).toBe(2);
  expect((await run('sign', 'dist', '--key', 'a.pem', '--output', 'dist/own.json')).code).toBe(0);
  expect((await run('verify-signature', 'dist', '--key', 'a.pem.pub', '--signature', 'dist/own.json')).code).toBe(0);
  await rm(join(machine.cwd, 'dist/own.json'));
  await writeFile(join(machine.cwd, 'dist/more'), '');
  const { code, stdout } = await run(...verify, '--json');
  expect(code).toBe(6);
  expect(parseShape('SignatureVerification', stdout).differences).toEqual([
    { name: '.', kind: 'changed' },
    { name: 'more', kind: 'unexpected' },
  ]);
});

test('links, empty folders and names that are not UTF-8 are signed with a folder, modes and times are not', async () => {
  const dist = join(machine.cwd, 'dist');
  const odd = Buffer.concat([Buffer.from(`${dist}/odd`), Buffer.of(0xff)]);
  await writeFile(odd, 'x');
  await mkdir(join(dist, 'empty'));
  await run('keygen', 'key.pem');
  expect((await machine.json('Signed', ['integrity', 'sign', 'dist', '--key', 'key.pem'])).files).toBe(3);
  const verify = ['verify-signature', 'dist', '--key', 'key.pem.pub'];
  await chmod(join(dist, 'app.js'), 0o600);
  await utimes(join(dist, 'app.js'), 1, 1);
  expect((await run(...verify)).code).toBe(0);
  const alterations: readonly (readonly [() => Promise<unknown>, () => Promise<unknown>])[] = [
    [() => rm(join(dist, 'empty'), { recursive: true }), () => mkdir(join(dist, 'empty'))],
    [() => writeFile(odd, 'y'), () => writeFile(odd, 'x')],
    [async () => (await rm(join(dist, 'link')), await symlink('lib/part.js', join(dist, 'link'))), async () => {}],
  ];
  for (const [alter, repair] of alterations) {
    await alter();
    const { code, stdout } = await run(...verify, '--json');
    expect(code).toBe(6);
    expect(parseShape('SignatureVerification', stdout).differences).toEqual([{ name: '.', kind: 'changed' }]);
    await repair();
  }
  expect((await run(...verify)).stdout).toContain('changed . (the folder as a whole, with links and empty folders)');
});

test('a scrub reads a little each time, until all was read', async () => {
  await run('manifest', 'dist', '--output', 'dist.json');
  const scrub = ['integrity', 'scrub', 'dist', '--manifest', 'dist.json', '--state', 'scrub.json', '--bytes', '1'];
  const first = await machine.json('ScrubRun', scrub);
  expect(first).toMatchObject({ ok: true, state: 'new', coverage: { files: 1, totalFiles: 2 } });
  const second = await machine.json('ScrubRun', scrub);
  expect(second).toMatchObject({ ok: true, state: 'resumed', coverage: { files: 2, share: 1 } });
  await chmod(join(machine.cwd, 'dist/app.js'), 0o600);
  expect((await machine.run(scrub)).code).toBe(6);
  expect((await machine.run([...scrub, '--ignore', 'mode'])).code).toBe(0);
  expect((await machine.run([...scrub, '--ignore', 'content'])).code).toBe(2);
  expect((await run('scrub', 'dist', '--manifest', 'dist.json')).code).toBe(2);
  expect((await machine.run([...scrub.slice(0, -1), 'many'])).code).toBe(2);
});

test('a scrub replaces no file but its own state', async () => {
  await run('manifest', 'dist', '--output', 'dist.json');
  for (const state of ['abc', 'dist.json', 'dist/app.js']) {
    const before = await readFile(join(machine.cwd, state));
    const { code, stderr } = await run('scrub', 'dist', '--manifest', 'dist.json', '--state', state);
    expect([code, stderr]).toEqual([2, expect.stringMatching(/hint: Name another file/)]);
    expect(await readFile(join(machine.cwd, state))).toEqual(before);
  }
  const nowhere = await run('scrub', 'nothing', '--manifest', 'dist.json', '--state', 'no/such/state');
  expect(nowhere.stderr).toContain('no/such');
});

test('a proof of a few hashes shows that a file belongs to a folder, and no other does', async () => {
  await run('manifest', 'dist', '--output', 'dist.json');
  const made = await run('prove', 'app.js', '--manifest', 'dist.json', '--output', 'proof.json');
  const root = /root ([0-9a-f]{64})/.exec(made.stdout)?.[1] ?? '';
  const check = ['prove', 'dist/app.js', '--proof', 'proof.json', '--root', root];
  const proven = `proven: dist/app.js has the content of app.js in the tree with root ${root}\n`;
  expect(await run(...check)).toMatchObject({ code: 0, stdout: proven });
  expect(parseShape('InclusionCheck', (await run(...check, '--json')).stdout)).toMatchObject({ entry: 'app.js' });
  expect((await run('prove', 'abc', '--proof', 'proof.json', '--root', root)).code).toBe(6);
  expect((await run('prove', 'dist/app.js', '--proof', 'proof.json', '--root', '0'.repeat(64))).code).toBe(6);
  const proof = parseShape('InclusionProof', await readFile(join(machine.cwd, 'proof.json'), 'utf8'));
  await writeFile(join(machine.cwd, 'proof.json'), JSON.stringify({ ...proof, index: proof.index + 1 }));
  const forged = await run(...check, '--json');
  expect(parseShape('InclusionCheck', forged.stdout)).toMatchObject({ verified: false });
  expect((await run('prove', 'nothing', '--manifest', 'dist.json')).code).toBe(4);
  expect((await run('prove', 'app.js')).code).toBe(2);
  expect((await run('prove', 'dist/app.js', '--proof', 'dist.json', '--root', root)).code).toBe(6);
  expect((await run('prove', 'dist/app.js', '--proof', 'nowhere', '--root', root)).code).toBe(4);
});
