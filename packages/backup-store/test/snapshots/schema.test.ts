import { readFileSync } from 'node:fs';

import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { SnapshotRecord } from '../../src/index.ts';
import { coded, sourceOf } from '../fixtures/stream-source.ts';
import { buildTree } from '../fixtures/tree.ts';
import { createAt, newPlace, openAt } from '../fixtures/place.ts';

const schema = JSON.parse(
  readFileSync(new URL('../../schema/snapshot.schema.json', import.meta.url), 'utf8'),
) as SchemaNode;
const ajv = new Ajv2020({ strict: true, allErrors: true, formats: { 'date-time': true } });
const validate = ajv.compile(schema);

interface SchemaNode {
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, SchemaNode>>;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly items?: SchemaNode;
}

type Json = Record<string, unknown>;

/** Problems, short: none when the record is valid. */
function problems(record: unknown): string[] {
  return validate(record)
    ? []
    : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

const place = newPlace(afterAll);

/** Records of two snapshots, the second with all that a record can have, as another process reads them. */
async function makeRecords(): Promise<[SnapshotRecord, SnapshotRecord]> {
  const repository = await createAt(place);
  buildTree(place.source, { 'a.txt': 'a', sub: { 'b.txt': 'b' } });
  await repository.backup({ paths: [place.source] });
  buildTree(place.source, { 'a.txt': 'changed' });
  const labels = { name: 'nightly', note: 'naïve ☃', tags: ['word', 'kind=full'], createdBy: 'cron' };
  const modules = { assets: { paths: [place.source] } };
  const software = { name: 'shop', version: '4.2.0', commit: 'abc' };
  await repository.backup({ modules, software, ...labels, trigger: 'scheduled', compression: 'maximum' });
  const again = await openAt(place);
  return (await again.snapshots()) as [SnapshotRecord, SnapshotRecord];
}

/** Each object of a record that the schema describes, with what it must have; nothing for those whose members have any names. */
function objects(value: unknown, node: SchemaNode): { object: Json; required: readonly string[] | undefined }[] {
  const described = node.$ref === undefined ? node : (schema.$defs?.[node.$ref.slice('#/$defs/'.length)] as SchemaNode);
  if (Array.isArray(value)) return value.flatMap((item) => objects(item, described.items as SchemaNode));
  if (value === null || typeof value !== 'object') return [];
  const object = value as Json;
  const { properties } = described;
  if (properties === undefined) return [{ object, required: undefined }];
  const below = Object.entries(object).flatMap(([name, field]) => objects(field, properties[name] as SchemaNode));
  return [{ object, required: described.required }, ...below];
}

describe('the JSON Schema of snapshot records', () => {
  let made: [SnapshotRecord, SnapshotRecord];
  beforeAll(async () => {
    made = await makeRecords();
  });
  /** Copies that a test may change. */
  const realRecords = (): [SnapshotRecord, SnapshotRecord] => structuredClone(made);

  it('holds for records that the engine made, without and with everything optional', () => {
    const [first, second] = realRecords();
    expect(problems(first)).toEqual([]);
    expect(problems(second)).toEqual([]);
    expect(first.parent).toBeUndefined();
    expect(second).toMatchObject({ parent: first.id, name: 'nightly', follows: [{ id: first.id }] });
  });

  it('refuses unknown members at every depth', () => {
    const [, record] = realRecords();
    const places = objects(record, schema);
    expect(places.length).toBeGreaterThan(8);
    for (const { object } of places) {
      object['unknown'] = 1;
      expect(problems(record)).not.toEqual([]);
      delete object['unknown'];
    }
    expect(problems(record)).toEqual([]);
  });

  it('misses every member that must be there, and none that need not', () => {
    const [, record] = realRecords();
    const optional: string[] = [];
    for (const { object, required } of objects(record, schema)) {
      if (required === undefined) continue;
      for (const name of Object.keys(object)) {
        const { [name]: value } = object;
        delete object[name];
        expect(problems(record).length > 0, name).toBe(required.includes(name));
        if (!required.includes(name)) optional.push(name);
        object[name] = value;
      }
    }
    expect(optional.toSorted()).toEqual([
      'commit',
      'contentSha256',
      'contentSha256',
      'contents',
      'module',
      'modules',
      'name',
      'name',
      'note',
      'parent',
      'software',
    ]);
  });

  it.each([
    ['an id in capitals', { id: 'A'.repeat(32) }],
    ['a time with an offset', { startedAt: '2026-01-02T03:04:05.678+01:00' }],
    ['a negative count', { durationMs: -1 }],
    ['a fraction', { durationMs: 1.5 }],
    ['a tag with a blank', { tags: ['two words'] }],
    ['a tag twice', { tags: ['a', 'a'] }],
    ['another kind', { kind: 'weekly' }],
    ['no source', { sources: [] }],
    ['a later schema', { versions: { tool: '0', format: 0, platform: 'p', schema: 2 } }],
  ])('refuses %s', (_what, change) => {
    const [record] = realRecords();
    expect(problems({ ...record, ...change })).not.toEqual([]);
  });

  it('holds for sources of other kinds, with an error and without', async () => {
    const own = newPlace();
    const repository = await createAt(own);
    const failure = coded('EIO', 'x'.repeat(5000));
    const good = sourceOf(
      'good',
      { '': 'x' },
      { quiesce: async ({ describe: say }) => say({ versions: ['1', { b: 2 }] }) },
    );
    const { snapshot } = await repository.backup({ sources: [good, sourceOf('bad', { '': failure })] });
    expect(snapshot?.sources).toMatchObject([{ details: { versions: ['1', { b: 2 }] } }, { error: { code: 'EIO' } }]);
    const [stored] = await (await openAt(own)).snapshots();
    expect(problems(stored)).toEqual([]);
    const [record] = realRecords();
    expect(problems({ ...record, sources: [{ ...record.sources[0], kind: 'Two Words' }] })).not.toEqual([]);
  });

  it('takes paths that are not UTF-8 in base64', () => {
    const [record] = realRecords();
    const [source] = record.sources;
    const bytes = Buffer.from('caf\xe9', 'latin1').toString('base64');
    expect(problems({ ...record, sources: [{ ...source, path: 'caf\ufffd', pathBase64: bytes }] })).toEqual([]);
    expect(problems({ ...record, sources: [{ ...source, pathBase64: 'no base64' }] })).not.toEqual([]);
  });
});
