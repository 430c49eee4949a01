import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { planVersionFile } from '../../src/index.ts';

const refused = (path: string, text: string): unknown => {
  try {
    planVersionFile(path, text, '1.3.0');
  } catch (error) {
    const { code, message } = error as { code: string; message: string };
    return code === 'INVALID_VERSION_FILE' ? message : error;
  }
  return undefined;
};

describe('package.json', () => {
  test.each([
    [
      'two blanks',
      '{\n  "name": "a",\n  "version": "1.2.0",\n  "x": 1\n}\n',
      '{\n  "name": "a",\n  "version": "1.3.0",\n  "x": 1\n}\n',
    ],
    ['tabs, Windows and a mark', '\uFEFF{\r\n\t"version" : "1.2.0"\r\n}', '\uFEFF{\r\n\t"version" : "1.3.0"\r\n}'],
    [
      'one line',
      '{"version":"","a":{"version":"0"},"b":[{"version":"0"}]}',
      '{"version":"1.3.0","a":{"version":"0"},"b":[{"version":"0"}]}',
    ],
    ['a key with escapes', String.raw`{"\u0076ersion":"1.2.0"}`, String.raw`{"\u0076ersion":"1.3.0"}`],
    [
      'text that looks like one',
      String.raw`{"a":"\"version\":\"1.2.0\"","version":"1.2.0"}`,
      String.raw`{"a":"\"version\":\"1.2.0\"","version":"1.3.0"}`,
    ],
    [
      'none, below the name',
      '{\n  "private": true,\n  "name":  "a"\n}',
      '{\n  "private": true,\n  "name":  "a",\n  "version":  "1.3.0"\n}',
    ],
    ['none, in one line', '{ "name": "a", "x": 1 }', '{ "name": "a", "version": "1.3.0", "x": 1 }'],
    ['none, and no name', '{\n\t"private": true\n}', '{\n\t"version": "1.3.0",\n\t"private": true\n}'],
    ['none, and nothing else', '{}', '{"version": "1.3.0"}'],
  ])('is raised with %s', (_, before, after) => {
    expect(planVersionFile('packages/a/package.json', before, '1.3.0')).toBe(after);
  });

  test.each([
    ['{\n  "version": 1\n}', 'Expected a string at version in "package.json", line 2, got "1"'],
    ['{"version":"1",\n"ver\\u0073ion":"2"}', 'Expected one "version" in "package.json", line 2, got a second one'],
    ['[]', 'Expected an object in "package.json", line 1, got "[]"'],
    ['{\n\n"a" 1}', 'Expected ":" in "package.json", line 3, got "1}"'],
    ['{"a": "1', 'Expected a string that ends in "package.json", line 1, got "\\"1"'],
    ['{} {}', 'Expected nothing behind the value in "package.json", line 1, got "{}"'],
    ['', 'Expected a value in "package.json", line 1, got the end of the text'],
  ])('%j is refused', (text, message) => {
    expect(refused('package.json', text)).toBe(message);
  });

  test('reads as before but for the version, whatever stands in it', () => {
    const manifest = fc
      .dictionary(fc.string(), fc.jsonValue())
      .filter((each) => typeof (each['version'] ?? '') === 'string');
    fc.assert(
      fc.property(manifest, fc.constantFrom(0, 2, '\t'), (before, indent) => {
        const text = JSON.stringify(before, null, indent);
        const after = planVersionFile('package.json', text, '1.3.0-beta.1+a.b');
        expect(JSON.parse(after)).toEqual({ ...(JSON.parse(text) as object), version: '1.3.0-beta.1+a.b' });
        expect(planVersionFile('package.json', after, '1.3.0-beta.1+a.b')).toBe(after);
      }),
      { numRuns: 500 },
    );
  });
});

