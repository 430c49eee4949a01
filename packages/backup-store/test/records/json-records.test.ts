import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { DataRecord, RecordChange } from '../../src/index.ts';
import { type JsonDocument, jsonRecords } from '../../src/records/index.ts';
import { IS_ROOT } from '../fixtures/child.ts';
import { failureOf, listOf, tempFolder } from '../fixtures/place.ts';
import { mountSmallDisk } from '../fixtures/tmpfs.ts';

const signal = new AbortController().signal;

function written(files: Readonly<Record<string, string>>): string {
  const folder = tempFolder();
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

const FILES = {
  'rooms.json': '[{"no": 2, "at": "2026-01-02T00:00:00Z"}, {"no": 10, "at": 5.5}, {"no": 1}]',
  'prices.json': '{"b": {"at": 7}, "a": 5, "__proto__": {"at": 8}}',
  'log.jsonl': '{"no":"x","at":1}\r\n\n{"no":"w","at":2}',
  'guests/b.json': '{"at": 3}',
  'guests/a.json': '"text"',
  'guests/note.txt': 'no record',
};

const documentsIn = (folder: string): JsonDocument[] => [
  { path: join(folder, 'rooms.json'), idField: 'no', updatedAtField: 'at' },
  { path: join(folder, 'prices.json'), updatedAtField: 'at' },
  { path: join(folder, 'log.jsonl'), idField: 'no', updatedAtField: 'at' },
  { path: join(folder, 'guests'), updatedAtField: 'at' },
];

const IDS = { rooms: ['1', '10', '2'], prices: ['__proto__', 'a', 'b'], log: ['w', 'x'], guests: ['a', 'b'] };

describe('JSON documents', () => {
  it('are arrays, objects, lines and folders of records', async () => {
    const { source, target } = jsonRecords({ documents: documentsIn(written(FILES)) });
    for (const module of source.modules) {
      const records = await listOf(module.read({ signal }));
      const ids = IDS[module.name as keyof typeof IDS];
      expect(records.map(({ id }) => id).toSorted()).toEqual(ids);
      expect((await listOf(module.ids?.({ signal }) as AsyncIterable<string>)).toSorted()).toEqual(ids);
      expect((await listOf(target.read(module.name, { signal }))).map(({ id }) => id)).toEqual(ids);
    }
    const [rooms, prices] = source.modules;
    const since = Date.parse('2026-01-01T00:00:00Z');
    expect(await listOf(rooms?.read({ signal, since }) as AsyncIterable<DataRecord>)).toEqual([
      { id: '2', updatedAt: Date.parse('2026-01-02T00:00:00Z'), data: { no: 2, at: '2026-01-02T00:00:00Z' } },
      { id: '1', data: { no: 1 } },
    ]);
    expect(await listOf(prices?.read({ signal, since: 8 }) as AsyncIterable<DataRecord>)).toMatchObject([
      { id: 'a', data: 5 },
      { id: '__proto__' },
    ]);
  });

  it('are changed in their own form, all or none', async () => {
    const folder = written(FILES);
    const { target } = jsonRecords({ documents: documentsIn(folder) });
    const changes = async function* (fail: boolean): AsyncGenerator<RecordChange> {
      for (const module of ['rooms', 'log'])
        yield { module, type: 'put', record: { id: '10', data: { no: '10', module } } };
      yield { module: 'rooms', type: 'delete', id: '2' };
      yield { module: 'prices', type: 'put', record: { id: 'c', data: null } };
      yield { module: 'guests', type: 'put', record: { id: 'c', data: [1] } };
      yield { module: 'guests', type: 'delete', id: 'b' };
      if (fail) yield { module: 'guests', type: 'put', record: { id: '../out', data: 1 } };
    };
    expect(await failureOf(target.apply(changes(true), { signal }))).toMatchObject({ code: 'INVALID_RECORD' });
    const files = readdirSync(folder, { recursive: true }).map(String).toSorted();
    expect(files).toEqual([...Object.keys(FILES), 'guests'].toSorted());
    for (const [name, text] of Object.entries(FILES)) expect(readFileSync(join(folder, name), 'utf8')).toBe(text);
    expect(await target.apply(changes(false), { signal })).toBe(6);
    const json = (name: string): unknown => JSON.parse(readFileSync(join(folder, name), 'utf8'));
    expect(json('rooms.json')).toEqual([{ no: '10', module: 'rooms' }, { no: 1 }]);
    expect(Object.keys(json('prices.json') as object)).toEqual(['b', 'a', '__proto__', 'c']);
    expect(readFileSync(join(folder, 'log.jsonl'), 'utf8').split('\n')).toHaveLength(4);
    expect(readdirSync(join(folder, 'guests')).toSorted()).toEqual(['a.json', 'c.json', 'note.txt']);
    expect(readFileSync(join(folder, 'guests/a.json'), 'utf8')).toBe(FILES['guests/a.json']);
  });

  it.skipIf(!IS_ROOT)('are as they were on a disk that is full', async () => {
    const disk = join(tempFolder(), 'disk');
    mountSmallDisk(disk, 'size=64k');
    const path = join(disk, 'rooms.json');
    writeFileSync(path, '{"a":1}');
    const { target } = jsonRecords({ documents: [{ path }] });
    const large = async function* (): AsyncGenerator<RecordChange> {
      yield { module: 'rooms', type: 'put', record: { id: 'b', data: 'x'.repeat(100_000) } };
    };
    expect(await failureOf(target.apply(large(), { signal }))).toMatchObject({
      code: 'PATH_FAILED',
      hint: expect.stringContaining('Make room') as string,
    });
    expect([readdirSync(disk), readFileSync(path, 'utf8')]).toEqual([['rooms.json'], '{"a":1}']);
  });

  it.each([
    [{ path: 'none.json' }, 'PATH_FAILED'],
    [{ path: 'bad.json' }, 'PATH_FAILED'],
    [{ path: 'five.json' }, 'PATH_FAILED'],
    [{ path: 'bad.jsonl', idField: 'no' }, 'PATH_FAILED'],
    [{ path: 'list.json' }, 'INVALID_OPTION'],
    [{ path: 'list.json', idField: 'none' }, 'INVALID_RECORD'],
  ])('that are not as was said are refused (%o)', async (document, code) => {
    const folder = written({
      'bad.json': '{',
      'five.json': '5',
      'bad.jsonl': '{"no":1}\n{',
      'list.json': '[{"no":1}]',
    });
    const { target } = jsonRecords({ documents: [{ ...document, module: 'm', path: join(folder, document.path) }] });
    expect(await failureOf(listOf(target.read('m', { signal })))).toMatchObject({ code });
  });

  it('of the same name are refused at once', () => {
    const documents = [{ path: '/a/x.json' }, { path: '/b/x.jsonl' }];
    expect(() => jsonRecords({ documents })).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }));
  });
});
