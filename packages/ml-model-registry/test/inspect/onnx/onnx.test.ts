import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inspectModel } from '../../../src/inspect/inspect-model.ts';
import type { ModelInspection } from '../../../src/inspect/inspection.ts';
import { joined } from '../../support/bytes.ts';
import { fixture } from '../../support/fixture.ts';
import { field, varint } from '../../support/protobuf.ts';

const node = (name: string, domain = '', ...more: readonly Uint8Array[]): Uint8Array =>
  field(1, joined(field(4, name), field(7, domain), ...more));
const tensor = (...fields: readonly Uint8Array[]): Uint8Array => field(5, joined(...fields));
const entry = (key: string, value: string): Uint8Array => field(13, joined(field(1, key), field(2, value)));
const model = (graph: readonly Uint8Array[], ...more: readonly Uint8Array[]): Uint8Array =>
  joined(field(1, 8), field(7, joined(...graph)), field(8, field(2, 13)), ...more);

/** A tensor of four floats whose bytes are elsewhere. */
const external = (location: string, ...more: readonly Uint8Array[]): Uint8Array =>
  tensor(field(1, 4), field(2, 1), field(8, 'w'), entry('location', location), ...more, field(14, 1));

const said = ({ verdict, findings }: ModelInspection): unknown => [
  verdict,
  ...new Set(findings.map(({ code }) => code)),
];
const codes = async (bytes: Uint8Array): Promise<unknown> => said(await inspectModel(bytes));

function folder(files: Readonly<Record<string, Uint8Array>>): string {
  const path = mkdtempSync(join(tmpdir(), 'onnx-'));
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(path, name), bytes);
  return path;
}

describe('a model that ONNX has made', () => {
  it('is clean, with inputs, outputs, tensors and what wrote it', async () => {
    const bytes = fixture('onnx/price.onnx');
    expect(await inspectModel(bytes, { name: 'price.onnx' })).toMatchObject({
      format: 'onnx',
      verdict: 'clean',
      findings: [],
      framework: { name: 'tests', version: '1' },
      metadata: { opsets: 'ai.onnx 13' },
      inputs: [{ name: 'x', type: 'float32', shape: [null, 3] }],
      outputs: [{ name: 'y', type: 'float32', shape: [null, 2] }],
      parameters: 10,
      tensors: [
        { name: 'w', type: 'float32', shape: [3, 2], bytes: 24, offset: expect.any(Number) as number },
        { name: 'b', type: 'float32', shape: [2] },
        { name: 'rows', type: 'int64', shape: [2] },
      ],
    });
  });

  it('with data beside it is clean where the data are, and unknown where they are not', async () => {
    const whole = folder({ 'm.onnx': fixture('onnx/outside.onnx'), 'weights.bin': fixture('onnx/weights.bin') });
    expect(said(await inspectModel(join(whole, 'm.onnx')))).toEqual(['clean']);
    expect(await codes(fixture('onnx/outside.onnx'))).toEqual(['unknown', 'EXTERNAL_DATA_MISSING']);
    const alone = folder({ 'm.onnx': fixture('onnx/outside.onnx') });
    expect(said(await inspectModel(join(alone, 'm.onnx')))).toEqual(['unknown', 'EXTERNAL_DATA_MISSING']);
    const short = folder({ 'm.onnx': fixture('onnx/outside.onnx'), 'weights.bin': new Uint8Array(23) });
    expect(said(await inspectModel(join(short, 'm.onnx')))).toEqual(['suspicious', 'TRUNCATED']);
  });
});

describe('data elsewhere', () => {
  it.each(['../../etc/passwd', '/etc/passwd', 'a/../../b', 'C:\\data', '..\\data', 'a\0b', ''])(
    'that leave the folder are malicious: %j',
    async (location) => {
      expect(await codes(model([external(location)]))).toEqual(['malicious', 'OUTSIDE_PATH']);
    },
  );

  it('behind a link are malicious', async () => {
    const path = folder({ 'm.onnx': model([external('link')]) });
    symlinkSync('/etc/passwd', join(path, 'link'));
    expect(said(await inspectModel(join(path, 'm.onnx')))).toEqual(['malicious', 'OUTSIDE_PATH']);
    mkdirSync(join(path, 'folder'));
    writeFileSync(join(path, 'n.onnx'), model([external('folder')]));
    expect(said(await inspectModel(join(path, 'n.onnx')))).toEqual(['malicious', 'OUTSIDE_PATH']);
  });

  it('are looked at in attributes of nodes, in graphs in them and in functions, too', async () => {
    const bad = [field(1, 4), field(2, 1), entry('location', '../x'), field(14, 1)];
    const inAttribute = node('Constant', '', field(5, field(5, joined(...bad))));
    expect(await codes(model([inAttribute]))).toEqual(['malicious', 'OUTSIDE_PATH']);
    const inGraph = node('If', '', field(5, field(6, joined(tensor(...bad)))));
    expect(await codes(model([inGraph]))).toEqual(['malicious', 'OUTSIDE_PATH']);
    const inFunction = field(25, joined(field(1, 'f'), field(10, 'mine'), field(7, inAttribute.subarray(2))));
    expect(await codes(model([], inFunction))).toEqual(['malicious', 'OUTSIDE_PATH']);
  });
});

