import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { expect, test } from 'vitest';
import { newMachine } from '../support/cli.ts';
import { writeTree } from '../support/tree.ts';

test('a snapshot goes to an archive, is verified, and comes back in another repository', async () => {
  const machine = await newMachine();
  await writeTree(machine.cwd, { 'files/a.txt': 'a', 'files/b/c.txt': 'c' });
  await machine.run(['init']);
  await machine.run(['backup', 'create', 'files', '--name', 'one']);
  const made = await machine.json('ArchiveExported', ['backup', 'export', 'one', '--to', 'one.zip']);
  expect(made).toMatchObject({ files: 2, bytes: 2, encrypted: false });
  const verified = await machine.run(['backup', 'import', 'one.zip', '--verify-only']);
  expect([verified.code, verified.stdout]).toEqual([0, expect.stringContaining(made.manifestSha256) as string]);
  await machine.run(['init', '--repo', 'other']);
  const other = ['--repo', 'other', '--manifest-sha256', made.manifestSha256];
  const report = await machine.json('ArchiveImported', ['backup', 'import', 'one.zip', '--tenant', 'shop', ...other]);
  expect(report.imported).toMatchObject({ name: 'one', tenant: { name: 'shop' } });
  const cat = ['backup', 'cat', `${report.imported?.id}:files/b/c.txt`, '--repo', 'other'];
  expect((await machine.run(cat)).stdout).toBe('c');
  expect(report.imported?.compression).toBe('maximum');
  expect((await machine.run(['backup', 'export', 'one', '--to', 'l.zip', '--level', '1'])).code).toBe(0);
  expect((await machine.run(['backup', 'export', 'one', '--to', 'm.zip', '--level', '10'])).code).toBe(2);
  expect((await machine.run(['backup', 'export', 'one', '--to', 'one.zip'])).code).toBe(1);
  const bytes = await readFile(join(machine.cwd, 'one.zip'));
  await writeFile(join(machine.cwd, 'cut.zip'), bytes.subarray(0, -30));
  const cut = await machine.run(['backup', 'import', 'cut.zip', '--repo', 'other']);
  expect([cut.code, cut.stderr]).toEqual([6, expect.stringContaining('ZIP archive') as string]);
  expect((await machine.run(['backup', 'export', 'one', '--to', 'one.tar'])).code).toBe(2);
});

test('an archive for a recipient of age needs the identity', async () => {
  const machine = await newMachine();
  await writeTree(machine.cwd, { 'a.txt': 'a' });
  await machine.run(['init']);
  await machine.run(['backup', 'create', 'a.txt']);
  const identity = await generateX25519Identity();
  await writeFile(join(machine.cwd, 'ann.txt'), `${identity}\n`);
  const recipient = await identityToRecipient(identity);
  await machine.run(['backup', 'export', 'latest', '--to', 'a.zip.age', '--encrypt-to', recipient]);
  expect((await machine.run(['backup', 'import', 'a.zip.age'])).code).toBe(5);
  const found = await machine.run(['backup', 'import', 'a.zip.age', '--archive-identity', 'ann.txt', '--verify-only']);
  expect([found.code, found.stdout]).toEqual([0, expect.stringContaining('encrypted') as string]);
});

test('a dump goes to .gz, by export and by cat', async () => {
  const machine = await newMachine();
  await machine.run(['init']);
  await machine.run(['backup', 'create', '--source-command', 'db/shop.sql=printf "SELECT 1;"']);
  expect(await machine.json('FileExported', ['backup', 'export', 'latest', '--to', 'shop.sql.gz'])).toMatchObject({
    path: 'db/shop.sql',
    bytes: 9,
  });
  expect(gunzipSync(await readFile(join(machine.cwd, 'shop.sql.gz'))).toString()).toBe('SELECT 1;');
  const wrong = await machine.run(['backup', 'export', 'latest', '--to', 'b.gz', '--compress', 'store']);
  expect(wrong.code).toBe(2);
  await machine.run(['backup', 'export', 'latest:db/shop.sql', '--to', 'c', '--gzip']);
  expect(gunzipSync(await readFile(join(machine.cwd, 'c'))).toString()).toBe('SELECT 1;');
});
