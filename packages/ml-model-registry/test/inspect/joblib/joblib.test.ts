import { readFileSync } from 'node:fs';
import { gzipSync, deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { inspectModel } from '../../../src/inspect/inspect-model.ts';
import { joined } from '../../support/bytes.ts';
import { call, dict, name, object, opcode, pickle, text } from '../../support/pickle.ts';

const sample = (file: string): Uint8Array => readFileSync(new URL(`../../fixtures/pickle/${file}`, import.meta.url));
const plain = sample('plain.joblib');
const run = call(name('os', 'system'), text('id'));

const found = async (bytes: Uint8Array): Promise<readonly unknown[]> => {
  const { verdict, findings } = await inspectModel(bytes, { name: 'm.joblib' });
  return [verdict, ...new Set(findings.map(({ code }) => code))];
};

/** joblib's wrapper of an array of bytes. */
function wrapper(options: {
  readonly count: number;
  readonly alignment?: boolean;
  readonly type?: string;
}): Uint8Array {
  const type = call(name('numpy', 'dtype'), text(options.type ?? 'u1'));
  return joined(
    object(name('joblib.numpy_pickle', 'NumpyArrayWrapper')),
    dict(
      [text('subclass'), name('numpy', 'ndarray')],
      [text('shape'), joined('K', [options.count], opcode.tuple1)],
      [text('order'), text('C')],
      [text('dtype'), type],
      ...(options.alignment === true ? [[text('numpy_array_alignment_bytes'), joined('K', [16])] as const] : []),
    ),
    'b',
  );
}

describe('what joblib wrote', () => {
  it.each(['plain', 'zlib', 'gzip', 'bz2', 'lzma', 'xz', 'lz4'])('%s is clean, with its framework', async (kind) => {
    const { format, verdict, findings, framework } = await inspectModel(sample(`${kind}.joblib`), {
      name: `${kind}.joblib`,
    });
    expect({ format, verdict, findings, framework }).toEqual({
      format: 'joblib',
      verdict: 'clean',
      findings: [],
      framework: { name: 'scikit-learn', version: '1.2.1' },
    });
  });

  it('without arrays is a pickle, and clean', async () => {
    const { format, verdict } = await inspectModel(sample('no-arrays.joblib'), { name: 'm.joblib' });
    expect([format, verdict]).toEqual(['pickle', 'clean']);
  });

  it('in zlib, before 0.10, has its length before it', async () => {
    const inside = pickle(2, ']');
    const old = (length: number): Uint8Array =>
      joined(`ZF${`0x${length.toString(16)}`.padEnd(19)}`, deflateSync(inside));
    expect(await found(old(inside.length))).toEqual(['clean']);
    expect(await found(old(7))).toEqual(['suspicious', 'MALFORMED']);
  });
});

describe('a file that is made to look like one of joblib', () => {
  const array = joined([4], [255, 255, 255, 255], [1, 2, 3]);
  const cases: Readonly<Record<string, readonly [file: Uint8Array, expected: readonly string[]]>> = {
    'is clean when it is one': [pickle(4, wrapper({ count: 3, alignment: true }), array), ['clean']],
    'has something that runs after its array': [
      pickle(4, wrapper({ count: 3, alignment: true }), array, '0', run),
      ['malicious', 'PICKLE_DANGEROUS_NAME'],
    ],
    'has other bytes as padding': [
      pickle(4, wrapper({ count: 3, alignment: true }), [4, 1, 2, 3, 4], [1, 2, 3]),
      ['suspicious', 'HIDDEN_BYTES'],
    ],
    'has an array longer than the file': [pickle(4, wrapper({ count: 200 }), [1, 2, 3]), ['suspicious', 'TRUNCATED']],
    'has an array that pickle.load would run': [
      pickle(4, wrapper({ count: 24 }), joined("cos\nsystem\n(S'id'\ntR.".padEnd(24, ' '))),
      ['suspicious', 'POLYGLOT'],
    ],
    'has objects that are a pickle that runs': [
      pickle(4, wrapper({ count: 1, type: 'O8' }), pickle(2, run)),
      ['malicious', 'PICKLE_DANGEROUS_NAME', 'PICKLE_UNUSUAL'],
    ],
    'has objects that are arrays of objects without end': [
      joined(...Array.from({ length: 30 }, () => pickle(4, wrapper({ count: 1, type: 'O8' })).slice(0, -1))),
      ['unknown', 'LIMIT_EXCEEDED'],
    ],
    'has a type that is none': [
      pickle(4, wrapper({ count: 3, type: 'u1,u1' }), [1, 2, 3]),
      ['suspicious', 'MALFORMED'],
    ],
    'is compressed, and runs something': [gzipSync(pickle(4, run)), ['malicious', 'PICKLE_DANGEROUS_NAME']],
    'is compressed, with more after it': [joined(deflateSync(pickle(4, 'N')), run), ['suspicious', 'HIDDEN_BYTES']],
    'is compressed, and no pickle': [gzipSync('hello'), ['unknown', 'FORMAT_UNKNOWN']],
    'is compressed twice': [gzipSync(gzipSync(pickle(4, run))), ['malicious', 'PICKLE_DANGEROUS_NAME']],
    'is compressed, and becomes far larger': [gzipSync(Buffer.alloc(200_000_000)), ['unknown', 'LIMIT_EXCEEDED']],
  };
  it.each(Object.entries(cases))('%s', async (what, [file, expected]) => {
    const limits = what.includes('larger') ? { inflated: 10_000_000 } : {};
    const { verdict, findings } = await inspectModel(file, { limits });
    expect([verdict, ...new Set(findings.map(({ code }) => code))]).toEqual(expected);
  });

  it('is clean at no length when it is cut', async () => {
    for (const file of [
      plain,
      sample('zlib.joblib'),
      sample('xz.joblib'),
      sample('lz4.joblib'),
      sample('bz2.joblib'),
      sample('lzma.joblib'),
    ]) {
      for (let length = 0; length < file.length; length += file === plain ? 1 : 23)
        expect((await inspectModel(file.subarray(0, length))).verdict).not.toBe('clean');
    }
  });
});
