import { appendFile, cp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generateKeyPair } from '@x/integrity';
import { describe, expect, test } from 'vitest';
import { type AuditFinding, openLogs, verifyAudit, verifyAuditProof } from '../../src/index.ts';
import { all, newFolder, newLogs } from '../fixtures/folders.ts';

const keys = generateKeyPair();

/** Ten events, and where they are. */
async function tenEvents(options = {}): Promise<{ directory: string; file: string; lines: string[] }> {
  const { logs, directory } = await newLogs({ origin: 'shop/audit', ...options });
  for (let index = 0; index < 10; index++) {
    await logs.audit.append({ name: 'room.booked', tenant: 'hotel-a', principal: 'ada', details: { index } });
  }
  await logs.close();
  const [name = ''] = (await readdir(join(directory, 'audit'))).filter((each) => each.endsWith('.jsonl'));
  const file = join(directory, 'audit', name);
  return { directory, file, lines: (await readFile(file, 'utf8')).trimEnd().split('\n') };
}

async function findingsOf(directory: string, options = {}): Promise<readonly AuditFinding[]> {
  return (await verifyAudit(directory, options)).findings;
}

test('an untouched log has no findings, and every record is a line of JSON that names the one before', async () => {
  const { directory, lines } = await tenEvents();
  const report = await verifyAudit(directory);
  expect(report).toMatchObject({
    ok: true,
    records: 10,
    first: 0,
    covered: 0,
    head: { origin: 'shop/audit', size: 10 },
  });
  const [header, first, second] = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(header).toMatchObject({ chain: 'holdfast-chain-v1', first: 0 });
  expect(first).toMatchObject({
    number: 0,
    name: 'room.booked',
    tenant: 'hotel-a',
    principal: 'ada',
    host: 'web-1',
    details: { index: 0 },
  });
  expect(second?.['previous']).toBe(first?.['hash']);
});

