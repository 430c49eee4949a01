import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { inspectModel } from '../../../src/inspect/inspect-model.ts';
import { opcodes } from '../../../src/inspect/pickle/opcodes.ts';
import { joined, u32 } from '../../support/bytes.ts';

const sample = (name: string): Uint8Array => readFileSync(new URL(`../../fixtures/pickle/${name}`, import.meta.url));

/** An opcode with an argument that fits more often than not. */
const instruction = fc
  .tuple(fc.constantFrom(...opcodes.entries()), fc.string({ maxLength: 8 }), fc.nat(20))
  .filter(([[, opcode]]) => opcode !== undefined)
  .map(([[code, opcode], value, number]) => {
    const content = Buffer.from(value);
    const written: Readonly<Record<string, Uint8Array>> = {
      u1: joined([number]),
      u2: joined([number, 0]),
      u4: u32(number),
      i4: u32(number),
      f8: new Uint8Array(8),
      frame: joined([number], new Uint8Array(7)),
      line: joined(`${number}\n`),
      lines: joined(`collections\nOrderedDict\n`),
      text1: joined([content.length], content),
      bytes1: joined([content.length], content),
      string1: joined([content.length], content),
      long1: joined([content.length], content),
      text4: joined(u32(content.length), content),
      bytes4: joined(u32(content.length), content),
      string4: joined(u32(content.length), content),
      long4: joined(u32(content.length), content),
      text8: joined(u32(content.length), u32(0), content),
      bytes8: joined(u32(content.length), u32(0), content),
    };
    return joined([code], written[opcode?.argument ?? 'none'] ?? []);
  });

describe('whatever the bytes are', () => {
  it('random opcodes never throw, and give a verdict', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(instruction, { maxLength: 60 }), async (instructions) => {
        const { verdict } = await inspectModel(joined([0x80, 5], ...instructions, '.'));
        expect(['clean', 'unknown', 'suspicious', 'malicious']).toContain(verdict);
      }),
      { numRuns: 1000 },
    );
  });

  it('random bytes after the sign of a pickle never throw', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 6 }), fc.uint8Array({ maxLength: 200 }), async (protocol, bytes) => {
        await inspectModel(joined([0x80, protocol], bytes));
        await inspectModel(bytes);
      }),
      { numRuns: 1000 },
    );
  });

  it('a byte of a sample that is changed never throws', async () => {
    const names = [
      'sklearn-pipeline.pkl',
      'python-protocol-0.pkl',
      'numpy-2-all.pkl',
      'plain.joblib',
      'zlib.joblib',
      'legacy.pt',
    ];
    for (const name of names) {
      const bytes = sample(name);
      await fc.assert(
        fc.asyncProperty(fc.nat(bytes.length - 1), fc.nat(255), async (at, value) => {
          const changed = Uint8Array.from(bytes);
          changed[at] = value;
          await inspectModel(changed);
        }),
        { numRuns: 200 },
      );
    }
  });

  it('no more steps are taken than a limit allows', async () => {
    const file = joined([0x80, 2], ']', 'N0'.repeat(10_000), '.');
    const { findings } = await inspectModel(file, { limits: { steps: 1000 } });
    expect(findings.map(({ code }) => code)).toEqual(['LIMIT_EXCEEDED']);
  });
});
