import { existsSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, it } from 'vitest';
import type { Repository } from '../../src/index.ts';
import { demandRoom, makeSandbox } from '../../src/validate/sandbox.ts';
import type { RestoreValidation, ScratchRequest, ValidateRestoreOptions } from '../../src/validate/contract.ts';
import { validateRestore } from '../../src/validate/validate-restore.ts';
import { createAt, failureOf, filesBelow, newPlace, type Place } from '../fixtures/place.ts';
import { sourceOf } from '../fixtures/stream-source.ts';
import { buildTree } from '../fixtures/tree.ts';

const schema = JSON.parse(
  readFileSync(new URL('../../schema/restore-validation.schema.json', import.meta.url), 'utf8'),
) as object;
const isValid = new Ajv2020({ strict: true, formats: { 'date-time': true } }).compile(schema);

interface Made {
  readonly place: Place;
  readonly repository: Repository;
  readonly sandbox: string;
  readonly validate: (options?: Partial<ValidateRestoreOptions>) => Promise<RestoreValidation>;
}

async function backedUp(): Promise<Made> {
  const place = newPlace();
  const sandbox = join(place.folder, 'sandbox');
  const dump = gzipSync('SELECT 1;\n-- PostgreSQL database dump complete\n');
  buildTree(place.source, { 'settings.json': '{"a":1}', uploads: { 'a.png': 'png', 'old.sql.gz': dump } });
  const repository = await createAt(place);
  await repository.backup({ paths: [place.source], sources: [sourceOf('shop', { 'shop.sql': 'SELECT 1;\n' })] });
  const validate: Made['validate'] = async (options) =>
    await validateRestore(repository, { snapshot: 'latest', sandbox, ...options });
  return { place, repository, sandbox, validate };
}

const statuses = ({ checks }: RestoreValidation): Record<string, string> =>
  Object.fromEntries(checks.map(({ name, status }) => [name, status]));

it('a sound snapshot passes, leaves nothing behind, and is remembered as checked', async () => {
  const { place, repository, sandbox, validate } = await backedUp();
  let seen: string[] = [];
  const result = await validate({
    tenant: 'default',
    assets: [join(place.source, 'uploads/a.png'), 'shop/shop.sql'],
    validator: ({ sandbox: folder, pathOf }) => {
      seen = filesBelow(folder);
      return readFileSync(pathOf(join(place.source, 'settings.json')), 'utf8');
    },
  });
  expect(isValid(result), JSON.stringify(isValid.errors)).toBe(true);
  expect(result).toMatchObject({ status: 'passed', tenant: 'default' });
  expect(statuses(result)).toEqual({
    restore: 'passed',
    checksums: 'passed',
    integrity: 'passed',
    schema: 'skipped',
    data: 'skipped',
    live: 'skipped',
    assets: 'passed',
    validator: 'passed',
  });
  expect(result.checks.map(({ checked }) => checked)).toEqual([4, 7, 1, 0, 0, 0, 2, 1]);
  // What was not made is told as such, with the reason.
  expect(result.report).toContain(
    'skipped live      shop: no place was named that sources of kind made are restored to',
  );
  expect(result.checks.at(-1)?.detail).toBe('{"a":1}');
  expect(seen).toHaveLength(4);
  expect(readdirSync(sandbox)).toEqual([]);
  const [entry] = await repository.catalog();
  expect(entry?.checks).toMatchObject([{ level: 'restore', status: 'ok', at: result.timestamp }]);
});

it('each thing that is wrong fails its own check, and is named in the report', async () => {
  const { place, repository, sandbox, validate } = await backedUp();
  writeFileSync(join(place.source, 'uploads/old.sql.gz'), gzipSync('SELECT 1;').subarray(0, 20));
  await repository.backup({
    paths: [place.source],
    sources: [sourceOf('shop', { a: 'x', b: new Error('gone away') })],
  });
  const result = await validate({
    assets: () => ['shop/missing.png', '../../etc/passwd'],
    validator: () => {
      throw new Error('rooms without prices');
    },
  });
  expect(isValid(result), JSON.stringify(isValid.errors)).toBe(true);
  expect(statuses(result)).toMatchObject({
    restore: 'passed',
    checksums: 'passed',
    integrity: 'failed',
    assets: 'failed',
  });
  expect(result.checks.find(({ name }) => name === 'integrity')?.problems).toMatchObject([
    { path: 'shop', code: 'SOURCE_FAILED' },
    { path: expect.stringContaining('old.sql.gz'), code: expect.stringMatching(/^DUMP_/) },
  ]);
  expect(result.checks.find(({ name }) => name === 'assets')?.problems).toMatchObject([
    { path: 'shop/missing.png', code: 'ENOENT' },
    { code: 'UNSAFE_PATH' },
  ]);
  expect(result.report).toContain('rooms without prices');
  expect(readdirSync(sandbox)).toEqual([]);
  expect((await repository.catalog()).at(-1)?.checks).toMatchObject([{ level: 'restore', status: 'damaged' }]);
});

