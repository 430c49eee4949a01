import { expect, test } from 'vitest';
import { importFlags, importGrowthBook, importLaunchDarkly, importUnleash } from '../../src/import/index.ts';

const IMPORTERS = [
  ['unleash', importUnleash, { features: [{ name: 'f', enabled: true, strategies: [{ name: 'default' }] }] }],
  ['growthbook', importGrowthBook, { features: { f: { defaultValue: true } } }],
  [
    'launchdarkly',
    importLaunchDarkly,
    { flags: { f: { key: 'f', on: true, variations: [true, false], fallthrough: { variation: 0 } } } },
  ],
] as const;

test.each(IMPORTERS)('the importer of %s does what importFlags does from there', (from, importer, document) => {
  const found = importer(document, { fields: { userId: 'user' } });
  expect(Object.keys(found.definitions.flags)).toEqual(['f']);
  expect(found).toEqual(importFlags(document, { from, fields: { userId: 'user' } }));
});
