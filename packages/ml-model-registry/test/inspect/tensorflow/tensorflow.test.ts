import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inspectModel } from '../../../src/inspect/inspect-model.ts';
import type { ModelInspection } from '../../../src/inspect/inspection.ts';
import { joined } from '../../support/bytes.ts';
import { field } from '../../support/protobuf.ts';
import { zipOf } from '../../support/zip.ts';
import {
  attribute,
  call,
  definition,
  dense,
  graph,
  node,
  placeholder,
  savedModel,
  signature,
  text,
  variable,
  weights,
} from './samples.ts';

const said = ({ verdict, findings }: ModelInspection): unknown => [
  verdict,
  ...new Set(findings.map(({ code }) => code)),
];
const codes = async (bytes: Uint8Array): Promise<unknown> => said(await inspectModel(bytes));

describe('a frozen graph', () => {
  it('is clean, with its inputs and constants', async () => {
    const bytes = graph(dense);
    expect(await inspectModel(bytes, { name: 'frozen.pb' })).toMatchObject({
      format: 'graphdef',
      formatVersion: '1882',
      verdict: 'clean',
      findings: [],
      inputs: [{ name: 'x', type: 'float32', shape: [null, 3] }],
      tensors: [
        {
          name: 'w',
          type: 'float32',
          shape: [3, 2],
          bytes: 24,
          offset: Buffer.from(bytes).indexOf(Buffer.alloc(24, 1)),
        },
      ],
      parameters: 6,
    });
  });
});

describe('a saved model', () => {
  const folder = (bytes: Uint8Array, files: Readonly<Record<string, Uint8Array>> = {}): string => {
    const path = mkdtempSync(join(tmpdir(), 'saved-'));
    mkdirSync(join(path, 'variables'));
    for (const [name, content] of Object.entries({ 'saved_model.pb': bytes, ...files }))
      writeFileSync(join(path, name), content);
    return join(path, 'saved_model.pb');
  };
  const trained = savedModel(graph(dense), signature, field(7, joined(variable('w', 3, 2), variable('b', 2))));

  it('tells inputs, outputs and variables, and that these are in files beside it', async () => {
    const found = await inspectModel(folder(trained, { 'variables/variables.index': new Uint8Array(1) }));
    expect(found).toMatchObject({
      format: 'savedmodel',
      verdict: 'clean',
      framework: { name: 'tensorflow', version: '2.20.0' },
      inputs: [{ name: 'x', type: 'float32', shape: [null, 3] }],
      outputs: [{ name: 'y', type: 'float32', shape: [null, 2] }],
      tensors: [
        { name: 'w', shape: [3, 2] },
        { name: 'b', shape: [2] },
      ],
      parameters: 8,
      metadata: { tags: 'serve' },
      findings: [{ code: 'SAVEDMODEL_VARIABLES' }],
    });
    expect(said(await inspectModel(folder(trained)))).toEqual(['unknown', 'EXTERNAL_DATA_MISSING']);
    expect(await codes(trained)).toEqual(['unknown', 'EXTERNAL_DATA_MISSING']);
  });

  it('is told from a model of ONNX, which begins alike', async () => {
    expect((await inspectModel(savedModel(graph(dense)))).format).toBe('savedmodel');
    const onnx = joined(field(1, 1), field(2, 'program'), field(7, ''), field(8, field(2, 13)));
    expect((await inspectModel(onnx)).format).toBe('onnx');
  });

  it('with layers of Keras is clean, where these and their inputs are known', async () => {
    const layer = (type: string): Uint8Array => {
      const shape = { class_name: 'TensorShape', items: [null, 3] };
      const spec = { class_name: 'TypeSpec', type_spec: type, serialized: [shape, 'float32', 'x'] };
      const metadata = {
        class_name: 'Dense',
        config: {
          name: 'y',
          units: 2,
          activation: 'linear',
          kernel_initializer: { class_name: 'GlorotUniform', config: {} },
        },
        input_spec: { class_name: 'InputSpec', config: { min_ndim: 2, axes: { '-1': 3 } } },
        save_spec: { class_name: '__tuple__', items: [spec] },
        build_input_shape: shape,
      };
      return field(1, field(4, joined(field(1, '_tf_keras_layer'), field(3, JSON.stringify(metadata)))));
    };
    expect(await codes(savedModel(graph(dense), field(7, layer('tf.TensorSpec'))))).toEqual(['clean']);
    expect(await codes(savedModel(graph(dense), field(7, layer('mine.Spec'))))).toEqual([
      'suspicious',
      'KERAS_FOREIGN_CODE',
    ]);
  });

  it('with layers of Keras that run code is malicious, in the model or beside it', async () => {
    const lambda = JSON.stringify({ class_name: 'Lambda', config: { function: ['4wEAAAA=', null, null] } });
    const layer = field(1, field(4, joined(field(1, '_tf_keras_layer'), field(3, lambda))));
    expect(await codes(savedModel(graph(dense), field(7, layer)))).toEqual(['malicious', 'KERAS_LAMBDA']);
    const beside = field(1, joined(field(3, 'root'), field(4, '_tf_keras_layer'), field(5, lambda)));
    const found = await inspectModel(folder(savedModel(graph(dense)), { 'keras_metadata.pb': beside }));
    expect([found.verdict, found.findings[0]?.code, found.findings[0]?.part]).toEqual([
      'malicious',
      'KERAS_LAMBDA',
      'keras_metadata.pb',
    ]);
  });

  it('with assets outside of its folder is malicious, and with classes of others suspicious', async () => {
    expect(await codes(savedModel(graph(dense), field(6, field(2, '../x'))))).toEqual(['malicious', 'OUTSIDE_PATH']);
    const registered = field(7, field(1, field(13, 'Custom>Mine')));
    expect(await codes(savedModel(graph(dense), registered))).toEqual(['suspicious', 'SAVEDMODEL_REGISTERED_CLASS']);
  });
});