it('a checkpoint fails, as not all of it can be restored', async () => {
  const { place, repository, validate } = await backedUp();
  writeFileSync(join(place.source, 'settings.json'), 'changed');
  const { snapshot } = await repository.backup({ paths: [place.source], kind: 'checkpoint' });
  expect(statuses(await validate({ snapshot: snapshot?.id ?? '' }))).toMatchObject({
    restore: 'failed',
    checksums: 'passed',
  });
});

it('databases are restored to places that are thrown away, whatever comes', async () => {
  const { validate } = await backedUp();
  const asked: ScratchRequest[] = [];
  let disposed = 0;
  const made = async (
    request: ScratchRequest,
  ): Promise<Awaited<ReturnType<NonNullable<ValidateRestoreOptions['restoreInto']>[string]>>> => {
    asked.push(request);
    return {
      detail: '3 tables',
      locations: ['made:1'],
      values: async () => ['a.png'],
      [Symbol.asyncDispose]: async () => void disposed++,
    };
  };
  const assets: ValidateRestoreOptions['assets'] = async ({ copies }) =>
    ((await copies[0]?.values?.('rooms.photo')) ?? []).map((path) => `shop/${path}`);
  const result = await validate({ restoreInto: { made }, assets });
  expect(asked).toMatchObject([{ files: ['shop/shop.sql'], source: { path: 'shop' } }]);
  expect(statuses(result)).toMatchObject({ schema: 'passed', data: 'skipped', live: 'skipped', assets: 'failed' });
  const stop = new AbortController();
  const ended = validate({
    restoreInto: { made },
    signal: stop.signal,
    validator: async () => {
      stop.abort();
      throw Object.assign(new Error('ended'), { code: 'ABORTED' });
    },
  });
  expect(await failureOf(ended)).toMatchObject({ code: 'ABORTED' });
  expect(disposed).toBe(2);
  const refused = await validate({ restoreInto: { made: () => Promise.reject(new Error('no role app')) } });
  expect(refused.checks.find(({ name }) => name === 'schema')).toMatchObject({
    status: 'failed',
    problems: [{ path: 'shop', message: 'no role app' }],
  });
});

it('what a place finds, throws, or can not do is told for each source on its own', async () => {
  const { place, repository, validate } = await backedUp();
  const sources = [sourceOf('a', { 'a.sql': 'x' }), sourceOf('b', { 'b.sql': 'x' }, { kind: 'other' })];
  await repository.backup({ paths: [place.source], sources });
  const gone = { detail: '', locations: [], [Symbol.asyncDispose]: async () => {} };
  const result = await validate({
    restoreInto: {
      made: async () => ({
        ...gone,
        checkData: async () => ({ checked: 3, detail: 'rows', problems: [{ path: 'a', code: 'X', message: 'lost' }] }),
        checkLive: () => Promise.reject(new Error('nobody answers')),
      }),
      other: async () => ({ ...gone, skipped: 'no server is installed' }),
    },
  });
  expect(isValid(result), JSON.stringify(isValid.errors)).toBe(true);
  const told = result.checks.flatMap(({ source, name, status, checked }) =>
    source === undefined ? [] : [`${source} ${name} ${status} ${checked}`],
  );
  expect(told).toEqual([
    'a schema passed 1',
    'a data failed 3',
    'a live failed 0',
    'b schema skipped 0',
    'b data skipped 0',
    'b live skipped 0',
  ]);
  expect(result.report).toContain('skipped schema    b: no server is installed');
  expect(result.report).toContain('a: nobody answers');
  const part = await validate({ path: 'b', restoreInto: {} });
  expect(part.checks.flatMap(({ source }) => source ?? [])).toEqual(['b', 'b', 'b']);
});

it('without room nothing is written, and what killed runs have left goes after a day', async () => {
  const { sandbox, validate } = await backedUp();
  await validate();
  expect(await failureOf(demandRoom(sandbox, Number.MAX_SAFE_INTEGER))).toMatchObject({ code: 'SANDBOX_FULL' });
  // Numbers of processes end below this.
  const [left, theirs] = [join(sandbox, 'holdfast-validate-99999999-abcdef'), join(sandbox, 'holdfast-validate-x')];
  for (const folder of [left, theirs]) mkdirSync(folder);
  utimesSync(left, 1, 1);
  {
    await using fresh = await makeSandbox(sandbox);
    // Its change time is of today.
    expect(existsSync(left)).toBe(true);
    expect(existsSync(fresh.folder)).toBe(true);
  }
  expect(readdirSync(sandbox).toSorted()).toEqual(['holdfast-validate-99999999-abcdef', 'holdfast-validate-x']);
});
