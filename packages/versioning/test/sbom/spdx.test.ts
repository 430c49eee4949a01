import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { expect, test } from 'vitest';
import { type LockfileGraph, readLockfile } from '../../src/index.ts';
import { RARE, REPOSITORY, spdx } from './documents.ts';
import { SHOPS, shopGraph } from './shop.ts';

/** Of `schemas/spdx-schema.json` at the tag v2.3 of the specification. */
const PUBLISHED_SHA256 = '239208b7ac287b3cf5d9a9af23f9d69863971102a5e1587a27a398b43490b89b';

/** A mapping with these members and no others. */
const exact = (required: Record<string, unknown>, optional: Record<string, unknown> = {}): object => ({
  type: 'object',
  properties: { ...required, ...optional },
  required: Object.keys(required),
  additionalProperties: false,
});
const text = { type: 'string', minLength: 1 };
const matching = (pattern: string): object => ({ type: 'string', pattern });
const oneOf = (...values: unknown[]): object => ({ enum: values });
const listOf = (items: object): object => ({ type: 'array', items, minItems: 1 });

/**
 * What the clauses of SPDX 2.3 ask for and allow, of the members that are written. Stricter than the schema that SPDX publishes, which is
 * in no package of the registry: where a workflow has fetched that one, documents are held against it, too.
 */
const isSpdx = new Ajv({ strict: false, allErrors: true }).compile(
  exact(
    {
      spdxVersion: oneOf('SPDX-2.3'),
      dataLicense: oneOf('CC0-1.0'),
      SPDXID: oneOf('SPDXRef-DOCUMENT'),
      name: text,
      documentNamespace: matching('^https://[^\\s#]+$'),
      creationInfo: exact({
        created: matching('^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ$'),
        creators: listOf(matching('^(?:Person|Organization|Tool): ')),
      }),
      packages: listOf(
        exact(
          {
            SPDXID: matching('^SPDXRef-[A-Za-z0-9.-]+$'),
            name: text,
            downloadLocation: matching('^(?:NOASSERTION|NONE|(?:https|git\\+\\w+)://\\S+)$'),
            filesAnalyzed: oneOf(false),
            licenseConcluded: oneOf('NOASSERTION'),
            licenseDeclared: text,
            copyrightText: oneOf('NOASSERTION'),
            primaryPackagePurpose: oneOf('APPLICATION', 'LIBRARY', 'CONTAINER', 'FIRMWARE'),
          },
          {
            versionInfo: text,
            description: text,
            comment: text,
            checksums: listOf(
              exact({
                algorithm: oneOf('MD5', 'SHA1', 'SHA256', 'SHA384', 'SHA512'),
                checksumValue: matching('^[0-9a-f]+$'),
              }),
            ),
            externalRefs: listOf(
              exact({
                referenceCategory: oneOf('PACKAGE-MANAGER'),
                referenceType: oneOf('purl'),
                referenceLocator: matching('^pkg:npm/\\S+$'),
              }),
            ),
          },
        ),
      ),
      relationships: listOf(
        exact({
          spdxElementId: text,
          relationshipType: oneOf('DESCRIBES', 'DEPENDS_ON', 'DEV_DEPENDENCY_OF', 'OPTIONAL_DEPENDENCY_OF'),
          relatedSpdxElement: text,
        }),
      ),
    },
    {
      hasExtractedLicensingInfos: listOf(
        exact({ licenseId: matching('^LicenseRef-[A-Za-z0-9.-]+$'), extractedText: text }),
      ),
    },
  ),
);

const graphs = async (): Promise<LockfileGraph[]> => [...SHOPS.map(shopGraph), RARE, await readLockfile(REPOSITORY)];

const VARIANTS = [{}, { omitDev: true, component: { name: 'shop', licence: 'Own', description: 'A shop' } }];

test('every document is as the clauses say', async () => {
  for (const graph of await graphs()) {
    for (const more of VARIANTS) {
      isSpdx(spdx(graph, more));
      expect(isSpdx.errors ?? []).toEqual([]);
    }
  }
  expect(isSpdx({ ...spdx(RARE), packages: [{ name: 'a' }] })).toBe(false);
});

const published = process.env['HOLDFAST_SPDX_SCHEMA'];

// Without a network nobody has the published schema: then only the clauses above are checked.
test.skipIf(published === undefined)('every document is valid by the schema that SPDX publishes', async () => {
  const schema = readFileSync(String(published), 'utf8');
  expect(createHash('sha256').update(schema).digest('hex')).toBe(PUBLISHED_SHA256);
  const isValid = new Ajv({ strict: false, allErrors: true, validateFormats: false }).compile(JSON.parse(schema));
  for (const graph of await graphs()) {
    for (const more of VARIANTS) {
      isValid(spdx(graph, more));
      expect(isValid.errors ?? []).toEqual([]);
    }
  }
  expect(isValid({ ...spdx(RARE), packages: [{ name: 'a' }] })).toBe(false);
});

test('each element has an id of its own, whatever the names', async () => {
  for (const graph of await graphs()) {
    const ids = spdx(graph).packages.map(({ SPDXID }) => SPDXID);
    expect(new Set(ids).size).toBe(ids.length);
  }
});

test('each relationship joins elements of the document', async () => {
  for (const graph of await graphs()) {
    const { packages, relationships } = spdx(graph);
    const ids = new Set<unknown>(['SPDXRef-DOCUMENT', ...packages.map(({ SPDXID }) => SPDXID)]);
    for (const { spdxElementId, relatedSpdxElement } of relationships) {
      expect(ids.has(spdxElementId)).toBe(true);
      expect(ids.has(relatedSpdxElement) || relatedSpdxElement === 'NOASSERTION').toBe(true);
    }
  }
});

test('each licence that is on no list is explained', async () => {
  for (const graph of await graphs()) {
    const { packages, hasExtractedLicensingInfos = [] } = spdx(graph);
    const explained = hasExtractedLicensingInfos.map(({ licenseId }) => licenseId);
    for (const one of packages) {
      if (String(one['licenseDeclared']).includes('Ref-')) expect(explained).toContain(one['licenseDeclared']);
    }
  }
});

test('says how things are needed, and that needs are missing', () => {
  const { relationships } = spdx(RARE);
  expect(relationships.at(-1)).toMatchObject({ relationshipType: 'DEPENDS_ON', relatedSpdxElement: 'NOASSERTION' });
  const kinds = spdx(shopGraph('npm-3/package-lock.json')).relationships.map(
    ({ relationshipType }) => relationshipType,
  );
  expect(new Set(kinds)).toEqual(new Set(['DESCRIBES', 'DEPENDS_ON', 'DEV_DEPENDENCY_OF', 'OPTIONAL_DEPENDENCY_OF']));
});

test('needs a timestamp', () => {
  expect(() => spdx(RARE, { timestamp: undefined })).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }));
});
