import { describe, expect, test } from 'vitest';
import { locate } from '../../src/snapshots/locate.ts';
import { recordOf, sourceOf } from '../fixtures/records.ts';
import { refusalOf } from '../fixtures/refusal.ts';

const odd = Buffer.from([0x6f, 0xff, 0x64]);
const record = recordOf({
  sources: [
    sourceOf({ root: '/srv/data', path: 'srv/data' }),
    sourceOf({ root: '/srv/data-old', path: 'srv/data-old' }),
    sourceOf({ root: '/home/me/work/project', path: 'project' }),
    sourceOf({
      root: '/home/me/o\ufffdd',
      rootBase64: Buffer.concat([Buffer.from('/home/me/'), odd]).toString('base64'),
      path: 'o\ufffdd',
      pathBase64: odd.toString('base64'),
    }),
  ],
});

/** Which sources, and what of each. */
const located = (path: string | undefined, of = record): string[] =>
  locate(of, path).map(({ source, within }) => `${source.root} > ${within.toString()}`);

describe('where a path of a snapshot is', () => {
  test.each<[string | undefined, string[]]>([
    ['srv/data/a/b', ['/srv/data > a/b']],
    ['/srv/data/a/b', ['/srv/data > a/b']],
    ['srv/data', ['/srv/data > ']],
    ['srv/data/', ['/srv/data > ']],
    ['./srv//data/./a', ['/srv/data > a']],
    ['srv', ['/srv/data > ', '/srv/data-old > ']],
    ['srv/data-old/x', ['/srv/data-old > x']],
    ['project/src', ['/home/me/work/project > src']],
    ['/home/me/work/project/src', ['/home/me/work/project > src']],
    ['/project/src', ['/home/me/work/project > src']],
    ['/home', ['/home/me/work/project > ', '/home/me/o\ufffdd > ']],
  ])('%j', (path, expected) => {
    expect(located(path)).toEqual(expected);
  });

  test.each([undefined, '', '/', '//', '.'])('%j is everything', (path) => {
    expect(located(path)).toHaveLength(4);
  });

  test.each(['srv/dat', 'src', '/srv/databases', '/project-x', 'DATA'])('%j is nowhere', (path) => {
    const error = refusalOf(() => located(path));
    expect(error.code).toBe('PATH_NOT_FOUND');
    expect(error.hint).toContain('srv/data, srv/data-old, project');
  });

  test('a snapshot of the root folder holds every absolute path', () => {
    const whole = recordOf({ sources: [sourceOf({ root: '/', path: '' })] });
    expect(located('/etc/hosts', whole)).toEqual(['/ > etc/hosts']);
    expect(located('etc/hosts', whole)).toEqual(['/ > etc/hosts']);
    expect(located('/', whole)).toEqual(['/ > ']);
  });

  test('a source that is a file is found by its own path', () => {
    const file = recordOf({ sources: [sourceOf({ root: '/etc/hosts', path: 'etc/hosts' })] });
    expect(located('etc/hosts', file)).toEqual(['/etc/hosts > ']);
    expect(located('/etc', file)).toEqual(['/etc/hosts > ']);
  });
});
