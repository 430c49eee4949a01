import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  baseEnvironment,
  keeperEnvironment,
  parseEnvironmentFile,
  readEnvironmentFile,
} from '../../../../src/deploy/service/process/environment.ts';
import { scratch } from '../fixtures/scripted.ts';

describe('a file of variables', () => {
  it.each<[string, Record<string, string>]>([
    ['A=1\nB=2\n', { A: '1', B: '2' }],
    ['# A=1\n; B=2\n\n  C = 3  \nnonsense\nD=', { C: '3', D: '' }],
    ['A="a b # c" \nB=\'$HOME "x" \\n\'\nC=a b # c', { A: 'a b # c', B: '$HOME "x" \\n', C: 'a b # c' }],
    ['A="1 \\" \\$ \\n \\\\"\nB=\\"x\\"', { A: '1 " $ \\n \\', B: '"x"' }],
    ['A="two\nlines"\nB=joined \\\nlines\r\nexport C=3', { A: 'two\nlines', B: 'joined lines', C: '3' }],
    ['A="one"\' and two\'', { A: 'one and two' }],
  ])('%j is read as systemd does', (text, variables) => {
    expect(parseEnvironmentFile(text)).toEqual(variables);
  });

  it('holds any value between double quotes', () => {
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.stringMatching(/^[A-Z_]{1,5}$/),
          fc.string({ unit: 'grapheme' }).map((each) => each.replaceAll('\r', '')),
        ),
        (variables) => {
          const lines = Object.entries(variables).map(
            ([name, value]) => `${name}="${value.replaceAll(/["\\`$]/g, String.raw`\$&`)}"`,
          );
          expect(parseEnvironmentFile(lines.join('\n'))).toEqual({ ...variables });
        },
      ),
    );
  });

  it('may be missing when its name begins with -', async () => {
    const path = join(scratch(), '.env');
    expect(await readEnvironmentFile(`-${path}`)).toEqual({});
    await expect(readEnvironmentFile(path)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

describe('the environment of a service', () => {
  it('has what programs need, and nothing else', () => {
    const environment = { PATH: '/bin', HOME: '/root', AWS_SECRET_ACCESS_KEY: 'x', NODE_COMPILE_CACHE: '/tmp' };
    expect(baseEnvironment(environment)).toEqual({ PATH: '/bin', HOME: '/root' });
    expect(keeperEnvironment(environment)).toEqual({ PATH: '/bin', HOME: '/root', NODE_COMPILE_CACHE: '/tmp' });
  });
});
