import { expect, it } from 'vitest';

import { LogReader, LogWriter } from '../../src/merge/written-log.ts';
import { tempFolder } from '../fixtures/place.ts';

it('reads back ids that have any separator of lines in them', async () => {
  const folder = tempFolder();
  const ids = ['a\nb', 'a\r\nb', 'a\u0085b', 'a\u2028b', 'a\u2029b'];
  const writer = new LogWriter(folder);
  for (const id of ids) await writer.add('guests', 'deleted', { id });
  await writer.end();
  const reader = await LogReader.open(folder);
  const found: string[] = [];
  for await (const { id } of reader?.read('guests', 'deleted') ?? []) found.push(id);
  expect(found).toEqual(ids);
});
