import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inspectModel } from '../../../src/inspect/inspect-model.ts';
import type { ModelInspection } from '../../../src/inspect/inspection.ts';
import { joined } from '../../support/bytes.ts';
import type { Table } from '../../support/flatbuffer.ts';
import { empty, graph, model, operator, operatorCode, tensor, tensors, weights } from '../../support/tflite.ts';
import { zipOf } from '../../support/zip.ts';

const CUSTOM = 32;

/** Lets whatever refers to a text refer to another place. */
function redirect(bytes: Buffer, { text, to }: { readonly text: string; readonly to: number }): void {
  const target = bytes.indexOf(text) - 4;
  for (let at = 0; at + 4 < bytes.length; at += 4)
    if (target > 0 && at < to && at + bytes.readUInt32LE(at) === target) bytes.writeUInt32LE(to - at, at);
}

const said = ({ verdict, findings }: ModelInspection): unknown => [
  verdict,
  ...new Set(findings.map(({ code }) => code)),
];
const codes = async (bytes: Uint8Array): Promise<unknown> => said(await inspectModel(bytes));

describe('a model of TFLite', () => {
  it('is clean, with inputs, outputs and weights', async () => {
    const bytes = model();
    expect(await inspectModel(bytes, { name: 'm.tflite' })).toMatchObject({
      format: 'tflite',
      formatVersion: '3',
      verdict: 'clean',
      findings: [],
      inputs: [{ name: 'x', type: 'float32', shape: [1, 3] }],
      outputs: [{ name: 'y', type: 'float32', shape: [1, 2] }],
      tensors: [{ name: 'w', shape: [2, 3], bytes: 24, offset: Buffer.from(bytes).indexOf(Buffer.alloc(24, 1)) }],
      parameters: 6,
      metadata: { description: 'tests' },
    });
  });

  it('may share an empty buffer, and have dimensions that are not fixed', async () => {
    const shared = { ...tensor('x', [1, 3]), 7: ['i32*', [-1, 3]] as const, 2: ['u32', 2] as const };
    const bytes = model({
      2: ['tables', [{ ...graph, 0: ['tables', [shared, ...tensors.slice(1)]] }]],
      4: ['tables', [empty, weights, empty]],
    });
    const { verdict, inputs } = await inspectModel(bytes);
    expect([verdict, inputs[0]?.shape]).toEqual(['clean', [null, 3]]);
  });

  it('of 100 GB that is nearly all weights behind its tables is looked at in these', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tflite-'));
    try {
      const huge = 100_000_000_000;
      const large = tensor('w', [50_000, 500_000], { 2: ['u32', 1] });
      const behind = (at: number): Uint8Array =>
        model({
          2: ['tables', [{ ...graph, 0: ['tables', [tensors[0] ?? {}, large, tensors[2] ?? {}]] }]],
          4: ['tables', [empty, { 1: ['u64', at], 2: ['u64', huge] }]],
        });
      const at = Math.ceil(behind(0).length / 16) * 16;
      const path = join(folder, 'm.tflite');
      const file = openSync(path, 'w');
      writeSync(file, behind(at));
      ftruncateSync(file, at + huge);
      closeSync(file);
      const found = await inspectModel(path);
      expect(said(found)).toEqual(['clean']);
      expect(found.tensors).toEqual([
        { name: 'w', type: 'float32', shape: [50_000, 500_000], offset: at, bytes: huge },
      ]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('operators', () => {
  it.each<readonly [string, Table, readonly string[]]>([
    ['of TFLite above 127', operatorCode(150), ['clean']],
    ['that come with TFLite as custom ones', operatorCode(CUSTOM, 'TFLite_Detection_PostProcess'), ['clean']],
    ['of nobody known', operatorCode(CUSTOM, 'Mine'), ['unknown', 'OPERATOR_UNKNOWN']],
    ['of a number that nobody knows', operatorCode(9999), ['unknown', 'OPERATOR_UNKNOWN']],
    ['that hand over to a delegate', operatorCode(51), ['unknown', 'OPERATOR_UNKNOWN']],
    ['of TensorFlow that compute', operatorCode(CUSTOM, 'FlexErf'), ['clean', 'TFLITE_FLEX_OPERATOR']],
    [
      'of TensorFlow that read files',
      operatorCode(CUSTOM, 'FlexReadFile'),
      ['malicious', 'TFLITE_FLEX_OPERATOR', 'OPERATOR_FILES'],
    ],
    [
      'of TensorFlow that run Python',
      operatorCode(CUSTOM, 'FlexPyFunc'),
      ['malicious', 'TFLITE_FLEX_OPERATOR', 'OPERATOR_RUNS_CODE'],
    ],
    ['with two numbers', { ...operatorCode(150), 0: ['i8', 3] }, ['suspicious', 'MALFORMED']],
  ])('%s are told', async (_what, code, expected) => {
    expect(await codes(model({ 1: ['tables', [code]] }))).toEqual(expected);
  });
});

describe('a broken model', () => {
  const withGraph = (changed: Table): Uint8Array => model({ 2: ['tables', [{ ...graph, ...changed }]] });
  const withOperator = (changed: Table): Uint8Array => withGraph({ 3: ['tables', [{ ...operator, ...changed }]] });

  it.each<readonly [string, Uint8Array]>([
    ['an input that is no tensor', withGraph({ 1: ['i32*', [3]] })],
    ['an operator on a tensor that is none', withOperator({ 1: ['i32*', [7]] })],
    ['an operator that is none', withOperator({ 0: ['u32', 1] })],
    ['a call of a subgraph that is none', withOperator({ 3: ['u8', 16], 4: ['table', { 0: ['i32', 1] }] })],
    ['options without their kind', withOperator({ 3: ['u8', 0] })],
    ['a buffer that is none', withGraph({ 0: ['tables', [tensor('x', [1], { 2: ['u32', 9] })]] })],
    ['fewer bytes than a shape says', model({ 4: ['tables', [empty, { 0: ['u8*', new Uint8Array(23)] }]] })],
    ['bytes in the first buffer', model({ 4: ['tables', [weights, weights]] })],
    ['no graph', model({ 2: ['tables', []] })],
    ['a signature of a tensor that is none', model({ 7: ['tables', [{ 0: ['tables', [{ 1: ['u32', 8] }]] }]] })],
    ['metadata in a buffer that is none', model({ 6: ['tables', [{ 1: ['u32', 5] }]] })],
  ])('with %s is suspicious', async (_what, bytes) => {
    expect(await codes(bytes)).toEqual(['suspicious', 'MALFORMED']);
  });

  it('with fields, kinds or versions that nobody knows is unknown', async () => {
    expect(await codes(model({ 8: ['u32', 1] }))).toEqual(['unknown', 'UNSUPPORTED']);
    expect(await codes(withOperator({ 3: ['u8', 200] }))).toEqual(['unknown', 'UNSUPPORTED']);
    expect(await codes(model({ 0: ['u32', 4] }))).toEqual(['unknown', 'UNSUPPORTED']);
  });

  it('of one tensor a hundred thousand times ends at once', async () => {
    const [one = {}] = tensors;
    const bytes = withGraph({ 0: ['tables', Array.from({ length: 100_000 }, () => one)] });
    expect(await codes(bytes)).toEqual(['suspicious', 'MALFORMED']);
  });

  it('of structures over each other ends when there are more of them than bytes', async () => {
    const names = Array.from({ length: 60 }, (_, index) => `name ${10 + index}`);
    // Wherever a text begins in it, it says that it has 258 bytes.
    const texts = '\u0002\u0001\0\0'.repeat(150) + '\u0001\0\0\0\0\0';
    const bytes = Buffer.from(
      model({
        6: ['tables', names.map((name): Table => ({ 0: ['text', name], 1: ['u32', 0] }))],
        7: ['tables', [{ 2: ['text', texts] }]],
      }),
    );
    const start = bytes.indexOf(texts);
    redirect(bytes, { text: 'name 10', to: start + 600 });
    expect(await codes(bytes)).toEqual(['suspicious', 'HIDDEN_BYTES', 'FLATBUFFER_OVERLAP']);
    for (const [index, text] of names.entries()) redirect(bytes, { text, to: start + 4 * index });
    expect(await codes(bytes)).toEqual(['suspicious', 'FLATBUFFER_OVERLAP']);
  });

  it('with bytes of nobody between or behind its structures is suspicious', async () => {
    expect(await codes(joined(model(), 'hidden'))).toEqual(['suspicious', 'HIDDEN_BYTES']);
    const attached = joined(model(), zipOf([{ name: 'labels.txt', content: 'cat' }]));
    expect(await codes(attached)).toEqual(['unknown', 'TFLITE_ATTACHED_FILES']);
    const polyglot = joined(model(), zipOf([{ name: 'a/data.pkl', content: 'N.' }]));
    expect(await codes(polyglot)).toContain('POLYGLOT');
  });

  it('that was cut at any byte is never clean', async () => {
    const bytes = model();
    for (let length = 0; length < bytes.length; length += 1) {
      const { verdict, format } = await inspectModel(bytes.subarray(0, length));
      expect([length, format, verdict]).not.toEqual([length, 'tflite', 'clean']);
    }
  });

  it('with any other bytes gives a verdict and never throws', async () => {
    const bytes = model();
    const changes = fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(changes, async (places) => {
        const other = Uint8Array.from(bytes);
        for (const [at, value] of places) other[at] = value;
        expect(['clean', 'unknown', 'suspicious', 'malicious']).toContain((await inspectModel(other)).verdict);
      }),
    );
  });
});
