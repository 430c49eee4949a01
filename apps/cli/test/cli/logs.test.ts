import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generateKeyPair, savePrivateKey, savePublicKey } from '@x/integrity';
import { openLogs } from '@x/logging';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { machineIn, type Machine, parseLines } from '../support/cli.ts';
import { newFolder, removeFolder } from '../support/folders.ts';

let machine: Machine;
let directory: string;

beforeAll(async () => {
  machine = machineIn(await newFolder());
  await mkdir(machine.cwd, { recursive: true });
  const { privateKey, publicKey } = generateKeyPair();
  await savePrivateKey(join(machine.cwd, 'audit.key'), privateKey);
  await savePublicKey(join(machine.cwd, 'audit.key.pub'), publicKey);
  await writeFile(
    join(machine.cwd, 'holdfast.config.json'),
    JSON.stringify({ logs: { signKey: 'audit.key', retention: { structured: 3 }, redact: ['roomCode'] } }),
  );
  directory = join(machine.cwd, '.holdfast', 'logs');
  let ms = Date.now() - 10 * 86_400_000;
  const logs = await openLogs({ directory, host: 'web-1', clock: { now: () => ms, monotonic: () => ms } });
  for (let day = 0; day <= 10; day++) {
    logs.logger.child({ tenant: day % 2 === 0 ? 'hotel-a' : 'hotel-b' }).warn('disk full', { day });
    logs.logger.info('quiet day', { day });
    await logs.time('backup', () => void (ms += 20));
    await logs.audit.append({ name: 'backup.created', tenant: 'hotel-a', principal: 'ada', details: { day } });
    await logs.flush();
    ms += 86_400_000 - 20;
  }
  await logs.tidy();
  await logs.close();
});

afterAll(async () => removeFolder(machine.root));

/** The only file of the audit log that is not compressed. */
async function lastAuditFile(): Promise<string> {
  const names = await readdir(join(directory, 'audit'));
  return join(directory, 'audit', names.filter((name) => name.endsWith('.jsonl')).at(-1) ?? '');
}

