import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { inspectModel } from '../../../src/inspect/inspect-model.ts';
import type { ModelInspection } from '../../../src/inspect/inspection.ts';
import { joined, u32 } from '../../support/bytes.ts';
import { call, name, object, opcode, pickle, text } from '../../support/pickle.ts';
import { type MemberSpec, zipOf } from '../../support/zip.ts';

const sample = (file: string): Buffer => readFileSync(new URL(`../../fixtures/pickle/${file}`, import.meta.url));
const zip = sample('zip.pt');
const run = call(name('os', 'system'), joined('X', u32(2), 'id'));

const inspected = async (bytes: Uint8Array): Promise<ModelInspection> => inspectModel(bytes, { name: 'm.pt' });
const word = (value: string): Uint8Array => joined('X', u32(value.length), value);

/** The id of a storage of float32. */
function storage(key: string, count: number): Uint8Array {
  return joined('(', word('storage'), name('torch', 'FloatStorage'), word(key), word('cpu'), 'K', [count], 'tQ');
}

const number = (value: number): Uint8Array => joined('K', [value]);
const tensor = (key: string, count: number): Uint8Array =>
  call(
    name('torch._utils', '_rebuild_tensor_v2'),
    storage(key, count),
    number(0),
    joined('(', number(count), 't'),
    joined('(', number(1), 't'),
    Uint8Array.of(0x89),
    joined('}'),
  );

/** An archive as PyTorch writes it, of one tensor `w` of three numbers; with other members instead or beside them. */
function archive(members: Readonly<Record<string, Uint8Array | string | undefined>> = {}): Uint8Array {
  const all: Readonly<Record<string, Uint8Array | string | undefined>> = {
    'data.pkl': pickle(2, '}', word('w'), tensor('0', 3), 's'),
    'data/0': new Uint8Array(12),
    version: '3\n',
    ...members,
  };
  const specs = Object.entries(all).map(([path, content]): MemberSpec | undefined =>
    content === undefined ? undefined : { name: path.includes('!') ? path.slice(1) : `m/${path}`, content },
  );
  return zipOf(specs.filter((spec) => spec !== undefined));
}

describe('what PyTorch wrote', () => {
  it('is clean, with its tensors and where their numbers are', async () => {
    const { format, formatVersion, framework, verdict, findings, parameters, tensors } = await inspected(zip);
    expect({ format, formatVersion, framework, verdict, findings, parameters }).toEqual({
      format: 'pytorch',
      formatVersion: '3',
      framework: { name: 'pytorch' },
      verdict: 'clean',
      findings: [],
      parameters: 22,
    });
    expect(tensors.map(({ name: tensorName, type, shape }) => [tensorName, type, shape])).toEqual([
      ['0.weight', 'float32', [3, 2]],
      ['0.bias', 'float32', [3]],
      ['1.weight', 'float32', [3]],
      ['1.bias', 'float32', [3]],
      ['1.running_mean', 'float32', [3]],
      ['1.running_var', 'float32', [3]],
      ['1.num_batches_tracked', 'int64', []],
    ]);
    expect(zip.readFloatLE(tensors[2]?.offset)).toBe(1);
  });

  it('with TorchScript has notes of its code', async () => {
    const { format, verdict, findings, tensors } = await inspected(sample('script.pt'));
    expect([format, verdict, tensors.map(({ name: tensorName }) => tensorName)]).toEqual([
      'torchscript',
      'clean',
      ['0.weight', '0.bias'],
    ]);
    expect(new Set(findings.map(({ code, severity }) => `${code} ${severity}`))).toEqual(
      new Set(['TORCHSCRIPT_CODE note']),
    );
  });

  it('is clean at no length when it is cut', async () => {
    for (let length = 0; length < zip.length; length += 7)
      expect((await inspected(zip.subarray(0, length))).verdict).not.toBe('clean');
  });

  it('with another size in one of its two headers is suspicious', async () => {
    const changed = Buffer.from(zip);
    changed.writeUInt8(99, 22);
    expect((await inspected(changed)).verdict).toBe('suspicious');
  });
});

