import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { fileFlags } from '../../src/file/index.ts';
import { createFlags } from '../../src/index.ts';

let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-flags-'));
  file = join(folder, 'flags.yaml');
  await writeFile(file, 'flags:\n  f: {}\n');
});

afterEach(() => rm(folder, { recursive: true, force: true }));

const until = (condition: () => boolean): Promise<void> => vi.waitFor(() => expect(condition()).toBe(true), 10_000);

it('a change of the file comes into force by itself, also by another file in its place', async () => {
  await using flags = createFlags({ store: fileFlags(file, { pollMs: 200 }) });
  await flags.ready();
  await writeFile(file, 'flags:\n  f: { enabled: false }\n');
  await until(() => !flags.isEnabled('f'));
  await writeFile(`${file}.new`, 'flags:\n  f: {}\n  g: {}\n');
  await rename(`${file}.new`, file);
  await until(() => flags.isEnabled('g'));
});

it('a bad edit changes nothing of its flag, and says where it is', async () => {
  await using flags = createFlags({ store: fileFlags(file, { pollMs: 200 }) });
  await flags.ready();
  await writeFile(file, 'flags:\n  f:\n    enabled: maybe\n  g: {}\n');
  await until(() => flags.state === 'stale');
  expect([flags.isEnabled('f'), flags.isEnabled('g')]).toEqual([true, true]);
  expect(flags.findings).toMatchObject([{ flag: 'f', line: 3, column: 14 }]);
  expect(flags.problem).toMatchObject({ code: 'INVALID_FLAGS', problems: [{ line: 3, column: 14 }] });
  await rm(file);
  await flags.refresh();
  expect([flags.isEnabled('f'), flags.problem]).toEqual([true, expect.objectContaining({ code: 'UNREADABLE_FLAGS' })]);
});

it('a file that is not there, or is too large, is named', async () => {
  const absent = createFlags({ store: fileFlags(join(folder, 'none.json')) });
  await expect(absent.ready()).rejects.toMatchObject({
    code: 'UNREADABLE_FLAGS',
    message: expect.stringContaining('ENOENT'),
  });
  await writeFile(file, ' '.repeat(10 * 1024 * 1024 + 1));
  const large = createFlags({ store: fileFlags(file) });
  await expect(large.ready()).rejects.toMatchObject({ code: 'FLAGS_TOO_LARGE' });
  await absent[Symbol.asyncDispose]();
  await large[Symbol.asyncDispose]();
});

it('bytes that are not UTF-8 are refused, not replaced', async () => {
  await writeFile(file, Buffer.from('flags: { f: { targetTenants: [João] } }', 'latin1'));
  await using flags = createFlags({ store: fileFlags(file) });
  await expect(flags.ready()).rejects.toMatchObject({
    code: 'UNREADABLE_FLAGS',
    message: expect.stringContaining('got bytes that are not UTF-8'),
  });
});
