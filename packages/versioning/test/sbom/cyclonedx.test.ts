import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Ajv, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import { describe, expect, test } from 'vitest';
import { createSbom, type LockfileGraph, readLockfile } from '../../src/index.ts';
import { type Json, OPTIONS, RARE, REPOSITORY } from './documents.ts';
import { SHOPS, shopGraph } from './shop.ts';

/** The schemas that CycloneDX publishes with its own library. */
function schemaOf(version: '1.6' | '1.7'): ValidateFunction {
  const require = createRequire(import.meta.url);
  const folder = new URL('../res/schema/', `file://${require.resolve('@cyclonedx/cyclonedx-library')}`);
  const read = (name: string): Json =>
    JSON.parse(readFileSync(new URL(`${name}.SNAPSHOT.schema.json`, folder), 'utf8')) as Json;
  const ajv = new Ajv({ strict: false, allErrors: true });
  addFormats.default(ajv);
  // Names and mail addresses of the whole world; none is in these documents.
  for (const format of ['idn-email', 'iri-reference']) ajv.addFormat(format, true);
  for (const name of ['spdx', 'jsf-0.82', 'cryptography-defs']) {
    // The library's copies refer to each other by the names of their files.
    const { $id: _, ...schema } = read(name);
    ajv.addSchema(schema, `http://cyclonedx.org/schema/${name}.SNAPSHOT.schema.json`);
  }
  return ajv.compile(read(`bom-${version}`));
}

const VALIDATORS = { 'cyclonedx-1.6': schemaOf('1.6'), 'cyclonedx-1.7': schemaOf('1.7') } as const;

describe.each(['cyclonedx-1.6', 'cyclonedx-1.7'] as const)('%s', (format) => {
  const problemsOf = (graph: LockfileGraph, more: object = {}): unknown => {
    VALIDATORS[format](JSON.parse(createSbom(graph, { ...OPTIONS, format, ...more })));
    return VALIDATORS[format].errors ?? [];
  };

  test.each(SHOPS)('the bill of %s is valid by the official schema', (file) => {
    expect(problemsOf(shopGraph(file))).toEqual([]);
    expect(problemsOf(shopGraph(file), { omitDev: true, timestamp: undefined, workspace: '@shop/a' })).toEqual([]);
  });

  test('so are those of this repository, and of rare things', async () => {
    expect(problemsOf(await readLockfile(REPOSITORY))).toEqual([]);
    expect(
      problemsOf(RARE, { component: { ...OPTIONS.component, licence: 'No licence', description: 'A shop' } }),
    ).toEqual([]);
  });

  test('the schema finds what is wrong', () => {
    const document = JSON.parse(createSbom(RARE, { ...OPTIONS, format })) as Json;
    expect(VALIDATORS[format]({ ...document, serialNumber: 'urn:uuid:1' })).toBe(false);
  });
});