describe('holdfast logs', () => {
  it.each(['search', 'tail', 'export', 'stats'])(
    '%s: a query does not lead around the tenant that is asked for',
    async (name) => {
      const { code, stdout, stderr } = await machine.run(['logs', name, 'disk) OR (disk', '--tenant', 'hotel-b']);
      expect([code, stdout]).toEqual([2, '']);
      expect(stderr).toContain('at character 5 of the query, got ") OR (disk"');
    },
  );

  it('finds records by a query and by options, newest first, and goes on after a cursor', async () => {
    const { stdout, code } = await machine.run([
      'logs',
      'search',
      'tenant=hotel-a level>=warn "disk full"',
      '--limit',
      '2',
    ]);
    expect(code).toBe(0);
    expect(stdout.split('\n')).toEqual([
      expect.stringMatching(/^20\d\d-\d\d-\d\d \d\d:\d\d:\d\d WARN  hotel-a disk full day=10$/),
      expect.stringMatching(/day=8$/),
      '',
    ]);
    const args = ['logs', 'search', 'disk', '--tenant', 'hotel-b', '--level', 'warn', '--limit', '3', '--json'];
    const first = parseLines('LogRecord', (await machine.run(args)).stdout);
    expect(first.map(({ fields }) => fields['day'])).toEqual([9, 7, 5]);
    const rest = parseLines('LogRecord', (await machine.run([...args, '--after', first.at(-1)?.cursor ?? ''])).stdout);
    expect(rest.map(({ fields }) => fields['day'])).toEqual([3, 1]);
    const recent = parseLines(
      'LogRecord',
      (await machine.run(['logs', 'search', '--stream', 'structured', '--from', '36h', '--oldest-first', '--json']))
        .stdout,
    );
    expect(recent.map(({ message }) => message)).toEqual(['disk full', 'quiet day', 'disk full', 'quiet day']);
  });

  it('shows the last records in their order, and says what is wrong with a query', async () => {
    const { stdout } = await machine.run(['logs', 'tail', '--limit', '2', '--stream', 'audit']);
    expect(stdout).toMatch(/INFO {2}backup.created hotel-a .*"day":9.*\n.*"day":10/);
    const { code, stderr } = await machine.run(['logs', 'search', 'level>=loud']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/Expected a level: trace, debug.* at character 1 [\s\S]*hint: Such as/);
  });

  it('follows until it is told to stop', { timeout: 240_000 }, async () => {
    const logs = await openLogs({ directory, flushMs: 1 });
    logs.logger.info('it is followed, first');
    await logs.flush();
    let isTold = false;
    const { stdout, code } = await machine.run(['logs', 'tail', 'followed', '--follow', '--json'], {
      onStdout: (child, text) => {
        if (text.includes('second')) child.kill('SIGINT');
        else if (!isTold) logs.logger.info('it is followed, second');
        isTold = true;
      },
    });
    await logs.close();
    const messages = parseLines('LogRecord', stdout).map(({ message }) => message);
    expect(messages).toEqual(['it is followed, first', 'it is followed, second']);
    expect(code).toBe(0);
  });

  it('shows what there is, and how long things took', async () => {
    const { streams, spans } = await machine.json('LogsStats', ['logs', 'stats']);
    expect(streams.map(({ stream, records }) => [stream, records])).toEqual([
      ['structured', 24],
      ['audit', 11],
      ['performance', 11],
    ]);
    expect(spans).toMatchObject([{ name: 'backup', count: 11, p50Ms: 20 }]);
    const { stdout } = await machine.run(['logs', 'stats', 'name=backup', '--from', '60h']);
    expect(stdout).toMatch(/^STREAM[\s\S]*SPAN .*P95 MS.*\nbackup +3 +0 +20/m);
  });

  it('verifies the audit log, signs where it ends, and finds what was changed or cut', async () => {
    const report = await machine.json('LogsVerification', ['logs', 'verify']);
    expect(report).toMatchObject({ ok: true, records: 11, checkpoints: 0 });
    await writeFile(join(machine.cwd, 'head.json'), JSON.stringify(report));
    const { note } = await machine.json('LogsCheckpoint', ['logs', 'checkpoint']);
    await writeFile(join(machine.cwd, 'monday.note'), note);
    const signed = await machine.json('LogsVerification', ['logs', 'verify', '--checkpoint', 'monday.note']);
    expect(signed).toMatchObject({ ok: true, covered: 11, checkpoints: 2 });
    const copy = join(machine.root, 'changed');
    await cp(directory, copy, { recursive: true });
    const file = await lastAuditFile();
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replace('"ada"', '"eve"'));
    const changed = await machine.run(['logs', 'verify']);
    expect(changed.code).toBe(6);
    expect(changed.stdout).toMatch(/Entry 10 does not have the hash that is stored with it/);
    await rm(file);
    await rm(join(directory, 'audit', 'checkpoints'), { recursive: true });
    expect((await machine.run(['logs', 'verify'])).code).toBe(0);
    const cut = await machine.run(['logs', 'verify', '--remembered', 'head.json']);
    expect(cut.code).toBe(6);
    expect(cut.stdout).toMatch(/ends after 10 entries, but had 11/);
    await rm(directory, { recursive: true });
    await cp(copy, directory, { recursive: true, preserveTimestamps: true });
  });

  it('hands records over as a table and sealed, and verifies the seal elsewhere', async () => {
    const csv = await machine.run(['logs', 'export', 'tenant=hotel-b', '--format', 'csv']);
    expect(csv.stdout.trim().split('\r\n')).toHaveLength(6);
    const args = ['logs', 'export', '--stream', 'audit', '--format', 'bundle', '--output', 'handed-over'];
    await expect(machine.json('LogsExported', args)).resolves.toMatchObject({ format: 'bundle', records: 11 });
    expect((await machine.run(args)).code).toBe(7);
    const look = ['logs', 'verify-bundle', 'handed-over', '--public-key', 'audit.key.pub'];
    await expect(machine.json('LogsBundle', look)).resolves.toMatchObject({ ok: true, records: 11 });
    await writeFile(join(machine.cwd, 'handed-over', 'records.ndjson'), '');
    expect((await machine.run(look)).code).toBe(6);
  });

  it('takes lines of others, without their secrets', async () => {
    const input = '{"level":40,"time":1795914000000,"msg":"from pino","roomCode":"geheim"}\nplain text\n';
    const { stdout } = await machine.run(['logs', 'import', '--json'], { input });
    expect(JSON.parse(stdout)).toEqual({ lines: 2 });
    const found = await machine.run(['logs', 'search', '"from pino" OR "plain text"', '--json']);
    expect(parseLines('LogRecord', found.stdout)).toHaveLength(2);
    expect(found.stdout).not.toContain('geheim');
  });

  it('ends an import that the disk does not take, and says so', async () => {
    await writeFile(join(machine.cwd, 'no-folder'), '');
    const input = `${'x'.repeat(1000)}\n`.repeat(10_000);
    const { code, stdout, stderr } = await machine.run(['logs', 'import', '--logs-directory', 'no-folder/logs'], {
      input,
    });
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain('holdfast: Expected to write all lines, got a disk that does not take them');
  });

  it('removes what is older than the configuration says, after it was said what', async () => {
    const before = await machine.json('LogsCleaned', ['logs', 'clean', '--dry-run']);
    expect(before.dryRun).toBe(true);
    expect(before.files.length).toBeGreaterThan(5);
    const { files } = await machine.json('LogsCleaned', ['logs', 'clean']);
    expect(files).toEqual(before.files);
    await expect(machine.json('LogsCleaned', ['logs', 'clean'])).resolves.toMatchObject({ files: [] });
    expect((await machine.run(['logs', 'verify'])).code).toBe(0);
  });
});
