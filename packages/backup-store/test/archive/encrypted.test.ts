import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { Decrypter } from 'age-encryption';
import { expect, test } from 'vitest';
import { importZip, verifyZip } from '../../src/archive/index.ts';
import { newAgeKey } from '../fixtures/age-key.ts';
import { createAt, failureOf, newPlace } from '../fixtures/place.ts';
import { exported, originOf } from './archives.ts';
import { fileOf } from './forge.ts';

const CHUNK = 64 * 1024;

test.each(['plain', 'hybrid'] as const)(
  'an archive for recipients of age (%s) is opened by each of them, and by the library',
  async (kind) => {
    const origin = await originOf();
    const [ann, ben] = [
      await newAgeKey(origin.place.folder, 'ann', kind),
      await newAgeKey(origin.place.folder, 'ben', kind),
    ];
    const plain = await exported(origin);
    const recipients = [ann.recipient, ben.recipient];
    const { path, encrypted, manifestSha256 } = await exported(origin, 'a.zip.age', { recipients });
    expect([encrypted, manifestSha256]).toEqual([true, plain.manifestSha256]);
    const decrypter = new Decrypter();
    decrypter.addIdentity(ann.identity);
    const opened = await decrypter.decrypt(readFileSync(path));
    expect(readFileSync(plain.path).equals(opened)).toBe(true);
    const repository = await createAt(newPlace());
    const { imported, ...report } = await importZip({ repository, from: path, identities: [ben.identity] });
    expect(report).toMatchObject({ encrypted: true, manifestSha256 });
    expect(imported.files.total).toBe(origin.record.files.total);
  },
);

test('without the right identity nothing is told, and wrong recipients leave nothing', async () => {
  const origin = await originOf({ a: 'text' }, {});
  const [ann, ben] = [await newAgeKey(origin.place.folder, 'ann'), await newAgeKey(origin.place.folder, 'ben')];
  const { path } = await exported(origin, 'a.zip.age', { recipients: [ann.recipient] });
  expect((await failureOf(verifyZip(path))).code).toBe('KEY_REQUIRED');
  expect((await failureOf(verifyZip(path, { identities: [ben.identity] }))).code).toBe('WRONG_KEY');
  const mistyped = await failureOf(verifyZip(path, { identities: ['AGE-SECRET-KEY-1SECRET'] }));
  expect([mistyped.code, String(mistyped.cause), mistyped.message.includes('SECRET')]).toEqual([
    'INVALID_OPTION',
    'undefined',
    false,
  ]);
  for (const recipients of [[], ['ssh-ed25519 AAAA'], [`${ann.recipient}x`]])
    expect((await failureOf(exported(origin, 'b.zip.age', { recipients }))).code).toBe('INVALID_OPTION');
  expect(readdirSync(origin.place.folder).filter((name) => name.startsWith('b.'))).toEqual([]);
});

test('an encrypted archive that was changed or cut anywhere is refused', async () => {
  const origin = await originOf();
  const { recipient, identity } = await newAgeKey(origin.place.folder, 'ann');
  const { path } = await exported(origin, 'a.zip.age', { recipients: [recipient] });
  const bytes = readFileSync(path);
  const at = (position: number): Buffer => {
    const other = Buffer.from(bytes);
    other[position] = (other[position] as number) ^ 1;
    return other;
  };
  const header = bytes.indexOf('\n--- ');
  const changed = [30, header + 10, header + 60, header + 1000, bytes.length - 1, bytes.length - CHUNK].map(at);
  const cut = [100, header + 60, CHUNK, bytes.length - 1, bytes.length - 17].map((length) => bytes.subarray(0, length));
  const swapped = Buffer.from(bytes);
  const first = bytes.length % (CHUNK + 16);
  swapped.copyWithin(first, first + CHUNK + 16, first + 2 * (CHUNK + 16));
  for (const other of [...changed, ...cut, swapped]) {
    const { code } = await failureOf(verifyZip(fileOf(other), { identities: [identity] }));
    expect(['ARCHIVE_DAMAGED', 'WRONG_KEY']).toContain(code);
  }
});

test('age itself opens an archive', async ({ skip }) => {
  const origin = await originOf({ a: 'text' }, {});
  const { recipient, file } = await newAgeKey(origin.place.folder, 'ann');
  const { path } = await exported(origin, 'a.zip.age', { recipients: [recipient] });
  const plain = await exported(origin);
  try {
    expect(execFileSync('age', ['--decrypt', '--identity', file, path]).equals(readFileSync(plain.path))).toBe(true);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return skip('age is not there');
    throw error;
  }
});