describe('an archive that is made to look like one of PyTorch', () => {
  const script = {
    'constants.pkl': pickle(2, ')'),
    'code/__torch__.py': 'def forward(self, x):\n  return torch.relu(x)\n',
  };
  const scripted = (code: string): Uint8Array => archive({ ...script, 'code/__torch__.py': code });
  const model = pickle(2, object(name('__torch__.deep.Net', 'Net')), '}', word('w'), tensor('0', 3), 'sb');
  const cases: Readonly<Record<string, readonly [file: Uint8Array, expected: readonly string[]]>> = {
    'is clean when it is one': [archive(), ['clean']],
    'runs something': [
      archive({ 'data.pkl': pickle(2, run) }),
      ['malicious', 'PICKLE_DANGEROUS_NAME m/data.pkl', 'TORCH_OTHER_MEMBER'],
    ],
    'breaks after it ran something': [
      archive({ 'data.pkl': joined([0x80, 2], run, [0xff]) }),
      ['malicious', 'PICKLE_DANGEROUS_NAME m/data.pkl', 'MALFORMED m/data.pkl', 'TORCH_OTHER_MEMBER'],
    ],
    'has a second pickle after the first': [
      archive({ 'data.pkl': joined(pickle(2, '}', word('w'), tensor('0', 3), 's'), pickle(2, run)) }),
      ['suspicious', 'HIDDEN_BYTES m/data.pkl'],
    ],
    'has a second pickle in another folder': [
      archive({ '!other/data.pkl': pickle(2, run) }),
      ['malicious', 'TORCH_OTHER_MEMBER', 'PICKLE_DANGEROUS_NAME other/data.pkl'],
    ],
    'has a script beside its numbers': [
      archive({ 'extra/setup.py': 'import os' }),
      ['suspicious', 'TORCH_OTHER_MEMBER'],
    ],
    'has a storage that nothing names': [archive({ 'data/1': 'PAYLOAD' }), ['suspicious', 'TORCH_OTHER_MEMBER']],
    'has a storage of another size': [archive({ 'data/0': new Uint8Array(16) }), ['suspicious', 'MALFORMED']],
    'has no storage': [archive({ 'data/0': undefined }), ['suspicious', 'MALFORMED']],
    'has a storage of a type that is none': [
      archive({
        'data.pkl': pickle(2, '(', word('storage'), name('torch', 'float32'), word('0'), word('cpu'), number(3), 'tQ'),
      }),
      ['suspicious', 'PICKLE_OUTSIDE m/data.pkl', 'TORCH_OTHER_MEMBER'],
    ],
    'has an id of a module, which is code': [
      archive({
        'data.pkl': pickle(
          2,
          '(',
          word('module'),
          name('collections', 'OrderedDict'),
          word('x.py'),
          word('code'),
          'tQ',
        ),
      }),
      ['suspicious', 'PICKLE_OUTSIDE m/data.pkl', 'TORCH_OTHER_MEMBER'],
    ],
    'has a tensor that reaches out of its storage': [
      archive({
        'data.pkl': pickle(
          2,
          call(
            name('torch._utils', '_rebuild_tensor_v2'),
            storage('0', 3),
            number(1),
            joined('(', number(3), 't'),
            joined('(', number(1), 't'),
          ),
        ),
      }),
      ['suspicious', 'MALFORMED m/data.pkl'],
    ],
    'has a tensor of what a call gave': [
      archive({
        'data.pkl': pickle(
          2,
          call(
            name('torch._utils', '_rebuild_tensor_v2'),
            call(name('collections', 'OrderedDict')),
            number(0),
            joined(')'),
            joined(')'),
          ),
        ),
      }),
      ['suspicious', 'PICKLE_MISUSED_NAME m/data.pkl', 'TORCH_OTHER_MEMBER'],
    ],
    'calls another function by the one that keeps types': [
      archive({
        'data.pkl': pickle(
          2,
          call(
            name('torch._tensor', '_rebuild_from_type_v2'),
            name('collections', 'OrderedDict'),
            name('torch', 'Tensor'),
            joined(')'),
            opcode.none,
          ),
        ),
      }),
      ['suspicious', 'PICKLE_UNLISTED_NAME m/data.pkl', 'PICKLE_MISUSED_NAME m/data.pkl', 'TORCH_OTHER_MEMBER'],
    ],
    'is a whole module, which is code': [
      archive({ 'data.pkl': pickle(2, object(name('torch.nn.modules.linear', 'Linear'))) }),
      ['suspicious', 'PICKLE_UNLISTED_NAME m/data.pkl', 'TORCH_OTHER_MEMBER'],
    ],
    'has its numbers the other way round': [archive({ byteorder: 'big' }), ['unknown', 'UNSUPPORTED']],
    'has TorchScript': [archive({ ...script, 'data.pkl': model }), ['clean', 'TORCHSCRIPT_CODE m/code/__torch__.py']],
    'names classes of TorchScript without being it': [
      archive({ 'data.pkl': model }),
      ['suspicious', 'PICKLE_UNLISTED_NAME m/data.pkl'],
    ],
    'has TorchScript that writes files': [
      scripted('torch.save(x, "/etc/cron.d/x")'),
      ['malicious', 'TORCHSCRIPT_CODE m/code/__torch__.py', 'TORCHSCRIPT_FILES m/code/__torch__.py'],
    ],
    'has TorchScript that reads files': [
      scripted('x = torch.from_file("/etc/passwd")'),
      ['malicious', 'TORCHSCRIPT_CODE m/code/__torch__.py', 'TORCHSCRIPT_FILES m/code/__torch__.py'],
    ],
    'has TorchScript with an operator of others': [
      scripted('x = ops.evil.run("id")'),
      ['suspicious', 'TORCHSCRIPT_CODE m/code/__torch__.py', 'TORCHSCRIPT_OPERATOR m/code/__torch__.py'],
    ],
    'runs something among the constants of TorchScript': [
      archive({ ...script, 'constants.pkl': pickle(2, run) }),
      ['malicious', 'PICKLE_DANGEROUS_NAME m/constants.pkl', 'TORCHSCRIPT_CODE m/code/__torch__.py'],
    ],
  };
  it.each(Object.entries(cases))('%s', async (_what, [file, expected]) => {
    const { verdict, findings } = await inspected(file);
    expect([verdict, ...findings.map(({ code, part }) => (part === undefined ? code : `${code} ${part}`))]).toEqual(
      expected,
    );
  });
});

describe('the file of PyTorch before 1.6', () => {
  it('is known by its number, whatever follows', async () => {
    const { format, verdict } = await inspected(joined(sample('legacy.pt').subarray(0, 15), pickle(2, run)));
    expect([format, verdict]).toEqual(['pytorch-legacy', 'malicious']);
    expect((await inspectModel(joined(pickle(2, text('x')))))['format']).toBe('pickle');
  });
});
