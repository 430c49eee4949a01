import { execFileSync } from 'node:child_process';
import { mkdtempSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { inspectModel } from '../../../src/inspect/inspect-model.ts';
import { type Files, onnxFiles, savedModelFiles, shardedFiles, writeFolder } from '../../support/folder.ts';
import { file as gguf } from '../../support/gguf.ts';
import { fixture } from '../../support/fixture.ts';
import { floats, safetensorsOf } from '../../support/safetensors.ts';

async function found(files: Files): Promise<readonly string[]> {
  const { verdict, findings } = await inspectModel(writeFolder(files));
  return [verdict, ...findings.map(({ code, part }) => (part === undefined ? code : `${code} ${part}`))];
}

const without = (files: Files, ...paths: readonly string[]): Files =>
  Object.fromEntries(Object.entries(files).filter(([path]) => !paths.includes(path)));

const ggufShards: Files = { 'chat-00001-of-00002.gguf': gguf(), 'chat-00002-of-00002.gguf': gguf() };
const VARIABLES = 'SAVEDMODEL_VARIABLES saved_model.pb';
const NUMBERS = 'variables/variables.data-00000-of-00001';
const evil = Buffer.from("cposix\nsystem\n(S'id'\ntR.");

describe('a folder that is one model', () => {
  it('is told as a whole: format, tensors, sizes and digests of all files', async () => {
    const saved = await inspectModel(writeFolder(savedModelFiles()), { digest: true });
    expect(saved).toMatchObject({ format: 'savedmodel', verdict: 'clean', inputs: [{ name: 'x' }] });
    expect(saved.findings.map(({ code }) => code)).toEqual(['SAVEDMODEL_VARIABLES']);
    expect(saved).not.toHaveProperty('main');
    expect(saved.members?.map(({ path }) => path)).toEqual([
      'assets/words.txt',
      'fingerprint.pb',
      'saved_model.pb',
      'variables/variables.data-00000-of-00001',
      'variables/variables.index',
    ]);
    const sharded = await inspectModel(writeFolder(shardedFiles()), { digest: true });
    expect(sharded).toMatchObject({ format: 'safetensors', verdict: 'clean', findings: [], parameters: 7 });
    expect(sharded.tensors.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
    expect(sharded).toMatchObject({ main: 'model.safetensors.index.json' });
    const onnx = await inspectModel(writeFolder(onnxFiles()));
    expect(onnx).toMatchObject({ format: 'onnx', verdict: 'clean', findings: [], main: 'price.onnx' });
    expect(onnx).not.toHaveProperty('digest');
    expect(await inspectModel(writeFolder(ggufShards))).toMatchObject({ format: 'gguf', verdict: 'clean' });
    const { 'config.json': config = '' } = shardedFiles();
    const single = { 'model.safetensors': safetensorsOf({ a: floats([1]) }), 'config.json': config };
    expect(await inspectModel(writeFolder(single))).toMatchObject({ verdict: 'clean', main: 'model.safetensors' });
    expect(await inspectModel(writeFolder({ 'a.pt': fixture('weights/before.pt') }))).toMatchObject({
      format: 'pytorch',
    });
  });

  it.skipIf(process.platform === 'win32')(
    'has a digest that goes by paths, sizes and contents, and by nothing else',
    async () => {
      const digest = async (files: Files): Promise<string | undefined> =>
        (await inspectModel(writeFolder(files), { digest: true })).digest;
      const first = await digest(onnxFiles());
      expect(first).toMatch(/^sha256:[0-9a-f]{64}$/);
      // printf '%s  %d  %s\n' for each file, piped to sha256sum.
      const root = writeFolder(onnxFiles());
      const line =
        'for f in price.onnx weights.bin; do printf "%s  %d  %s\\n" "$(sha256sum < $f | cut -c1-64)" "$(wc -c < $f)" $f; done | sha256sum';
      const expected = execFileSync('sh', ['-c', line], { cwd: root, encoding: 'utf8' }).slice(0, 64);
      expect(first).toBe(`sha256:${expected}`);
      expect(await digest(savedModelFiles())).toBe(await digest(savedModelFiles()));
      expect(await digest(savedModelFiles())).not.toBe(await digest(savedModelFiles('after')));
      expect(await digest({ ...shardedFiles(), LICENSE: '' })).not.toBe(await digest(shardedFiles()));
    },
  );

  it.each<readonly [what: string, files: Files, expected: readonly string[]]>([
    ['nothing', { 'README.md': 'x' }, ['unknown', 'FORMAT_UNKNOWN']],
    [
      'a missing shard',
      without(shardedFiles(), 'model-00002-of-00002.safetensors'),
      ['suspicious', 'FOLDER_SHARD_MISSING model-00002-of-00002.safetensors'],
    ],
    [
      'a missing part of GGUF',
      without(ggufShards, 'chat-00001-of-00002.gguf'),
      ['suspicious', 'FOLDER_SHARD_MISSING chat-00001-of-00002.gguf'],
    ],
    [
      'missing numbers of variables',
      without(savedModelFiles(), 'variables/variables.data-00000-of-00001'),
      ['suspicious', VARIABLES, `FOLDER_SHARD_MISSING ${NUMBERS}`],
    ],
    [
      'numbers without an index',
      without(savedModelFiles(), 'variables/variables.index'),
      ['suspicious', 'EXTERNAL_DATA_MISSING saved_model.pb', `FOLDER_SHARD_MISSING ${NUMBERS}`],
    ],
    [
      'fewer numbers than its index says',
      { ...savedModelFiles(), [NUMBERS]: new Uint8Array(400) },
      ['suspicious', VARIABLES, `MALFORMED ${NUMBERS}`],
    ],
    [
      'numbers that no index names',
      { ...savedModelFiles(), 'variables/variables.data-00001-of-00002': '' },
      ['unknown', VARIABLES, 'FOLDER_OTHER_FILE variables/variables.data-00001-of-00002'],
    ],
    [
      'a cut index of variables',
      { ...savedModelFiles(), 'variables/variables.index': 'short' },
      ['suspicious', 'SAVEDMODEL_VARIABLES saved_model.pb', 'TRUNCATED variables/variables.index'],
    ],
    ['missing data', without(onnxFiles(), 'weights.bin'), ['unknown', 'EXTERNAL_DATA_MISSING price.onnx']],
    ['a file nobody names', { ...onnxFiles(), 'notes.bin': 'x' }, ['unknown', 'FOLDER_OTHER_FILE notes.bin']],
    [
      'two models',
      { 'a.npy': fixture('numpy/floats.npy'), 'b.npy': fixture('numpy/floats.npy') },
      ['unknown', 'FOLDER_SEVERAL_MODELS b.npy'],
    ],
    [
      'an asset that runs',
      { ...savedModelFiles(), 'assets/x.pkl': evil },
      [
        'malicious',
        'SAVEDMODEL_VARIABLES saved_model.pb',
        'FOLDER_OTHER_FILE assets/x.pkl',
        'PICKLE_DANGEROUS_NAME assets/x.pkl',
      ],
    ],
    [
      'Python beside weights',
      { ...shardedFiles(), 'modeling.py': 'import os\n' },
      ['unknown', 'FOLDER_OTHER_FILE modeling.py'],
    ],
    [
      'settings that name code',
      { ...shardedFiles(), 'config.json': '{"auto_map":{"AutoModel":"m.M"}}' },
      ['suspicious', 'FOLDER_AUTO_MAP config.json'],
    ],
    [
      'a template that reaches out',
      { ...shardedFiles(), 'tokenizer_config.json': '{"chat_template":"{{ x.__class__ }}"}' },
      ['malicious', 'TEMPLATE_ESCAPE tokenizer_config.json'],
    ],
    ['settings that are broken', { ...shardedFiles(), 'config.json': '{' }, ['suspicious', 'MALFORMED config.json']],
    [
      'an index that leads elsewhere',
      { ...shardedFiles(), 'model.safetensors.index.json': '{"weight_map":{"a":"../a.safetensors"}}' },
      [
        'malicious',
        'OUTSIDE_PATH model.safetensors.index.json',
        'FOLDER_OTHER_FILE model-00001-of-00002.safetensors',
        'FOLDER_OTHER_FILE model-00002-of-00002.safetensors',
        'FORMAT_UNKNOWN',
      ],
    ],
    [
      'an index that does not name a tensor',
      { ...shardedFiles(), 'model-00002-of-00002.safetensors': safetensorsOf({ d: floats([1]) }) },
      ['suspicious', 'MALFORMED model-00002-of-00002.safetensors', 'MALFORMED model-00002-of-00002.safetensors'],
    ],
    [
      'another format than its name says',
      { 'm.onnx': fixture('numpy/floats.npy') },
      ['suspicious', 'NAME_MISMATCH m.onnx'],
    ],
    // Other systems can't have such a name.
    ...(process.platform === 'win32'
      ? []
      : ([['a name of two systems', { ...onnxFiles(), 'a\\b': 'x' }, ['suspicious', 'INVALID_TEXT']]] as const)),
  ])('with %s says so', async (_what, files, expected) => {
    expect(await found(files)).toEqual(expected);
  });

  it.skipIf(process.platform === 'win32')('has no links, pipes or endless folders', async () => {
    const root = writeFolder(onnxFiles());
    symlinkSync('/etc', join(root, 'etc'));
    symlinkSync('/etc/passwd', join(root, 'vocab.txt'));
    execFileSync('mkfifo', [join(root, 'pipe')]);
    const { verdict, findings } = await inspectModel(root, { digest: true });
    expect(verdict).toBe('suspicious');
    expect(findings.map(({ code, part }) => `${code} ${part}`).toSorted()).toEqual([
      'FOLDER_LINK etc',
      'FOLDER_LINK pipe',
      'FOLDER_LINK vocab.txt',
    ]);
    const deep = writeFolder({ [`${'a/'.repeat(15)}x`]: '', [`${'b/'.repeat(17)}x`]: '' });
    expect((await inspectModel(deep)).findings.map(({ code }) => code)).toContain('INVALID_TEXT');
    const linked = onnxFiles();
    const outside = writeFolder(without(linked, 'weights.bin'));
    symlinkSync(join(root, 'weights.bin'), join(outside, 'weights.bin'));
    expect(await inspectModel(outside)).toMatchObject({ verdict: 'malicious' });
  });

  it('has as many files as a history can name', async () => {
    const many = Object.fromEntries(Array.from({ length: 4097 }, (_, index) => [`assets/${index}.txt`, '']));
    const { verdict, findings } = await inspectModel(writeFolder({ ...savedModelFiles(), ...many }));
    expect(verdict).not.toBe('clean');
    expect(findings.map(({ code }) => code)).toContain('LIMIT_EXCEEDED');
  });

  it('can be empty', async () => {
    const empty = mkdtempSync(join(tmpdir(), 'folder-'));
    expect(await inspectModel(empty, { digest: true })).toMatchObject({
      format: 'unknown',
      verdict: 'unknown',
      size: 0,
    });
  });
});
