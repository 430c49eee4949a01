import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromBase32, toBase32 } from '../../src/keyring/base32.ts';
import { newRecoveryCode, parseRecoveryCode } from '../../src/keyring/recovery-code.ts';
import { refusalOf } from '../fixtures/refusal.ts';

/** Written down once; what it stands for must never change. */
const CODE = '000G-40R4-0M30-E209-185G-R38E-1W81-2ME1';
const SECRET = '000102030405060708090a0b0c0d0e0f1011';

describe('recovery codes', () => {
  test('a new code is eight groups of four that stand for its secret, and no two are the same', () => {
    const codes = Array.from({ length: 50 }, newRecoveryCode);
    for (const { code, secret } of codes) {
      expect(code).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){7}[0-9A-HJKMNP-TV-Z]{4}$/);
      expect(secret).toHaveLength(18);
      expect(parseRecoveryCode(code).equals(secret)).toBe(true);
    }
    expect(new Set(codes.map(({ code }) => code)).size).toBe(codes.length);
  });

  test('what a code stands for is frozen', () => {
    expect(parseRecoveryCode(CODE).toString('hex')).toBe(SECRET);
  });

  test.each([
    ['in lower case', CODE.toLowerCase()],
    ['without dashes', CODE.replaceAll('-', '')],
    ['with blanks in place of dashes', CODE.replaceAll('-', ' ')],
    ['with line ends and tabs', `\n ${CODE.replaceAll('-', '-\t')}\r\n`],
    ['with O for 0', CODE.replaceAll('0', 'O')],
    ['with o for 0', CODE.replaceAll('0', 'o')],
    ['with I for 1', CODE.replaceAll('1', 'I')],
    ['with l for 1', CODE.replaceAll('1', 'l')],
  ])('a code typed %s is the same', (_, typed) => {
    expect(parseRecoveryCode(typed).toString('hex')).toBe(SECRET);
  });

  test('a wrong letter anywhere is noticed', () => {
    const letters = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
    for (let at = 0; at < CODE.length; at++) {
      if (CODE[at] === '-') continue;
      for (const letter of letters) {
        if (letter === CODE[at]) continue;
        const typed = CODE.slice(0, at) + letter + CODE.slice(at + 1);
        expect(refusalOf(() => parseRecoveryCode(typed)).code).toBe('INVALID_KEY_FILE');
      }
    }
  });

  test('two letters swapped are noticed', () => {
    const letters = CODE.replaceAll('-', '');
    for (let at = 1; at < letters.length; at++) {
      const [a, b] = [letters[at - 1] as string, letters[at] as string];
      if (a === b) continue;
      const typed = letters.slice(0, at - 1) + b + a + letters.slice(at + 1);
      expect(refusalOf(() => parseRecoveryCode(typed)).code).toBe('INVALID_KEY_FILE');
    }
  });

  test.each(['', CODE.slice(0, -1), `${CODE}0`, CODE.replace('4', 'U'), CODE.replace('4', 'ß'), '漢'.repeat(32)])(
    '%j is refused, with a hint, and never repeated in the message',
    (typed) => {
      const error = refusalOf(() => parseRecoveryCode(typed));
      expect(error.code).toBe('INVALID_KEY_FILE');
      expect(error.hint).toContain('letter by letter');
      if (typed !== '') expect(error.message).not.toContain(typed.slice(0, 9));
    },
  );
});

describe('base32', () => {
  test('any bytes in fives come back', () => {
    const fives = fc.nat(8).chain((count) => fc.uint8Array({ minLength: count * 5, maxLength: count * 5 }));
    fc.assert(
      fc.property(fives, (bytes) => {
        const text = toBase32(bytes);
        expect(text).toHaveLength((bytes.length * 8) / 5);
        expect(fromBase32(text)?.equals(bytes)).toBe(true);
      }),
    );
  });

  test('letters outside the alphabet are refused', () => {
    for (const letter of ['U', 'u', '*', '-', ' ', 'é']) expect(fromBase32(`0000000${letter}`)).toBeUndefined();
  });
});
