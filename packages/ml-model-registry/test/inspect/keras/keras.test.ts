import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IS_THOROUGH } from '../../../../../tooling/thoroughness.ts';
import { inspectModel } from '../../../src/inspect/inspect-model.ts';
import { fixture } from '../../support/fixture.ts';
import { kerasContents, kerasWith, modelWith } from '../../support/keras.ts';

const lambda = { class_name: 'Lambda', config: { function: ['4wEAAAA=', null, null], function_type: 'lambda' } };
const features = { name: 'features', type: 'float32', shape: [null, 3] };
const dense = { name: 'dense', type: 'float32', shape: [null, 2] };

async function found(bytes: Uint8Array): Promise<unknown> {
  const { format, verdict, findings } = await inspectModel(bytes);
  return [format, verdict, findings.map(({ code }) => code)];
}

describe('a model of Keras 3', () => {
  it('is clean, with version, inputs, outputs, parameters, and places of its weights', async () => {
    const bytes = fixture('keras/mlp.keras');
    const { tensors, ...model } = await inspectModel(bytes, { name: 'mlp.keras' });
    expect(model).toEqual({
      format: 'keras',
      verdict: 'clean',
      findings: [],
      findingCount: 0,
      framework: { name: 'keras', version: '3.5.0' },
      metadata: { date_saved: '2026-01-01@00:00:00' },
      inputs: [features],
      outputs: [dense],
      parameters: 8,
      size: bytes.length,
    });
    const { offset = 0 } = tensors[0] ?? {};
    expect(tensors[0]).toMatchObject({ name: 'layers/dense/vars/0', shape: [3, 2] });
    expect([0, 4, 8].map((at) => Buffer.from(bytes).readFloatLE(offset + at))).toEqual([0, 1, 2]);
  });

  it('is clean when its members are compressed, and its weights have no places', async () => {
    const { verdict, tensors } = await inspectModel(await kerasWith({}, { deflate: true }));
    expect([verdict, tensors.length, tensors[0]?.offset]).toEqual(['clean', 3, undefined]);
  });

  it.each([false, true])('with a Lambda layer is malicious, and says where (compressed: %s)', async (deflate) => {
    const bytes = await kerasWith({ 'config.json': modelWith(lambda) }, { deflate });
    const { verdict, findings } = await inspectModel(bytes);
    expect([verdict, findings.map(({ code }) => code)]).toEqual(['malicious', ['KERAS_LAMBDA']]);
    const place = Buffer.from(bytes).indexOf('{"class_name":"Lambda"');
    if (!deflate) expect(findings[0]?.offset).toBe(place);
  });

  const others: readonly (readonly [what: string, changes: Readonly<Record<string, unknown>>, code: string])[] = [
    ['a program', { 'run.py': 'print()' }, 'KERAS_OTHER_MEMBER'],
    ['a file of bytes as vocabulary', { 'assets/v.txt': new Uint8Array([0x80, 4, 0x95]) }, 'KERAS_OTHER_MEMBER'],
    ['an asset that is no text', { 'assets/x.bin': 'x' }, 'KERAS_OTHER_MEMBER'],
    ['no metadata', { 'metadata.json': undefined }, 'MALFORMED'],
    ['no weights', { 'model.weights.h5': undefined }, 'MALFORMED'],
    ['weights that are none', { 'model.weights.h5': 'weights' }, 'MALFORMED'],
    ['weights in other files', { 'model.weights.h5': fixture('hdf5/outside.h5') }, 'HDF5_OTHER_FILES'],
    ['a config that is no JSON', { 'config.json': '{' }, 'MALFORMED'],
    ['a config with a member twice', { 'config.json': '{"a":1,"a":2}' }, 'MALFORMED'],
  ];
  it.each(others)('with %s is not clean', async (_what, changes, code) => {
    const { verdict, findings } = await inspectModel(await kerasWith(changes));
    expect(verdict).not.toBe('clean');
    expect(findings.map((each) => each.code)).toContain(code);
  });

  it('may have weights as arrays', async () => {
    const arrays = { 'model.weights.h5': undefined, 'model.weights.npz': fixture('numpy/plain.npz') };
    expect(await found(await kerasWith(arrays))).toEqual(['keras', 'clean', []]);
  });

  it('by a cut at any byte is never clean', async () => {
    const whole = fixture('keras/mlp.keras');
    for (let length = 0; length < whole.length; length += IS_THOROUGH ? 1 : 11)
      expect([length, (await inspectModel(whole.subarray(0, length))).verdict]).not.toEqual([length, 'clean']);
  });

  it('at random gives a verdict and never throws', async () => {
    const whole = await kerasWith({}, { deflate: true });
    const changes = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(changes, async (places) => {
        const bytes = Uint8Array.from(whole);
        for (const [at, value] of places) bytes[at] = value;
        expect((await inspectModel(bytes)).verdict).toMatch(/^(?:clean|unknown|suspicious|malicious)$/);
      }),
    );
  });
});

describe('a model of Keras 2 in HDF5', () => {
  const legacy = fixture('keras/legacy.h5');

  it('is clean, with version, inputs, outputs and parameters', async () => {
    expect(await inspectModel(legacy, { name: 'model.h5' })).toMatchObject({
      format: 'hdf5',
      verdict: 'clean',
      findings: [],
      framework: { name: 'keras', version: '2.15.0' },
      metadata: { backend: 'tensorflow' },
      inputs: [features],
      outputs: [dense],
      parameters: 8,
    });
  });

  it('with a Lambda layer is malicious, and says where', async () => {
    const bytes = Buffer.from(legacy);
    const at = bytes.indexOf('{"class_name": "Dense"');
    const end = bytes.indexOf('}]}}', at) + 1;
    const code = { class_name: 'Lambda', config: { function: ['4wEAAAA=', null, null] } };
    bytes.write(JSON.stringify(code).padEnd(end - at), at);
    const { verdict, findings } = await inspectModel(bytes);
    expect([verdict, findings.map(({ code: each, offset }) => [each, offset])]).toEqual([
      'malicious',
      [['KERAS_LAMBDA', at]],
    ]);
  });

  it('whose model is no JSON is suspicious', async () => {
    const bytes = Buffer.from(legacy);
    bytes.write('x', bytes.indexOf('{"class_name": "Sequential"'));
    expect(await found(bytes)).toEqual(['hdf5', 'suspicious', ['MALFORMED']]);
  });
});

it('the fixture has all that Keras writes', async () => {
  expect([...(await kerasContents()).keys()].toSorted()).toEqual([
    'assets/layers/string_lookup/vocabulary.txt',
    'config.json',
    'metadata.json',
    'model.weights.h5',
  ]);
});
