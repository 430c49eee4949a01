import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';

import { exportRecords, type ExportRecordsOptions } from '../../src/merge/export-records.ts';
import { writeRecordFiles } from '../../src/merge/record-files.ts';
import { recordLines } from '../../src/merge/record-lines.ts';
import type { DataRecord } from '../../src/records/contract.ts';
import { recordsSource } from '../../src/records/records-source.ts';
import type { Repository } from '../../src/repository/contract.ts';
import { createAt, newPlace, tempFolder } from '../fixtures/place.ts';

const guests: DataRecord[] = ['ann', 'ben', 'zoë'].map((id) => ({ id, updatedAt: 5, data: { name: id } }));
const rooms: DataRecord[] = [{ id: '7', data: 'blue' }];

let repository: Repository;
beforeAll(async () => {
  const atEnd: (() => void | Promise<void>)[] = [];
  repository = await createAt(newPlace((action) => atEnd.push(action)));
  const module = (
    name: string,
    records: readonly DataRecord[],
  ): { name: string; read: () => AsyncIterable<DataRecord> } => ({
    name,
    async *read() {
      await Promise.resolve();
      yield* records;
    },
  });
  await repository.backup({
    sources: [recordsSource({ modules: [module('guests', guests), module('rooms', rooms)] })],
  });
  await repository.journal.erase({ module: 'guests', ids: ['ben'] });
  return async () => {
    await repository.close();
    for (const action of atEnd) await action();
  };
});

async function linesOf(options: Partial<ExportRecordsOptions> = {}): Promise<unknown[]> {
  let text = '';
  for await (const piece of recordLines(exportRecords(repository, { snapshot: 'latest', ...options })))
    text += Buffer.from(piece).toString();
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as unknown);
}

describe('an export of records', () => {
  it('is lines of all modules, without those that were erased', async () => {
    const erased: string[] = [];
    const lines = await linesOf({ onErased: (module, id) => erased.push(`${module} ${id}`) });
    expect(lines).toEqual([
      { module: 'guests', ...guests[0] },
      { module: 'guests', ...guests[2] },
      { module: 'rooms', ...rooms[0] },
    ]);
    expect(erased).toEqual(['guests ben']);
  });

  it('is of some modules or some records', async () => {
    expect(await linesOf({ modules: ['rooms'] })).toEqual([{ module: 'rooms', ...rooms[0] }]);
    expect(await linesOf({ records: { guests: ['zoë'] } })).toEqual([{ module: 'guests', ...guests[2] }]);
  });

  it.each<[string, Partial<ExportRecordsOptions>]>([
    ['MODULE_NOT_FOUND', { modules: ['stays'] }],
    ['MODULE_NOT_FOUND', { source: 'other' }],
    ['RECORD_NOT_FOUND', { records: { guests: ['dora'] } }],
    ['ABORTED', { signal: AbortSignal.abort() }],
  ])('is refused as %s: %j', async (code, options) => {
    await expect(linesOf(options)).rejects.toMatchObject({ code });
  });

  it.each(['jsonl', 'json'] as const)(
    'is a file for each module in a folder, as %s, that nobody else can read',
    async (format) => {
      const to = join(tempFolder(), 'out');
      const files = await writeRecordFiles(exportRecords(repository, { snapshot: 'latest' }), { to, format });
      expect(files.map(({ module, records }) => [module, records])).toEqual([
        ['guests', 2],
        ['rooms', 1],
      ]);
      const text = readFileSync(join(to, `guests.${format}`), 'utf8');
      const read: unknown =
        format === 'json'
          ? JSON.parse(text)
          : text
              .trim()
              .split('\n')
              .map((line) => JSON.parse(line) as unknown);
      expect(read).toEqual([guests[0], guests[2]]);
      expect(statSync(join(to, `guests.${format}`)).mode & 0o777).toBe(0o600);
      expect(readdirSync(to)).toHaveLength(2);
    },
  );

  it('leaves a file that is there already, and nothing half written', async () => {
    const to = tempFolder();
    writeFileSync(join(to, 'rooms.jsonl'), 'mine');
    const written = writeRecordFiles(exportRecords(repository, { snapshot: 'latest' }), { to });
    await expect(written).rejects.toMatchObject({ code: 'ALREADY_EXISTS' });
    expect(readFileSync(join(to, 'rooms.jsonl'), 'utf8')).toBe('mine');
    expect(readdirSync(to).toSorted()).toEqual(['guests.jsonl', 'rooms.jsonl']);
    const ended = writeRecordFiles(
      exportRecords(repository, { snapshot: 'latest', records: { guests: ['ann', 'x'] } }),
      {
        to: join(to, 'other'),
      },
    );
    await expect(ended).rejects.toMatchObject({ code: 'RECORD_NOT_FOUND' });
    expect(readdirSync(join(to, 'other'))).toEqual([]);
  });

  it('says what is wrong with a folder', async () => {
    const to = join(tempFolder(), 'file');
    writeFileSync(to, '');
    const written = writeRecordFiles(exportRecords(repository, { snapshot: 'latest' }), { to: join(to, 'below') });
    await expect(written).rejects.toMatchObject({ code: 'PATH_FAILED' });
  });
});