describe('what is done to a log is found, at its first place', () => {
  const cases: readonly [string, (lines: string[]) => string[], object][] = [
    [
      'a changed record',
      (l) => l.with(4, (l[4] ?? '').replace('"ada"', '"eve"')),
      { kind: 'bad-entry', number: 3, why: 'hash' },
    ],
    [
      'a changed hash',
      (l) => l.with(4, (l[4] ?? '').replace(/[0-9a-f]{64}"\}$/, `${'0'.repeat(64)}"}`)),
      { kind: 'bad-entry', number: 3, why: 'hash' },
    ],
    ['a removed record', (l) => l.toSpliced(4, 1), { kind: 'bad-entry', number: 3, why: 'number' }],
    [
      'records that were swapped',
      (l) => l.with(4, l[5] ?? '').with(5, l[4] ?? ''),
      { kind: 'bad-entry', number: 3, why: 'number' },
    ],
    ['a record that was put in', (l) => l.toSpliced(4, 0, l[4] ?? ''), { kind: 'bad-entry', number: 4, why: 'number' }],
    ['a line that is none', (l) => l.with(4, 'hello'), { kind: 'bad-entry', number: 3, why: 'unlinked' }],
    ['another header', (l) => l.with(0, 'hello'), { kind: 'bad-segment' }],
  ];
  test.each(cases)('%s', async (_, change, expected) => {
    const { directory, file, lines } = await tenEvents();
    await writeFile(file, `${change(lines).join('\n')}\n`);
    expect(await findingsOf(directory)).toMatchObject([{ ...expected, file }]);
  });
});

test('a cut end is found by who remembers where the log ended', async () => {
  const { directory, file, lines } = await tenEvents();
  const { head } = await verifyAudit(directory);
  await writeFile(file, `${lines.slice(0, -2).join('\n')}\n`);
  expect(await findingsOf(directory)).toEqual([]);
  expect(await findingsOf(directory, { remembered: [head] })).toMatchObject([{ kind: 'cut-tail', size: 8 }]);
  await rm(join(directory, 'audit'), { recursive: true });
  expect(await findingsOf(directory, { remembered: [head] })).toMatchObject([{ kind: 'cut-tail', size: 0 }]);
});

test('a log that was written anew as a whole is found by a signed checkpoint, beside it or kept elsewhere', async () => {
  const { directory } = await tenEvents({ signingKey: keys.privateKey });
  const notes = join(directory, 'audit', 'checkpoints');
  const kept = await newFolder();
  await cp(notes, kept, { recursive: true });
  const trust = { publicKeys: [keys.publicKey] };
  expect(await verifyAudit(directory, trust)).toMatchObject({ ok: true, covered: 10, checkpoints: 1 });
  await rm(join(directory, 'audit'), { recursive: true });
  const forged = await newLogs({ directory, origin: 'shop/audit' });
  for (let index = 0; index < 10; index++)
    await forged.logs.audit.append({ name: 'room.booked', details: { index: index + 1 } });
  await forged.logs.close();
  expect(await findingsOf(directory)).toEqual([]);
  const [name = ''] = await readdir(kept);
  const note = await readFile(join(kept, name), 'utf8');
  expect(await findingsOf(directory, { ...trust, notes: [note] })).toMatchObject([{ kind: 'fork' }]);
  await cp(kept, notes, { recursive: true });
  expect(await findingsOf(directory, trust)).toMatchObject([{ kind: 'fork' }]);
  expect(await findingsOf(directory, { publicKeys: [generateKeyPair().publicKey] })).toMatchObject([
    { kind: 'bad-checkpoint' },
  ]);
  await expect(verifyAudit(directory, { notes: [note] })).rejects.toMatchObject({ code: 'KEY_NEEDED' });
});

test('a line that was torn is put aside before the next one is written', async () => {
  const { directory, file } = await tenEvents();
  // Torn within a letter.
  const torn = Buffer.from('{"details":{"guest":"José').subarray(0, -1);
  await appendFile(file, torn);
  expect(await verifyAudit(directory)).toMatchObject({ ok: true, records: 10, tornBytes: torn.length });
  const { logs } = await newLogs({ directory });
  expect(await all(logs.audit.read())).toHaveLength(10);
  await expect(logs.audit.record({ name: 'room.freed' })).resolves.toMatchObject({ number: 10 });
  expect(await verifyAudit(directory)).toMatchObject({ ok: true, records: 11, tornBytes: 0 });
  const [aside = ''] = await readdir(join(directory, 'audit', 'torn'));
  await expect(readFile(join(directory, 'audit', 'torn', aside))).resolves.toEqual(torn);
});

test('a folder that was moved aside is followed by a new chain, for all who have the log open', async () => {
  const { directory } = await tenEvents();
  const [one, two] = [await newLogs({ directory }), await newLogs({ directory })];
  await Promise.all([one, two].map(async ({ logs }) => logs.audit.append({ name: 'room.freed' })));
  await rename(join(directory, 'audit'), join(directory, 'aside'));
  await Promise.all([one, two, one, two].map(async ({ logs }) => logs.audit.append({ name: 'room.freed' })));
  expect(await verifyAudit(directory)).toMatchObject({ ok: true, records: 4 });
});

test('nobody can append to a log that was changed', async () => {
  const { directory, file, lines } = await tenEvents();
  await writeFile(file, `${lines.with(4, (lines[4] ?? '').replace('"ada"', '"eve"')).join('\n')}\n`);
  const { logs } = await newLogs({ directory });
  await expect(logs.audit.append({ name: 'room.freed' })).rejects.toMatchObject({ code: 'AUDIT_DAMAGED' });
});

test('a record is proven to be in the log, to who has only the public key', async () => {
  const { directory } = await tenEvents();
  const { logs } = await newLogs({ directory, signingKey: keys.privateKey });
  for (const number of [0, 3, 9]) {
    const proof = await logs.audit.prove(number);
    expect(verifyAuditProof(proof, [keys.publicKey])).toBe(true);
    expect(verifyAuditProof({ ...proof, line: proof.line.replace('hotel-a', 'hotel-b') }, [keys.publicKey])).toBe(
      false,
    );
    expect(verifyAuditProof({ ...proof, number: 5 }, [keys.publicKey])).toBe(false);
    expect(verifyAuditProof(proof, [generateKeyPair().publicKey])).toBe(false);
  }
  await expect(logs.audit.prove(10)).rejects.toMatchObject({ code: 'RECORD_NOT_FOUND' });
});

test('who may not read is told by the application, and events on somebody’s behalf carry their name', async () => {
  const { logs } = await newLogs({
    authorize: ({ by }) => {
      if (by !== 'auditor') throw new Error('not for you');
    },
  });
  await logs.audit.as('auditor').append({ name: 'room.booked' });
  await expect(all(logs.audit.read())).rejects.toThrow('not for you');
  await expect(all(logs.search('', { streams: ['audit'] }))).rejects.toThrow('not for you');
  await expect(all(logs.follow('', { streams: ['audit'] }))).rejects.toThrow('not for you');
  await expect(all(logs.audit.as('auditor').read())).resolves.toMatchObject([
    { name: 'room.booked', principal: 'auditor' },
  ]);
  await expect(all(logs.search('', { streams: ['audit'], principal: 'auditor' }))).resolves.toHaveLength(1);
});

test('an event that is none is refused, and one with secrets loses them', async () => {
  const { logs } = await newLogs();
  for (const event of [
    { name: '' },
    { name: 'a b' },
    { name: 'a', level: 'debug' },
    { name: 'a', at: 'x' },
    { name: 'a', details: 1 },
  ]) {
    await expect(logs.audit.append(event as never)).rejects.toMatchObject({ code: 'INVALID_EVENT' });
  }
  await logs.audit.append({
    name: 'user.added',
    details: { password: 'geheim', half: '\ud800', large: 'a'.repeat(1e6) },
  });
  const [event] = await all(logs.audit.read());
  expect(event?.details).toMatchObject({ password: '[hidden]' });
  expect(await logs.audit.verify()).toMatchObject({ ok: true });
  await logs.close();
  await expect(logs.audit.append({ name: 'late' })).rejects.toMatchObject({ code: 'LOGS_CLOSED' });
});

test('files of an audit log are compressed when they are full, and the chain goes on over all of them', async () => {
  const { logs, directory, time } = await newLogs({ maxFileBytes: 16_384 });
  for (let index = 0; index < 120; index++) {
    if (index === 60) time.ms += 86_400_000;
    await logs.audit.append({ name: 'room.booked', details: { index, text: 'x'.repeat(300) } });
  }
  await logs.tidy();
  const names = await readdir(join(directory, 'audit'));
  expect(names.filter((name) => name.endsWith('.zst')).length).toBeGreaterThan(2);
  expect(await logs.audit.verify()).toMatchObject({ ok: true, records: 120 });
  // Opening reads the last file; where the state beside it is missing, all of them, once: it is made again.
  const states = names.filter((name) => name.endsWith('.state'));
  const last = join(directory, 'audit', states.at(-1) ?? '');
  const kept = await readFile(last, 'utf8');
  for (const name of states) await rm(join(directory, 'audit', name));
  const again = await openLogs({ directory });
  await expect(again.audit.record({ name: 'room.freed' })).resolves.toMatchObject({ number: 120 });
  await expect(readFile(last, 'utf8')).resolves.toBe(kept);
  expect(await verifyAudit(directory)).toMatchObject({ ok: true, records: 121 });
  const first = names.find((name) => name.endsWith('.zst')) ?? '';
  await rm(join(directory, 'audit', first));
  expect(await findingsOf(directory)).toMatchObject([{ kind: 'missing-segment', first: 0 }]);
  await again.close();
});
