import { expect, test } from 'vitest';
import { parseConfigText } from '../../src/config/parse.ts';

test.each([
  ['{}'],
  ['{"$schema": "x", "repository": "/b", "sources": {"paths": ["."]}, "performance": {"readers": 8}}'],
  ['\uFEFF{"profile": "none"}'],
])('%s is valid', async (text) => {
  expect((await parseConfigText(text)).problems).toEqual([]);
});

test.each([
  ['{"repositry": "/b"}', 'repositry', 'Expected a known key, got "repositry"', 'Did you mean "repository"?'],
  [
    '{"sources": {"path": ["."]}}',
    'sources.path',
    'Expected a known key, got "sources.path"',
    'Did you mean "sources.paths"?',
  ],
  [
    '{"zzzzzzz": 1}',
    'zzzzzzz',
    'Expected a known key, got "zzzzzzz"',
    /^Known here: \$schema, repository, keyStore, keyFile/,
  ],
  ['{"repository": 7}', 'repository', 'Expected repository to be a text, got 7', /^Folder or URL of the/],
  [
    '{"repository": ""}',
    'repository',
    'Expected repository to be a text that is not empty, got ""',
    /^Folder or URL of the/,
  ],
  [
    '{"sources": {"paths": "."}}',
    'sources.paths',
    'Expected sources.paths to be a list, got "."',
    /^Files and folders that `backup/,
  ],
  [
    '{"sources": {"paths": [".", 1]}}',
    'sources.paths[1]',
    'Expected sources.paths[1] to be a text, got 1',
    /^Files and folders that `backup/,
  ],
  [
    '{"sources": []}',
    'sources',
    'Expected sources to be an object, got a list',
    /^Known here: paths, databases, exclude\./,
  ],
  [
    '{"profile": "best"}',
    'profile',
    'Expected profile to be one of "none", "fast", "balanced", "maximum", "auto", got "best"',
    /^Compression: none, fast, balanced, maximum/,
  ],
  [
    '{"performance": {"readers": 0}}',
    'performance.readers',
    'Expected performance.readers to be at least 1, got 0',
    /^Requests to the repository under/,
  ],
  [
    '{"performance": {"workers": 999}}',
    'performance.workers',
    'Expected performance.workers to be at most 256, got 999',
    /^Threads that read, chunk, compress/,
  ],
  [
    '{"performance": {"readers": 1.5}}',
    'performance.readers',
    'Expected performance.readers to be a whole number, got 1.5',
    /^Requests to the repository under/,
  ],
  [
    '{"performance": {"readers": "4"}}',
    'performance.readers',
    'Expected performance.readers to be a number, got "4"',
    /^Requests to the repository under/,
  ],
  [
    '{"prune": {"wait": "5 minutes"}}',
    'prune.wait',
    'Expected prune.wait to be a duration like 90s, 10m, 1h or 2d, got "5 minutes"',
    /^How long to wait for/,
  ],
  [
    '{"prune": {"maxUnusedPercent": 101}}',
    'prune.maxUnusedPercent',
    'Expected prune.maxUnusedPercent to be at most 100, got 101',
    /^Percent of stored bytes that/,
  ],
  [
    '{"release": {"artifact": {"foldr": "dist"}}}',
    'release.artifact.foldr',
    'Expected a known key, got "release.artifact.foldr"',
    'Did you mean "release.artifact.folder"?',
  ],
  [
    '{"release": {"components": {"api": {"zzzzzzz": 1}}}}',
    'release.components.api.zzzzzzz',
    'Expected a known key, got "release.components.api.zzzzzzz"',
    /^Known here: folder, paths, tagPrefix/,
  ],
  [
    '{"release": {"artifact": true}}',
    'release.artifact',
    'Expected release.artifact to be an object, or false, got true',
    /^Known here: folder, include, exclude,/,
  ],
  [
    '{"release": {"changelog": 7}}',
    'release.changelog',
    'Expected release.changelog to be a text, or false, got 7',
    /^The changelog that is kept/,
  ],
  [
    '{"release": {"components": {"api": {"sbom": {"format": "x"}}}}}',
    'release.components.api.sbom.format',
    'Expected release.components.api.sbom.format to be one of "cyclonedx-1.6", "cyclonedx-1.7", "spdx-2.3", got "x"',
    /^Default `cyclonedx-1\.6`\./,
  ],
  [
    '{"retention": {"policies": {"a": 7}}}',
    'retention.policies.a',
    'Expected retention.policies.a to be a policy: a text as "7d 4w 12m", or an object, got 7',
    undefined,
  ],
  [
    '{"release": {"signKeyPassphrase": "geheim"}}',
    'release.signKeyPassphrase',
    'Expected no secret in the configuration, got the key "release.signKeyPassphrase"',
    'Keep secrets in files of their own and name these with keyFile or passphraseFile.',
  ],
  ['[]', '', 'Expected the configuration to be an object, got a list', /^Known here: \$schema, repository, keyStore,/],
  ['{"tenant": null}', 'tenant', 'Expected tenant to be a text, got null', /^Tenant whose data is backed/],
  [
    '{"passphrase": "geheim"}',
    'passphrase',
    'Expected no secret in the configuration, got the key "passphrase"',
    'Keep secrets in files of their own and name these with keyFile or passphraseFile.',
  ],
])('%s is refused', async (text, path, message, hint) => {
  const { problems } = await parseConfigText(text);
  expect(problems).toHaveLength(1);
  const [problem] = problems;
  // Where in the file is told behind it.
  const said = problem?.message.replace(/ \(line \d+, column \d+\)$/, '');
  expect({ path: problem?.path, message: said }).toEqual({ path, message });
  if (hint instanceof RegExp) expect(problems[0]?.hint).toMatch(hint);
  else expect(problems[0]?.hint).toBe(hint);
});

test('every problem is listed, not the first one only', async () => {
  const { problems } = await parseConfigText('{"repository": 1, "tenant": 2, "sourcs": {}}');
  expect(problems.map((problem) => problem.path).toSorted()).toEqual(['repository', 'sourcs', 'tenant']);
});

test('a value that might be a secret is not repeated', async () => {
  expect(JSON.stringify(await parseConfigText('{"password": "geheim"}'))).not.toContain('geheim":');
  expect(JSON.stringify((await parseConfigText('{"passphrase": "geheim"}')).problems)).not.toContain('geheim');
});

test('what is not JSON is told with line and column', async () => {
  const { problems } = await parseConfigText('{\n  "repository": "/b",\n  tenant: "x"\n}');
  expect(problems[0]?.message).toBe('Expected JSON, got something else at line 3, column 3');
  expect((await parseConfigText('')).problems[0]?.message).toBe(
    'Expected JSON, got something else at line 1, column 1',
  );
});
