import fc from 'fast-check';
import { expect, test } from 'vitest';
import { withoutCredentials } from '../../src/git/without-credentials.ts';

test.each([
  ['https://ann:s3cret@example.com/x.git', 'https://example.com/x.git'],
  ['https://ghp_token@example.com/x.git', 'https://example.com/x.git'],
  ['https://ann:s3cr/et@example.com/x.git', 'https://example.com/x.git'],
  ['https://ann:s3c@ret@example.com/x.git', 'https://example.com/x.git'],
  ['https://example.com/x.git?token=s3cret', 'https://example.com/x.git'],
  ['ssh://git:s3cret@example.com/x.git', 'ssh://example.com/x.git'],
  ["fatal: unable to access 'https://a:b@c/d': no", "fatal: unable to access 'https://c/d': no"],
])('%s is shown as %s', (text, shown) => {
  expect(withoutCredentials(text)).toBe(shown);
});

test.each([
  'ssh://git@example.com/x.git',
  'git@example.com:x.git',
  'https://example.com/@scope/name.git',
  'https://example.com:8443/@scope/name.git',
  'C:\\folder\\x.git',
  'fatal: Ann <ann@example.com> said: no',
])('%s stays as it is', (text) => {
  expect(withoutCredentials(text)).toBe(text);
});

test('no password is left of any URL, wherever it stands, and its place is', () => {
  const character = fc.constantFrom(...'abcXYZ019-._~!$&()*+,;=:@/%#?');
  const password = fc.string({ unit: character, minLength: 6, maxLength: 20 }).filter((each) => !/^\d+\//.test(each));
  fc.assert(
    fc.property(fc.constantFrom('https', 'http', 'ssh', 'git+ssh', 'ftp'), password, (scheme, secret) => {
      const told = withoutCredentials(`error: '${scheme}://ann:${secret}@host.example/path.git' failed`);
      expect(told).toBe(`error: '${scheme}://host.example/path.git' failed`);
    }),
  );
});