describe('operators', () => {
  it.each<readonly [string, string]>([
    ['ReadFile', 'OPERATOR_FILES'],
    ['WriteFile', 'OPERATOR_FILES'],
    ['MatchingFiles', 'OPERATOR_FILES'],
    ['TFRecordDataset', 'OPERATOR_FILES'],
    ['ImmutableConst', 'OPERATOR_FILES'],
    ['PyFunc', 'OPERATOR_RUNS_CODE'],
    ['EagerPyFunc', 'OPERATOR_RUNS_CODE'],
    ['LoadLibrary', 'OPERATOR_RUNS_CODE'],
    ['RpcClient', 'OPERATOR_CONNECTS'],
  ])('%s is malicious, with its node and place', async (operator, code) => {
    const bytes = graph([...dense, node('a/hidden', operator, 'y')]);
    const { verdict, findings } = await inspectModel(bytes);
    expect([verdict, findings.map((finding) => finding.code)]).toEqual(['malicious', [code]]);
    expect(findings[0]?.offset).toBe(Buffer.from(bytes).indexOf('a/hidden') - 2);
    expect(findings[0]?.message).toContain('a/hidden');
  });

  it('in functions, and as functions of attributes, are looked at, too', async () => {
    const inner = definition('f', ['a'], [node('r', 'ReadFile', 'a')]);
    expect(await codes(graph([...dense, call('c', 'f', 'y')], [inner]))).toEqual(['malicious', 'OPERATOR_FILES']);
    const mapped = node('m', 'StatefulPartitionedCall', attribute('f', field(10, field(1, 'PyFunc'))));
    expect(await codes(graph([...dense, mapped]))).toEqual(['malicious', 'OPERATOR_RUNS_CODE']);
  });

  it('that nobody knows are unknown, unless the model defines them', async () => {
    const nodes = [...dense, node('m', 'Mine', 'y')];
    expect(await codes(graph(nodes))).toEqual(['unknown', 'OPERATOR_UNKNOWN']);
    expect(await codes(graph(nodes, [definition('Mine', ['a'], [node('i', 'Identity', 'a')])]))).toEqual(['clean']);
    const shadow = definition('MatMul', ['a'], [node('i', 'Identity', 'a')]);
    expect(await codes(graph(dense, [shadow]))).toEqual(['suspicious', 'MALFORMED']);
  });

  it('that print are clean on a console and malicious into a file', async () => {
    const print = (to: string): Uint8Array =>
      graph([...dense, node('p', 'PrintV2', 'y', attribute('output_stream', field(2, to)))]);
    expect(await codes(print('stderr'))).toEqual(['clean']);
    expect(await codes(print('file:///etc/cron.d/x'))).toEqual(['malicious', 'OPERATOR_FILES']);
  });
});

