import { appendFile, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generateKeyPair } from '@x/integrity';
import { expect, test } from 'vitest';
import { verifyBundle } from '../../src/index.ts';
import { all, newFolder, newLogs } from '../fixtures/folders.ts';

test('records leave as the lines that they are, or as a table', async () => {
  const { logs } = await newLogs();
  logs.logger.info('says "hello", twice', { tenant: 'hotel-a', room: 1 });
  logs.logger.warn('=HYPERLINK("x")', { correlationId: 'r1' });
  await logs.flush();
  const ndjson = (await all(logs.export())).join('');
  expect(
    ndjson
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { msg: string }).msg),
  ).toEqual(['says "hello", twice', '=HYPERLINK("x")']);
  const [head, first, second] = (await all(logs.export('', { format: 'csv' }))).join('').split('\r\n');
  expect(head).toBe('time,stream,level,name,tenant,principal,correlationId,host,message,fields');
  expect(first).toBe(
    `2026-11-28T12:00:00.000Z,structured,info,,hotel-a,,,web-1,"says ""hello"", twice","{""pid"":${process.pid},""room"":1}"`,
  );
  expect(second).toContain(`r1,web-1,"'=HYPERLINK(""x"")",`);
});

test('a sealed bundle is verified with the public key alone, and whatever is done to it is found', async () => {
  const { publicKey, privateKey } = generateKeyPair();
  const { logs, directory } = await newLogs({ signingKey: privateKey });
  for (const tenant of ['hotel-a', 'hotel-b']) await logs.audit.append({ name: 'room.booked', tenant });
  const folder = join(await newFolder(), 'bundle');
  const manifest = await logs.seal(folder, 'tenant=hotel-a', { streams: ['audit'] });
  expect(manifest).toMatchObject({ records: 1, query: 'tenant=hotel-a', streams: ['audit'], host: 'web-1' });
  await rm(directory, { recursive: true });
  expect(await verifyBundle(folder, [publicKey])).toMatchObject({ ok: true, problems: [], manifest: { records: 1 } });
  expect(await verifyBundle(folder, [generateKeyPair().publicKey])).toMatchObject({ ok: false });
  await expect(logs.seal(folder)).rejects.toMatchObject({ code: 'BUNDLE_EXISTS' });
  const text = await readFile(join(folder, 'manifest.json'), 'utf8');
  await writeFile(join(folder, 'manifest.json'), text.replace('hotel-a', 'hotel-b'));
  expect(await verifyBundle(folder, [publicKey])).toMatchObject({ ok: false });
  await writeFile(join(folder, 'manifest.json'), text);
  await appendFile(join(folder, 'records.ndjson'), '{}\n');
  const { ok, problems } = await verifyBundle(folder, [publicKey]);
  expect({ ok, problems }).toEqual({ ok: false, problems: ['records.ndjson is not what was signed: it was changed.'] });
  await rm(join(folder, 'manifest.json'));
  await expect(verifyBundle(folder, [publicKey])).rejects.toMatchObject({ code: 'INVALID_BUNDLE' });
});

test('nothing is sealed without a key', async () => {
  const { logs } = await newLogs();
  await expect(logs.seal(join(await newFolder(), 'x'))).rejects.toMatchObject({ code: 'KEY_NEEDED' });
  await expect(logs.audit.checkpoint()).rejects.toMatchObject({ code: 'KEY_NEEDED' });
});