describe('lockfiles of npm', () => {
  test.each(['package-lock.json', 'npm-shrinkwrap.json'])(
    '%s has the version twice, and packages keep theirs',
    (path) => {
      const text = (version: string): string =>
        JSON.stringify(
          { name: 'a', version, packages: { 'node_modules/b': { version: '1.2.0' }, '': { name: 'a', version } } },
          null,
          2,
        );
      expect(planVersionFile(path, text('1.2.0'), '1.3.0')).toBe(text('1.3.0'));
    },
  );

  test('of npm 6 have it once, and where it is missing it is added', () => {
    expect(planVersionFile('package-lock.json', '{"version":"1","dependencies":{}}', '1.3.0')).toBe(
      '{"version":"1.3.0","dependencies":{}}',
    );
    expect(planVersionFile('package-lock.json', '{"name":"a","packages":{"":{"name":"a"}}}', '1.3.0')).toBe(
      '{"name":"a","version":"1.3.0","packages":{"":{"name":"a","version":"1.3.0"}}}',
    );
    expect(planVersionFile('package-lock.json', '{"version":"1","packages":{}}', '1.3.0')).toBe(
      '{"version":"1.3.0","packages":{}}',
    );
  });

  test('with another form are refused', () => {
    expect(refused('package-lock.json', '{"version":"1","packages":[]}')).toBe(
      'Expected an object at packages in "package-lock.json", line 1, got "[]"',
    );
    expect(refused('package-lock.json', '{"version":"1","packages":{"":{"version":null}}}')).toBe(
      'Expected a string at packages[""].version in "package-lock.json", line 1, got "null"',
    );
  });
});

test('another file of JSON has its version raised, and gets none', () => {
  expect(planVersionFile('app/manifest.json', '{"version":"1.2.0"}', '1.3.0')).toBe('{"version":"1.3.0"}');
  expect(refused('app/manifest.json', '{"name":"a"}')).toBe(
    'Expected a string at version in "app/manifest.json", got none',
  );
});

describe('TOML', () => {
  const CARGO = `version = "9"
# version = "9"
[dependencies]
a = { version = "9", features = ["x", # ]
  "y"] }
text = """
[package]
version = "9\\""""
other = '''
[package]
version = '9''''
[[bin]]
version = "9" # [package]
[ "package" ] # the package
name = 'a#b'
edition = 2024
released = 2026-01-31 # a day
  version   =   '1.2.0'   # keep
[package.metadata]
version = "9"
`;

  test('has the version of its table raised, and nothing that looks like it', () => {
    const raised = CARGO.replace("'1.2.0'", "'1.3.0'");
    expect(planVersionFile('Cargo.toml', CARGO, '1.3.0')).toBe(raised);
    const windows = `\uFEFF${CARGO.replaceAll('\n', '\r\n')}`;
    expect(planVersionFile('Cargo.toml', windows, '1.3.0')).toBe(`\uFEFF${raised.replaceAll('\n', '\r\n')}`);
  });

  test.each([
    ['Cargo.toml', 'package.version = "1"', 'package.version = "1.3.0"'],
    [
      'Cargo.toml',
      '[package]\nversion.workspace = true\n[workspace.package]\nversion = "1"',
      '[package]\nversion.workspace = true\n[workspace.package]\nversion = "1.3.0"',
    ],
    [
      'Cargo.toml',
      '[package]\nversion = { workspace = true }\n[workspace]\npackage.version = "1"',
      '[package]\nversion = { workspace = true }\n[workspace]\npackage.version = "1.3.0"',
    ],
    [
      'pyproject.toml',
      '[project]\nversion = "1"\n[tool.poetry]\nversion = "1"\n',
      '[project]\nversion = "1.3.0"\n[tool.poetry]\nversion = "1.3.0"\n',
    ],
    ['pyproject.toml', '[tool."poetry"]\n"\\u0076ersion" = "1"', '[tool."poetry"]\n"\\u0076ersion" = "1.3.0"'],
    ['pyproject.toml', '[tool.mine]\nv = "1.2.0" # x-release-version', '[tool.mine]\nv = "1.3.0" # x-release-version'],
    [
      'pyproject.toml',
      '[project]\nversion = "1.2.0" # x-release-version',
      '[project]\nversion = "1.3.0" # x-release-version',
    ],
  ])('%s: %j', (path, before, after) => {
    expect(planVersionFile(path, before, '1.3.0')).toBe(after);
  });

  test.each([
    [
      '[project]\ndynamic = ["version"]',
      'Expected project.version or tool.poetry.version in "pyproject.toml", got none',
    ],
    ['[[project]]\nversion = "1"', 'Expected project.version or tool.poetry.version in "pyproject.toml", got none'],
    ['[project]\nversion = 1', 'Expected a string on one line at project.version in "pyproject.toml", line 2, got "1"'],
    [
      '[project]\nversion = """1"""',
      'Expected a string on one line at project.version in "pyproject.toml", line 2, got "\\"\\"\\"1\\"\\"\\""',
    ],
    [
      '[project]\nversion = "1"\nversion = "2"',
      'Expected one project.version in "pyproject.toml", line 3, got a second one',
    ],
    ['[project\nversion = "1"', 'Expected "]" in "pyproject.toml", line 1, got "\\nversion = \\"1\\""'],
    ['a = "b', 'Expected a string that ends in "pyproject.toml", line 1, got "\\"b"'],
    ['a = [\n1', 'Expected the end of a list or table in "pyproject.toml", line 2, got the end of the text'],
    ['a = 1]', 'Expected the end of the line in "pyproject.toml", line 1, got "]"'],
    ['a =\nb = 1', 'Expected a value in "pyproject.toml", line 1, got "\\nb = 1"'],
    ['[a] b', 'Expected the end of the line in "pyproject.toml", line 1, got "b"'],
    ['= 1', 'Expected a key in "pyproject.toml", line 1, got "= 1"'],
  ])('%j is refused', (text, message) => {
    expect(refused('pyproject.toml', text)).toBe(message);
  });
});

