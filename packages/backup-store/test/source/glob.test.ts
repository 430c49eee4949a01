import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isWithin } from '../../src/catalog/path-order.ts';
import { compileGlob, matchGlob } from '../../src/source/glob.ts';

const path = (text: string): Buffer => Buffer.from(text);
const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');

describe('where matches can be', () => {
  it.each([
    ['src/main.ts', 'src/main.ts'],
    ['/src/**/*.ts', 'src'],
    ['a/b/*', 'a/b'],
    ['a/b/', 'a/b'],
    ['a/[b]/c', 'a'],
    ['a\\/b/?', 'a/b'],
    ['*.ts', ''],
    ['name', ''],
    ['**/a/b', ''],
    ['a/[', ''],
  ])('%s can match only within "%s"', (pattern, expected) => {
    expect(compileGlob(pattern).within.toString()).toBe(expected);
  });

  it('is told truly of any pattern', () => {
    const part = fc.constantFrom('a', 'b', 'ab', '*', '?', '**', '[ab]', 'a*', '\\a', '/', '/', '/');
    const patterns = fc.array(part, { minLength: 1, maxLength: 8 }).map((parts) => parts.join(''));
    const someNames = fc.array(fc.constantFrom('a', 'b', 'ab'), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(patterns, fc.array(someNames, { minLength: 10, maxLength: 30 }), (pattern, lists) => {
        const glob = compileGlob(pattern);
        for (const one of lists.map((names) => path(names.join('/')))) {
          if (glob.matches(one, true) || glob.covers(one, true)) expect(isWithin(one, glob.within)).toBe(true);
        }
      }),
      { numRuns: 1000 },
    );
  });
});