describe('operators', () => {
  it('of the standard, of trees and of ONNX Runtime are clean', async () => {
    const nodes = [
      node('Add'),
      node('Add', 'ai.onnx'),
      node('TreeEnsembleRegressor', 'ai.onnx.ml'),
      node('FusedConv', 'com.microsoft'),
    ];
    expect(await codes(model(nodes))).toEqual(['clean']);
  });

  it('that hand over to Python or PyTorch are malicious, with their place', async () => {
    const bytes = model([node('Add'), node('PyOp', 'ai.onnx.contrib')]);
    const { verdict, findings } = await inspectModel(bytes);
    expect([verdict, findings[0]?.code]).toEqual(['malicious', 'OPERATOR_RUNS_CODE']);
    expect(findings[0]?.offset).toBe(Buffer.from(bytes).indexOf('PyOp') - 2);
    expect(await codes(model([node('PythonOp', 'com.microsoft')]))).toEqual(['malicious', 'OPERATOR_RUNS_CODE']);
    expect(await codes(model([node('ATen', 'org.pytorch.aten')]))).toEqual(['malicious', 'OPERATOR_RUNS_CODE']);
  });

  it('that nobody knows are unknown, unless the model defines them', async () => {
    const nodes = [node('Mine', 'example.org')];
    expect(await codes(model(nodes))).toEqual(['unknown', 'OPERATOR_UNKNOWN']);
    expect(await codes(model([node('Addd')]))).toEqual(['unknown', 'OPERATOR_UNKNOWN']);
    const own = field(25, joined(field(1, 'Mine'), field(10, 'example.org'), field(7, joined(field(4, 'Add')))));
    expect(await codes(model(nodes, own))).toEqual(['clean']);
  });

  it('of the standard that a model defines anew are suspicious', async () => {
    expect(await codes(model([node('Add')], field(25, joined(field(1, 'Add')))))).toEqual(['suspicious', 'MALFORMED']);
  });
});

describe('a broken model', () => {
  const whole = joined(field(1, 4), field(2, 1));

  it.each<readonly [string, Uint8Array, string]>([
    ['fewer bytes than its shape says', model([tensor(whole, field(9, new Uint8Array(15)))]), 'MALFORMED'],
    ['fewer numbers than its shape says', model([tensor(whole, field(4, new Uint8Array(12)))]), 'MALFORMED'],
    [
      'its data in two fields',
      model([tensor(whole, field(9, new Uint8Array(16)), field(4, new Uint8Array(16)))]),
      'MALFORMED',
    ],
    ['its data in the field of another type', model([tensor(whole, field(7, joined(varint(1))))]), 'MALFORMED'],
    ['a shape below zero', model([tensor(field(1, -4), field(2, 1))]), 'MALFORMED'],
    ['a graph twice', model([], field(7, '')), 'MALFORMED'],
    ['no graph', joined(field(1, 8), field(2, 'x')), 'MALFORMED'],
    ['no versions of operators', joined(field(1, 8), field(7, '')), 'MALFORMED'],
    ['a field as another type', joined(field(1, 8), field(7, ''), field(2, 7)), 'MALFORMED'],
    [
      'a number of more than 64 bits',
      joined(field(1, 8), field(7, ''), [0x28], new Uint8Array(11).fill(0xff)),
      'MALFORMED',
    ],
    ['a field longer than the file', joined(field(1, 8), [0x3a, 0x7f]), 'TRUNCATED'],
    [
      'a field longer than its message',
      joined(field(1, 8), field(7, joined([0x12, 0x05], 'ab')), field(2, 'abc')),
      'TRUNCATED',
    ],
    [
      'a name that is no text',
      model([node('Add'), field(5, joined(field(8, Uint8Array.of(0xff)), field(2, 1), field(1, 0)))]),
      'INVALID_TEXT',
    ],
  ])('with %s is suspicious', async (_what, bytes, code) => {
    expect(await codes(bytes)).toContain(code);
    expect((await inspectModel(bytes)).verdict).toBe('suspicious');
  });

  it('with fields that nobody knows is unknown, down to the last byte', async () => {
    expect(await codes(model([], field(99, 'x')))).toEqual(['unknown', 'UNSUPPORTED']);
    expect(await codes(joined(field(1, 99), field(7, ''), field(8, field(2, 13))))).toEqual(['unknown', 'UNSUPPORTED']);
    expect(await codes(model([tensor(field(1, 0), field(2, 77))]))).toEqual(['unknown', 'UNSUPPORTED']);
  });

  it('with graphs in graphs without end stops at the limit', async () => {
    let bytes = field(7, '');
    for (let depth = 0; depth < 100; depth += 1) bytes = node('If', '', field(5, field(6, bytes)));
    expect(await codes(model([bytes]))).toEqual(['unknown', 'LIMIT_EXCEEDED']);
  });

  it('that was cut at any byte is never clean', async () => {
    const bytes = fixture('onnx/price.onnx');
    for (let length = 0; length < bytes.length; length += 1) {
      const { verdict, format } = await inspectModel(bytes.subarray(0, length));
      expect([length, format, verdict]).not.toEqual([length, 'onnx', 'clean']);
    }
  });

  it('with any other bytes gives a verdict and never throws', async () => {
    const bytes = fixture('onnx/price.onnx');
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
