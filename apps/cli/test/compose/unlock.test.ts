import { expect, test } from 'vitest';
import { chooseUnlock } from '../../src/compose/unlock.ts';
import { mergeSettings } from '../../src/config/merge.ts';

const file = { path: '/p/holdfast.config.json', directory: '/p' };
const repo = { repo: '/backups/work' };

test.each([
  [
    'a flag before the environment',
    { ...repo, keyFile: '/k' },
    { HOLDFAST_PASSPHRASE: 'p' },
    {},
    { kind: 'key-file', path: '/k' },
  ],
  [
    'the environment before the file',
    repo,
    { HOLDFAST_PASSPHRASE: 'p' },
    { keyFile: '/k' },
    { kind: 'passphrase', passphrase: 'p' },
  ],
  [
    'a passphrase flag before a key file of the environment',
    { ...repo, passphraseFile: '/w' },
    { HOLDFAST_KEY_FILE: '/k' },
    {},
    { kind: 'passphrase-file', path: '/w' },
  ],
  [
    'a key file before a passphrase of the same rank',
    repo,
    { HOLDFAST_KEY_FILE: '/k', HOLDFAST_PASSPHRASE: 'p' },
    {},
    { kind: 'key-file', path: '/k' },
  ],
  [
    'a passphrase file of the configuration',
    repo,
    {},
    { passphraseFile: 'w' },
    { kind: 'passphrase-file', path: '/p/w' },
  ],
  [
    'an identity of age before a passphrase, which is that of its file',
    { ...repo, identity: '/i' },
    { HOLDFAST_PASSPHRASE: 'p' },
    {},
    { kind: 'identity', path: '/i' },
  ],
  [
    'a key file before an identity of the same rank',
    repo,
    {},
    { keyFile: '/k', identityFile: 'i' },
    { kind: 'key-file', path: '/k' },
  ],
  ['an identity before the default key file', repo, {}, { identityFile: 'i' }, { kind: 'identity', path: '/p/i' }],
  [
    'a recovery code before everything',
    { ...repo, keyFile: '/k', recovery: true },
    {},
    {},
    { kind: 'recovery-prompt' },
  ],
  [
    'a recovery code file',
    { ...repo, recoveryCodeFile: '/r' },
    { HOLDFAST_KEY_FILE: '/k' },
    {},
    { kind: 'recovery-file', path: '/r' },
  ],
  [
    'nothing but a repository',
    repo,
    {},
    {},
    { kind: 'default', path: expect.stringMatching(/keys\/work-\w{8}\.key$/) },
  ],
  ['nothing at all', {}, {}, {}, { kind: 'none' }],
])('%s', (_, flags, env, content, choice) => {
  const effective = mergeSettings({ flags, env, file: { ...file, content }, workingDirectory: '/w' });
  expect(chooseUnlock(effective, { color: true, ...flags })).toEqual(choice);
});
