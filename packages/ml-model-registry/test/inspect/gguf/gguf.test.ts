import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inspectModel } from '../../../src/inspect/inspect-model.ts';
import { joined, u32, u64 } from '../../support/bytes.ts';
import { file, key, norm, text, weight } from '../../support/gguf.ts';

const codes = async (bytes: Uint8Array): Promise<unknown> => {
  const { verdict, findings } = await inspectModel(bytes);
  return [verdict, ...findings.map(({ code }) => code)];
};

describe('a sound file', () => {
  it('is clean, with its tensors, parameters and texts', async () => {
    const numbers = joined(text('x'), u32(9), u32(4), u64(2), u32(1), u32(2));
    const words = joined(text('y'), u32(9), u32(8), u64(2), text('a'), text('b'));
    const lists = joined(text('z'), u32(9), u32(9), u64(1), u32(7), u64(1), [1]);
    const bytes = file({ keys: [key('general.architecture', 'llama'), numbers, words, lists] });
    const { tensors, ...found } = await inspectModel(bytes, { name: 'chat.gguf' });
    expect(found).toMatchObject({
      format: 'gguf',
      formatVersion: '3',
      framework: { name: 'ggml' },
      verdict: 'clean',
      findings: [],
      parameters: 515,
      metadata: { architecture: 'llama' },
    });
    const start = bytes.length - 300;
    expect(tensors).toEqual([
      { name: 'blk.0.attn_q.weight', type: 'q4_k', shape: [2, 256], offset: start, bytes: 288 },
      { name: 'output_norm.weight', type: 'f32', shape: [3], offset: start + 288, bytes: 12 },
    ]);
  });

  it('may end with padding, and have another alignment', async () => {
    expect(await codes(file({ data: 320 }))).toEqual(['clean']);
    const alignment = joined(text('general.alignment'), u32(4), u32(8));
    const wide = file({
      keys: [alignment],
      tensors: [
        { ...norm, offset: 0 },
        { ...norm, name: 'b', offset: 16 },
      ],
      data: 28,
      alignment: 8,
    });
    expect((await inspectModel(wide)).verdict).toBe('clean');
  });
});

const broken: readonly (readonly [what: string, bytes: Uint8Array, code: string])[] = [
  ['a hole', file({ tensors: [weight, { ...norm, offset: 320 }], data: 332 }), 'HIDDEN_BYTES'],
  ['bytes after the last tensor', file({ data: 321 }), 'HIDDEN_BYTES'],
  ['tensors over each other', file({ tensors: [weight, { ...norm, offset: 256 }], data: 288 }), 'MALFORMED'],
  ['a tensor at an odd place', file({ tensors: [weight, { ...norm, offset: 290 }], data: 302 }), 'MALFORMED'],
  ['a tensor behind the end', file({ data: 299 }), 'TRUNCATED'],
  ['a tensor twice', file({ tensors: [weight, { ...norm, name: weight.name }] }), 'MALFORMED'],
  ['a key twice', file({ keys: [key('a', 'b'), key('a', 'c')] }), 'MALFORMED'],
  ['a row that is no whole blocks', file({ tensors: [{ ...weight, sizes: [255, 2] }] }), 'MALFORMED'],
  ['more dimensions than ggml has', file({ tensors: [{ ...norm, offset: 0, sizes: [1, 1, 1, 1, 1] }] }), 'MALFORMED'],
  ['more elements than can be counted', file({ tensors: [{ ...norm, sizes: [2 ** 40, 2 ** 40] }] }), 'MALFORMED'],
  ['a type of value that is none', file({ keys: [joined(text('a'), u32(13))] }), 'MALFORMED'],
  ['an alignment of 3', file({ keys: [joined(text('general.alignment'), u32(4), u32(3))] }), 'MALFORMED'],
  ['a key that is no text', file({ keys: [joined(u64(1), [0xff], u32(0), [0])] }), 'INVALID_TEXT'],
  ['an array longer than the file', file({ keys: [joined(text('a'), u32(9), u32(4), u64(2 ** 40))] }), 'TRUNCATED'],
];

describe('a broken file', () => {
  it.each(broken)('with %s is suspicious', async (_what, bytes, code) => {
    expect(await codes(bytes)).toEqual(['suspicious', code]);
  });

  it.each([
    ['an unknown type of elements', file({ tensors: [{ ...weight, type: 4 }] }), 'UNSUPPORTED'],
    ['version 1', file({ version: 1 }), 'UNSUPPORTED'],
    ['the order of bytes of other machines', file({ version: 0x03000000 }), 'UNSUPPORTED'],
    [
      'arrays in arrays without end',
      file({ keys: [joined(text('a'), u32(9), ...Array.from({ length: 200 }, () => joined(u32(9), u64(1))))] }),
      'LIMIT_EXCEEDED',
    ],
    ['a name of a gigabyte', file({ keys: [joined(u64(2 ** 30), 'a')] }), 'LIMIT_EXCEEDED'],
  ])('with %s is unknown', async (_what, bytes, code) => {
    expect(await codes(bytes)).toEqual(['unknown', code]);
  });

  it('that was cut at any byte is never clean', async () => {
    const sound = file();
    for (let length = 0; length < sound.length; length += 1) {
      const { verdict } = await inspectModel(sound.subarray(0, length));
      expect([length, verdict]).not.toEqual([length, 'clean']);
    }
  });

  it('with any other bytes gives a verdict and never throws', async () => {
    const sound = file();
    const changes = fc.array(fc.tuple(fc.nat(sound.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(changes, async (places) => {
        const bytes = Uint8Array.from(sound);
        for (const [at, value] of places) bytes[at] = value;
        expect(['clean', 'unknown', 'suspicious']).toContain((await inspectModel(bytes)).verdict);
      }),
    );
  });
});

describe('a chat template', () => {
  const withTemplate = (value: string, name = 'tokenizer.chat_template'): Uint8Array =>
    file({ keys: [key('general.architecture', 'llama'), key(name, value)] });

  it('that writes messages is clean', async () => {
    const usual =
      "{{ bos_token }}{% for message in messages %}{% if loop.first and message['role'] != 'system' %}{{ '<|im_start|>system' }}{% endif %}" +
      "{{ '<|' + message.role + '|>\\n' + message['content'] | trim }}{% endfor %}{% set ns = namespace(found=false) %}__text__ outside";
    expect(await codes(withTemplate(usual))).toEqual(['clean']);
  });

  it.each([
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    '{% for x in ().__class__.__base__.__subclasses__() %}{% endfor %}',
    "{{ x['_' ~ '_class_' ~ '_'] }}",
    "{{ x | attr('\\x5f\\x5fclass\\x5f\\x5f') }}",
    '{{ lipsum.globals }}',
    "{{ cycler['init'] }}",
    '{%- include "/etc/passwd" %}',
  ])('that reaches out is malicious: %s', async (value) => {
    const bytes = withTemplate(value);
    const { verdict, findings } = await inspectModel(bytes);
    expect([verdict, findings[0]?.code]).toEqual(['malicious', 'TEMPLATE_ESCAPE']);
    expect(findings[0]?.offset).toBe(Buffer.from(bytes).indexOf('{', 100));
  });

  it('is looked at by any name that programs have for it', async () => {
    expect(await codes(withTemplate('{{ a.__init__ }}', 'tokenizer.chat_template.tool_use'))).toEqual([
      'malicious',
      'TEMPLATE_ESCAPE',
    ]);
  });
});
