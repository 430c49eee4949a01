import { expect, test } from 'vitest';
import { defaultKeyFile, isUrl, publicLocation, userConfigDirectory } from '../../src/config/locations.ts';

test.each([
  ['file:///backups', true],
  ['s3://bucket/prefix', true],
  ['memory:', true],
  ['/backups', false],
  ['backups', false],
  ['C:\\backups', false],
])('%s is a URL: %s', (location, url) => {
  expect(isUrl(location)).toBe(url);
});

test('a password in a URL is not shown', () => {
  expect(publicLocation('sftp://me:geheim@host/path')).toBe('sftp://me:hidden@host/path');
  expect(publicLocation('sftp://me@host/a:b')).toBe('sftp://me@host/a:b');
  expect(publicLocation('/a/b:c@d')).toBe('/a/b:c@d');
});

test('the default key file is the same for a path and its URL, and another for another repository', () => {
  const env = { XDG_CONFIG_HOME: '/settings' };
  expect(defaultKeyFile('file:///backups/work', env)).toBe(defaultKeyFile('/backups/work', env));
  expect(defaultKeyFile('/backups/work', env)).not.toBe(defaultKeyFile('/other/work', env));
  expect(defaultKeyFile('/backups/my work/', env)).toMatch(/^\/settings\/holdfast\/keys\/my-work-[0-9a-f]{8}\.key$/);
});

test('folders follow the platform', () => {
  expect(userConfigDirectory({ XDG_CONFIG_HOME: '/x' })).toBe('/x/holdfast');
  expect(userConfigDirectory({ XDG_CONFIG_HOME: 'relative' }, 'linux')).toMatch(/\.config.holdfast$/);
  expect(userConfigDirectory({ APPDATA: '/roaming' }, 'win32')).toBe('/roaming/holdfast');
});
