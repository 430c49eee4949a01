import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { windowsArguments, windowsCommandLine } from '../../../../src/deploy/service/windows/command-line.ts';

/** Takes a command line apart as Microsoft's "Parsing C command-line arguments" says; independent of the code that makes them. */
function parse(line: string): string[] {
  const words: string[] = [];
  // The program's name: to the next quote, or blank.
  const name = /^(?:"([^"]*)"|(\S*))\s*/.exec(line) as RegExpExecArray;
  words.push(name[1] ?? name[2] ?? '');
  let rest = line.slice(name[0].length);
  while (rest !== '') {
    let word = '';
    let isQuoted = false;
    let i = 0;
    for (; i < rest.length; i++) {
      const slashes = /^\\*/.exec(rest.slice(i))?.[0].length ?? 0;
      if (rest[i + slashes] === '"') {
        word += '\\'.repeat(Math.floor(slashes / 2));
        i += slashes;
        if (slashes % 2 === 1) word += '"';
        else isQuoted = !isQuoted;
      } else if (slashes > 0) {
        word += '\\'.repeat(slashes);
        i += slashes - 1;
      } else if (!isQuoted && /[ \t]/.test(rest[i] as string)) break;
      else word += rest[i];
    }
    words.push(word);
    rest = rest.slice(i).replace(/^[ \t]+/, '');
  }
  return words;
}

const word = fc.oneof(
  fc.string({ unit: fc.constantFrom('\\', '"', ' ', '\t', 'a', '%', '^', '&'), maxLength: 10 }),
  fc.string({ unit: 'grapheme', maxLength: 10 }).filter((each) => !/[\0\r\n\v\f\u0085\u2028]/.test(each)),
);
const program = fc.string({ unit: fc.constantFrom('\\', ' ', 'a', 'C:\\Program Files\\'), minLength: 1, maxLength: 5 });

describe('a command line of Windows', () => {
  it('is taken apart into the words that it was made of', () => {
    fc.assert(
      fc.property(program, fc.array(word), (name, args) => {
        expect(parse(windowsCommandLine([name, ...args]))).toEqual([name, ...args]);
        expect(parse(`program ${windowsArguments(args)}`).slice(1)).toEqual(args);
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    [['a b'], '"a b"'],
    [['a"b'], String.raw`"a\"b"`],
    [[String.raw`C:\some folder` + '\\'], String.raw`"C:\some folder\\"`],
    [[String.raw`C:\plain` + '\\'], String.raw`C:\plain` + '\\'],
    [[''], '""'],
  ])('of %j is %s', (args, line) => {
    expect(windowsArguments(args)).toBe(line);
  });

  it.runIf(process.platform === 'win32')('is taken apart by Windows itself, too', () => {
    const words = ['a b', 'a"b', 'C:\\some folder\\', '\\\\"', '', 'ü'];
    const script = 'console.log(JSON.stringify(process.argv.slice(1)))';
    const { stdout } = spawnSync(process.execPath, [windowsArguments(['-e', script, '--', ...words])], {
      encoding: 'utf8',
      windowsVerbatimArguments: true,
    });
    expect(JSON.parse(stdout)).toEqual(words);
  });
});
