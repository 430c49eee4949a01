import { expect, test } from 'vitest';
import { isSqliteUrl, parseSqliteUrl } from '../../src/compose/sqlite-url.ts';

test.each([
  ['sqlite:/srv/app.db', '/srv/app.db'],
  ['sqlite:///srv/app.db', '/srv/app.db'],
  ['sqlite:app.db', '/work/app.db'],
  ['sqlite:./data/a%3Fb%25.db', '/work/data/a?b%.db'],
])('%s is the database %s', (url, path) => {
  expect(isSqliteUrl(url)).toBe(true);
  expect(parseSqliteUrl(url, '/work')).toEqual({ path });
});

test.each([
  ['full', 'full'],
  ['quick', 'quick'],
  ['none', false],
])('check=%s asks for that check', (value, check) => {
  expect(parseSqliteUrl(`sqlite:/app.db?check=${value}`, '/')).toEqual({ path: '/app.db', check });
});

test.each([
  'sqlite:',
  'sqlite://host/app.db',
  'sqlite:////app.db',
  'sqlite:%',
  'sqlite:a?check=half',
  'sqlite:a?mode=ro',
])('%s is a usage error', (url) => {
  expect(() => parseSqliteUrl(url, '/')).toThrow(expect.objectContaining({ code: 'USAGE' }) as Error);
});