describe('matchGlob', () => {
  it.each([
    // pattern, what matches, what does not
    ['*.log', ['a.log', 'x/y/a.log', '.log'], ['a.log/x', 'a.logs', 'log']],
    ['name', ['name', 'a/name', 'a/b/name'], ['a/name/b', 'names', 'aname']],
    ['/name', ['name'], ['a/name']],
    ['a/b', ['a/b'], ['x/a/b', 'a/b/c', 'a']],
    ['a/*', ['a/b', 'a/.c'], ['a', 'a/b/c']],
    ['a/**', ['a/b', 'a/b/c'], ['a', 'x/a/b']],
    ['**/a', ['a', 'x/a', 'x/y/a'], ['a/x', 'xa']],
    ['a/**/b', ['a/b', 'a/x/b', 'a/x/y/b'], ['a/x', 'ab', 'a/xb', 'x/a/b']],
    ['**/a/**/b', ['a/b', 'x/a/b', 'a/a/b', 'b/a/x/b/b'], ['b/a', 'a/b/c']],
    ['/**', ['a', 'a/b'], ['']],
    ['**', ['a', 'a/b'], ['']],
    ['a**b', ['ab', 'axxb', 'x/axb'], ['a/b']],
    ['x/a**b', ['x/ab', 'x/axxb'], ['x/a/b', 'ab']],
    ['?', ['a', 'x/b', 'é', '😀'], ['ab', '']],
    ['a?c', ['abc', 'aéc', 'a€c', 'a😀c'], ['ac', 'a/c', 'abbc']],
    ['*??', ['ab', 'aé', '€€€'], ['a', 'é', '€', '😀']],
    ['[a-c]x', ['ax', 'cx', 'd/bx'], ['dx', 'x', 'a-cx']],
    ['[!a-c]x', ['dx', 'éx'], ['ax', 'x']],
    ['[^a]', ['b'], ['a']],
    ['[à-ü]t', ['ét'], ['et', 'ÿt']],
    ['[]a]', [']', 'a'], ['b', '[]a]']],
    ['[a-]', ['a', '-'], ['b']],
    ['[\\]]', [']'], ['\\']],
    ['[[:digit:]x]*', ['1', 'xy'], ['ab', ':']],
    ['[[:nope:]]', [], ['n', ':', '[[:nope:]]']],
    ['[ab', [], ['a', '[ab']],
    ['a\\', [], ['a', 'a\\']],
    ['\\*', ['*'], ['a', '\\*']],
    ['\\!a', ['!a'], ['a']],
    ['a\\/b', ['a/b'], ['x/a/b']],
    ['x/[a/b]', ['x/a', 'x/b'], ['x//']],
    ['', [], ['', 'a']],
    ['a//b', [], ['a/b', 'a//b']],
  ])('%j matches %j and not %j', (pattern, matching, others) => {
    expect(matching.filter((each) => !matchGlob(pattern, path(each)))).toEqual([]);
    expect(others.filter((each) => matchGlob(pattern, path(each)))).toEqual([]);
  });

  it('a trailing slash asks for a directory', () => {
    const glob = compileGlob('build/');
    expect(glob.matches(path('a/build'), true)).toBe(true);
    expect(glob.matches(path('a/build'))).toBe(false);
  });

  it('a folder that matches covers what is in it', () => {
    expect(compileGlob('node_modules').covers(path('a/node_modules/b/c.js'))).toBe(true);
    expect(compileGlob('build/').covers(path('build/x'))).toBe(true);
    expect(compileGlob('build/').covers(path('build'))).toBe(false);
    expect(compileGlob('a/b').covers(path('a/b'))).toBe(true);
    expect(compileGlob('a/b').covers(path('a/bc/d'))).toBe(false);
  });

  it('names that are not UTF-8 match by their bytes, "?" and "*" included', () => {
    expect(matchGlob('*.txt', bytes('\xff\xfe.txt'))).toBe(true);
    expect(matchGlob('?.txt', bytes('\xff.txt'))).toBe(true);
    expect(matchGlob('??.txt', bytes('\xc3\x28.txt'))).toBe(true);
    expect(matchGlob('é', bytes('\xe9'))).toBe(false);
    expect(matchGlob(bytes('\xe9*'), bytes('\xe9t\xe9'))).toBe(true);
    expect(matchGlob('[!a]', bytes('\xff'))).toBe(true);
  });

  it('agrees with a matcher that tries everything', () => {
    const pattern = fc.array(
      fc.constantFrom('a', 'b', '/', '*', '**', '?', '/**/', '[ab]', '[!a]', 'é', '**/', '/**'),
      {
        minLength: 1,
        maxLength: 8,
      },
    );
    const name = fc
      .array(fc.constantFrom('a', 'b', 'é', '€'), { minLength: 1, maxLength: 3 })
      .map((parts) => parts.join(''));
    const paths = fc.array(name, { minLength: 1, maxLength: 5 }).map((parts) => parts.join('/'));
    fc.assert(
      fc.property(pattern, paths, (parts, text) => {
        const glob = parts.join('');
        fc.pre(!glob.endsWith('/'));
        expect(matchGlob(glob, path(text))).toBe(naiveMatch(glob, text));
      }),
      { numRuns: 5000 },
    );
  });

  it('patterns made to backtrack end', () => {
    const name = 'a'.repeat(255);
    expect(matchGlob(`${'a*'.repeat(120)}b`, path(name))).toBe(false);
    expect(matchGlob(`${'*a?'.repeat(80)}b`, path(name))).toBe(false);
    const deep = Array.from({ length: 1000 }, () => 'aaaaaaaa').join('/');
    expect(matchGlob(`${'**/*a*a*/'.repeat(100)}b`, path(deep))).toBe(false);
    expect(matchGlob(`${'**/*a*a*/'.repeat(100)}aaaaaaaa`, path(deep))).toBe(true);
  });
});

/** The same rules as plain recursion: exponential, and too simple to be wrong. */
function naiveMatch(pattern: string, text: string): boolean {
  const names = text.split('/');
  if (!pattern.includes('/')) return naiveName([...pattern], [...(names.at(-1) as string)]);
  return naivePath((pattern.startsWith('/') ? pattern.slice(1) : pattern).split('/'), names);
}

function naivePath(patterns: readonly string[], names: readonly string[]): boolean {
  const [first, ...rest] = patterns;
  if (first === undefined) return names.length === 0;
  if (/^\*\*+$/.test(first)) {
    if (rest.length === 0) return names.length > 0;
    return naivePath(rest, names) || (names.length > 0 && naivePath(patterns, names.slice(1)));
  }
  return (
    names.length > 0 &&
    first !== '' &&
    naiveName([...first], [...(names[0] as string)]) &&
    naivePath(rest, names.slice(1))
  );
}

function naiveName(pattern: readonly string[], name: readonly string[]): boolean {
  const [first, ...rest] = pattern;
  if (first === undefined) return name.length === 0;
  if (first === '*') return naiveName(rest, name) || (name.length > 0 && naiveName(pattern, name.slice(1)));
  if (name.length === 0) return false;
  if (first === '?') return naiveName(rest, name.slice(1));
  if (first === '[') {
    const end = pattern.indexOf(']');
    const members = pattern.slice(1, end).filter((each) => each !== '!');
    return (
      members.includes(name[0] as string) !== (pattern[1] === '!') && naiveName(pattern.slice(end + 1), name.slice(1))
    );
  }
  return first === name[0] && naiveName(rest, name.slice(1));
}
