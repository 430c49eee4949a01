import { describe, expect, test } from 'vitest';
import { mergeSettings, type Layers } from '../../src/config/merge.ts';

const file = { path: '/project/holdfast.config.json', directory: '/project' };

function merged(layers: Partial<Layers> & { content?: unknown }): ReturnType<typeof mergeSettings> {
  const { content, ...rest } = layers;
  return mergeSettings({
    flags: {},
    env: { XDG_CONFIG_HOME: '/settings' },
    workingDirectory: '/cwd',
    ...(content === undefined ? {} : { file: { ...file, content } }),
    ...rest,
  });
}

describe('flag > environment > file > default', () => {
  const all = {
    flags: { repo: 'from-flag' },
    env: { HOLDFAST_REPO: 'from-environment' },
    content: { repository: 'from-file' },
  };
  test.each([
    ['all three', all, '/cwd/from-flag', { kind: 'flag', name: '--repo' }],
    [
      'environment and file',
      { ...all, flags: {} },
      '/cwd/from-environment',
      { kind: 'environment', name: 'HOLDFAST_REPO' },
    ],
    ['file only', { content: all.content }, '/project/from-file', { kind: 'file', name: file.path }],
    ['nothing', {}, undefined, { kind: 'unset' }],
    [
      'an empty variable',
      { env: { HOLDFAST_REPO: '' }, content: all.content },
      '/project/from-file',
      { kind: 'file', name: file.path },
    ],
  ])('%s', (_, layers, value, origin) => {
    const { settings, origins } = merged(layers);
    expect(settings.repository).toBe(value);
    expect(origins.repository).toEqual(origin);
  });

  test.each([
    ['keyFile', 'keyFile', 'HOLDFAST_KEY_FILE'],
    ['identityFile', 'identity', 'HOLDFAST_IDENTITY_FILE'],
    ['passphraseFile', 'passphraseFile', 'HOLDFAST_PASSPHRASE_FILE'],
  ] as const)('%s has the same order', (name, option, variable) => {
    const flags = { [option]: 'flag' };
    const env = { [variable]: 'environment' };
    const content = { [name]: 'file' };
    expect(merged({ flags, env, content }).settings[name]).toBe('/cwd/flag');
    expect(merged({ env, content }).settings[name]).toBe('/cwd/environment');
    expect(merged({ content }).settings[name]).toBe('/project/file');
  });
});

test('how to prune stands in the file, and a flag goes before it', () => {
  const content = { prune: { maxUnusedPercent: 20, wait: '5m', fenceAfter: '2d' } };
  const { settings, origins } = merged({ content, flags: { wait: '0s' } });
  expect(settings).toMatchObject({
    'prune.maxUnusedPercent': 20,
    'prune.wait': '0s',
    'prune.fenceAfter': '2d',
  });
  expect(origins['prune.wait']).toEqual({ kind: 'flag', name: '--wait' });
  expect(origins['prune.fenceAfter']).toEqual({ kind: 'file', name: file.path });
});

test('a URL and an absolute path stay as they are, and ~/ is the home folder', () => {
  expect(merged({ flags: { repo: 'file:///backups' } }).settings.repository).toBe('file:///backups');
  expect(merged({ content: { repository: '/backups' } }).settings.repository).toBe('/backups');
  expect(merged({ content: { keyFile: '~/key' } }).settings.keyFile).toMatch(/^\/.+\/key$/);
});

test('paths of sources are relative to the file', () => {
  const { settings } = merged({ content: { sources: { paths: ['.', '../other', '/etc'], exclude: ['*.log'] } } });
  expect(settings['sources.paths']).toEqual(['/project', '/other', '/etc']);
  expect(settings['sources.exclude']).toEqual(['*.log']);
});

test('a passphrase in the file is not read, even if validation had let it through', () => {
  expect(merged({ content: { passphrase: 'secret' } }).settings.passphrase).toBeUndefined();
});

test('the key file of a repository has a default place, and without a repository there is none', () => {
  const { settings, origins } = merged({ flags: { repo: '/backups/work' } });
  expect(settings.keyFile).toMatch(/^\/settings\/holdfast\/keys\/work-[0-9a-f]{8}\.key$/);
  expect(origins.keyFile).toEqual({ kind: 'default' });
  expect(merged({}).settings.keyFile).toBeUndefined();
});

test('standard input is no path', () => {
  expect(merged({ flags: { passphraseFile: '-' } }).settings.passphraseFile).toBe('-');
});