describe('a file with a version and nothing else', () => {
  test.each([
    ['VERSION', '1.2.0\n', '1.3.0\n'],
    ['docs/version.txt', '\uFEFF \r\nv1.2.0b1 \r\n', '\uFEFF \r\nv1.3.0 \r\n'],
  ])('%s is raised', (path, before, after) => {
    expect(planVersionFile(path, before, '1.3.0')).toBe(after);
  });

  test.each(['', 'none\n', '1.2.0\n1.1.0\n'])('%j is refused', (text) => {
    expect(refused('VERSION', text)).toBe(
      `Expected a version and nothing else in "VERSION", line 1, got ${text === '' ? 'nothing' : JSON.stringify(text.trim())}`,
    );
  });
});

describe('a line that is marked', () => {
  test.each([
    [
      "export const VERSION = '1.2.0-beta.1'; // x-release-version",
      "export const VERSION = '1.3.0'; // x-release-version",
    ],
    ['__version__ = "v1.2.0"  #x-release-version', '__version__ = "v1.3.0"  #x-release-version'],
    ['image: acme/tools:1.2.0+build.7 # x-release-version', 'image: acme/tools:1.3.0 # x-release-version'],
    [
      'npm install tools@1.2.0. <!-- x-release-version: keep -->',
      'npm install tools@1.3.0. <!-- x-release-version: keep -->',
    ],
    ['<!-- x-release-version --> 1.2.0 is out', '<!-- x-release-version --> 1.3.0 is out'],
    [
      '# x-release-version\nARG VERSION=1.2.0\nARG NODE=1.2.0',
      '# x-release-version\nARG VERSION=1.3.0\nARG NODE=1.2.0',
    ],
    [
      'a 1.2.0 // x-release-version\r\nb 1.2.0\r\nc 1.2.0 /* x-release-version */',
      'a 1.3.0 // x-release-version\r\nb 1.2.0\r\nc 1.3.0 /* x-release-version */',
    ],
    [
      '10.0.0.1 tools-1.0.0.tgz 01.2.3 1.2.0 -- x-release-version',
      '10.0.0.1 tools-1.0.0.tgz 01.2.3 1.3.0 -- x-release-version',
    ],
  ])('%j', (before, after) => {
    expect(planVersionFile('any/file', before, '1.3.0')).toBe(after);
  });

  test.each([
    ['no mark 1.2.0', 'Expected a line with x-release-version in a comment in "any/file", got none'],
    [
      'call("x-release-version", 1.2.0) // x-release-versions',
      'Expected a line with x-release-version in a comment in "any/file", got none',
    ],
    [
      '\nv = 1 // x-release-version',
      'Expected one version in the line that x-release-version marks in "any/file", line 2, got "v = 1 // x-release-version"',
    ],
    [
      '1.0.0 1.2.0 # x-release-version',
      'Expected one version in the line that x-release-version marks in "any/file", line 1, got 2',
    ],
    [
      '# x-release-version\n\n1.2.0',
      'Expected one version in the line that x-release-version marks in "any/file", line 2, got ""',
    ],
    [
      '1\n# x-release-version\n',
      'Expected one version in the line that x-release-version marks in "any/file", line 3, got ""',
    ],
  ])('%j is refused', (text, message) => {
    expect(refused('any/file', text)).toBe(message);
  });
});

test('a version that is none is refused before anything is read', () => {
  expect(() => planVersionFile('package.json', 'no JSON', 'v1.3.0')).toThrow(
    expect.objectContaining({ code: 'INVALID_VERSION' }),
  );
});