describe('paths of files that are saved and restored', () => {
  const saver = [
    text('save/filename/input', 'model'),
    node('save/filename', 'PlaceholderWithDefault', 'save/filename/input'),
    text('save/part', '_temp/part'),
    node('save/join', 'StringJoin', 'save/filename', 'save/part'),
    node('save/shard', 'ShardedFilename', 'save/join'),
    node('save/SaveV2', 'SaveV2', 'save/shard'),
    node('save/RestoreV2', 'RestoreV2', 'save/filename'),
  ];
  const restore = definition(
    'restore',
    ['path'],
    [node('r', 'RestoreV2', 'path'), node('i', 'Identity', 'r:tensors:0')],
  );

  it('are clean where the program gives them, as in every saved model', async () => {
    expect(await codes(graph([...dense, ...saver]))).toEqual(['clean']);
    const given = [placeholder('saver_filename'), call('restored', 'restore', 'saver_filename')];
    expect(await codes(graph([...dense, ...given], [restore]))).toEqual(['clean']);
    const asset = field(6, joined(field(1, field(1, 'path:0')), field(2, 'words.txt')));
    const table = [text('path', 'words.txt'), node('t', 'InitializeTableFromTextFileV2', 'h', 'path')];
    expect(await codes(savedModel(graph([...dense, ...table]), asset))).toEqual(['clean']);
    expect(await codes(savedModel(graph([...dense, ...table])))).toEqual(['malicious', 'OPERATOR_FILES']);
  });

  it.each<readonly [string, readonly Uint8Array[], readonly Uint8Array[]]>([
    ['of the model alone', [text('p', '/etc/passwd'), node('r', 'RestoreV2', 'p')], []],
    [
      'of the model as default',
      [text('p', '/x/y'), node('q', 'PlaceholderWithDefault', 'p'), node('s', 'SaveV2', 'q')],
      [],
    ],
    [
      'of the model in an attribute of what joins',
      [
        placeholder('p'),
        node('j', 'StringJoin', 'p', 'p', attribute('separator', field(2, '/../../x'))),
        node('s', 'SaveV2', 'j'),
      ],
      [],
    ],
    [
      'of a function that is given one',
      [placeholder('p'), call('c', 'own', 'p'), node('r', 'RestoreV2', 'c')],
      [definition('own', ['q'], [text('t', '/etc/passwd')])],
    ],
    ['of the model through a function', [text('p', 'x'), call('c', 'restore', 'p')], [restore]],
    [
      'of the model through two',
      [text('p', 'x'), call('c', 'outer', 'p')],
      [restore, definition('outer', ['q'], [call('d', 'restore', 'q')])],
    ],
    ['of nobody', [node('r', 'RestoreV2')], []],
  ])('are malicious where they are %s', async (_what, nodes, functions) => {
    expect(await codes(graph([...dense, ...nodes], functions))).toEqual(['malicious', 'OPERATOR_FILES']);
  });
});

describe('a broken model', () => {
  it('with fewer bytes than a shape says, or a node twice, is suspicious', async () => {
    expect(await codes(graph([weights('w', [3, 2], new Uint8Array(23))]))).toEqual(['suspicious', 'MALFORMED']);
    expect(await codes(graph([...dense, ...dense]))).toEqual(['suspicious', 'MALFORMED']);
    const hidden = [node('x', 'ReadFile'), ...dense];
    expect(await codes(graph(hidden, [definition('', [], [])]))).toEqual(['malicious', 'MALFORMED', 'OPERATOR_FILES']);
  });

  it('with a terabyte of one number is unknown', async () => {
    const bytes = graph([weights('w', [1_000_000, 250_000], new Uint8Array(0))]);
    expect(await codes(bytes)).toEqual(['unknown', 'LIMIT_EXCEEDED']);
  });

  it('with fields that nobody knows is unknown, down to the last byte', async () => {
    expect(await codes(joined(graph(dense), field(99, 'x')))).toEqual(['unknown', 'UNSUPPORTED']);
    expect(await codes(joined(savedModel(graph(dense)), field(99, 'x')))).toEqual(['unknown', 'UNSUPPORTED']);
  });

  it('with an archive behind it, or 100 GB of nothing, is not clean', async () => {
    expect(await codes(joined(graph(dense), zipOf([{ name: 'a', content: 'b' }])))).toContain('POLYGLOT');
    const path = join(mkdtempSync(join(tmpdir(), 'graph-')), 'huge.pb');
    writeFileSync(path, graph(dense));
    truncateSync(path, 100_000_000_000);
    expect(said(await inspectModel(path))).toEqual(['suspicious', 'MALFORMED']);
    rmSync(path);
  });

  it.each([
    ['graphdef', graph(dense)],
    ['savedmodel', savedModel(graph(dense), signature)],
  ])('(%s) that was cut at any byte is never clean', async (name, bytes) => {
    const clean: number[] = [];
    for (let length = 0; length < bytes.length; length += 1) {
      const { verdict, format } = await inspectModel(bytes.subarray(0, length));
      if (format === name && verdict === 'clean') clean.push(length);
    }
    expect(clean).toEqual([]);
  });

  it('with any other bytes gives a verdict and never throws', async () => {
    const bytes = savedModel(graph([...dense, placeholder('p'), call('c', 'f', 'p')], [definition('f', ['a'], dense)]));
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
