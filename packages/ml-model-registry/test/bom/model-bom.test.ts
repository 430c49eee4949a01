import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Ajv, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import { modelBom } from '../../src/bom/model-bom.ts';
import type { ModelVersion } from '../../src/versions/version.ts';
import { parentOf, versionOf } from '../support/version.ts';

/** The schema that CycloneDX publishes with its own library. */
function schema(): ValidateFunction {
  const require = createRequire(import.meta.url);
  const folder = new URL('../res/schema/', `file://${require.resolve('@cyclonedx/cyclonedx-library')}`);
  const read = (name: string): Record<string, unknown> =>
    JSON.parse(readFileSync(new URL(`${name}.SNAPSHOT.schema.json`, folder), 'utf8')) as Record<string, unknown>;
  const ajv = new Ajv({ strict: false, allErrors: true });
  addFormats.default(ajv);
  for (const format of ['idn-email', 'iri-reference']) ajv.addFormat(format, true);
  for (const name of ['spdx', 'jsf-0.82', 'cryptography-defs']) {
    const { $id: _, ...rest } = read(name);
    ajv.addSchema(rest, `http://cyclonedx.org/schema/${name}.SNAPSHOT.schema.json`);
  }
  return ajv.compile(read('bom-1.6'));
}

const validate = schema();
const base = versionOf('base@1.0.0');
const whole = versionOf('price@1.1.0', {
  description: 'Prices',
  metrics: { rmse: 0.25 },
  params: { epochs: 10 },
  dataset: { name: 'sales', digest: `sha256:${'ab'.repeat(32)}` },
  code: { repository: 'https://git.example/price', commit: 'abc1234' },
  parents: [parentOf('base@1.0.0'), parentOf('gone@2.0.0')],
  tags: ['license=MIT', 'nightly'],
  inspection: {
    format: 'onnx',
    verdict: 'clean',
    framework: { name: 'pytorch', version: '2.1' },
    parameters: 100,
    inputs: [{ name: 'x', type: 'float32', shape: [null, 3] }],
    outputs: [],
    findings: [],
  },
});
const bomOf = (version: ModelVersion): string => modelBom(version, [{ version: base, aliases: [] }]);

describe('an ML-BOM', () => {
  it.each([whole, base, { ...whole, dataset: { name: 'sales', digest: 'etag:1' } }])(
    'is valid by the official schema',
    (version) => {
      validate(JSON.parse(bomOf(version)));
      expect(validate.errors ?? []).toEqual([]);
    },
  );

  it('names the model by its digest, its data, framework, parents and commit', () => {
    expect(JSON.parse(bomOf(whole))).toMatchObject({
      specVersion: '1.6',
      metadata: {
        component: {
          type: 'machine-learning-model',
          hashes: [{ alg: 'SHA-256', content: whole.digest.slice('sha256:'.length) }],
          pedigree: {
            ancestors: [
              { name: 'base', version: '1.0.0', hashes: [{ alg: 'SHA-256' }] },
              { name: 'gone', version: '2.0.0' },
            ],
            commits: [{ uid: 'abc1234', url: 'https://git.example/price' }],
          },
          modelCard: {
            modelParameters: { datasets: [{ ref: `data:sha256:${'ab'.repeat(32)}` }] },
            quantitativeAnalysis: { performanceMetrics: [{ type: 'rmse', value: '0.25' }] },
          },
        },
      },
      components: [
        { type: 'data', hashes: [{ content: 'ab'.repeat(32) }] },
        { type: 'framework', name: 'pytorch', version: '2.1' },
      ],
    });
  });

  it('is the same bytes each time, and others for another version', () => {
    expect(bomOf(whole)).toBe(bomOf(whole));
    const serial = (text: string): unknown => (JSON.parse(text) as Record<string, unknown>)['serialNumber'];
    expect(serial(bomOf(whole))).not.toBe(serial(bomOf({ ...whole, metrics: { rmse: 0.26 } })));
  });
});
