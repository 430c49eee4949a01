import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { refOf } from '../../src/git/ref-name.ts';

/** Each of which git is asked about, by one shell. */
const NAMES = [
  'v1.2.3',
  'a/b',
  'a./b',
  'a@b',
  '@',
  'a{b',
  '{',
  'a-',
  'é',
  'a\u0080b',
  '\u{1F680}',
  "a'b",
  'a|b',
  'a,b',
  'lock',
  'a.lockx',
  '',
  '.',
  '.a',
  'a/.b',
  'a..b',
  'a.',
  'a/',
  '/a',
  'a//b',
  'a.lock',
  'a.lock/b',
  'a@{b',
  '@{1}',
  'a\u007Fb',
  'a\u0001b',
  'a b',
  'a\nb',
  'a\tb',
  'a~b',
  'a^b',
  'a:b',
  'a?b',
  'a*b',
  'a[b',
  'a\\b',
];

test('names are those that git has for refs', () => {
  const ask = 'for name; do git check-ref-format "refs/tags/$name" && echo yes || echo no; done';
  const answers = execFileSync('sh', ['-c', ask, 'sh', ...NAMES], { encoding: 'utf8' })
    .trim()
    .split('\n');
  const isName = (name: string): string => {
    try {
      return refOf('tag', name) === `refs/tags/${name}` ? 'yes' : 'another';
    } catch {
      return 'no';
    }
  };
  expect(NAMES.map((name) => [name, isName(name)])).toEqual(NAMES.map((name, index) => [name, answers[index]]));
});
