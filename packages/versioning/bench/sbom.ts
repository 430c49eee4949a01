// What a lockfile of 2,000 packages takes to read, and to write as a bill of materials, for each package manager and format:
// node --conditions=source packages/versioning/bench/sbom.ts
// The first run of a process is also compiled, as it is for a command; the median is of those after it.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createSbom, parseLockfile, type SbomFormat } from '../src/index.ts';
import { readAnyYaml } from '../src/sbom/lockfile/yaml-fields.ts';

const PACKAGES = 2000;
const RUNS = 15;
const FORMATS: readonly SbomFormat[] = ['cyclonedx-1.6', 'cyclonedx-1.7', 'spdx-2.3'];

interface Made {
  readonly name: string;
  readonly version: string;
  readonly integrity: string;
  readonly needs: readonly (readonly [name: string, version: string])[];
}

const nameOf = (index: number): string =>
  index % 5 === 0 ? `@scope-${index % 50}/package-${index}` : `package-${index}`;
const versionOf = (index: number): string => `${index % 7}.${index % 11}.${index % 13}`;

/** Each needs up to three of those after it, which real trees come near to. */
const MADE: readonly Made[] = Array.from({ length: PACKAGES }, (_, index) => ({
  name: nameOf(index),
  version: versionOf(index),
  integrity: `sha512-${createHash('sha512').update(String(index)).digest('base64')}`,
  needs: [2 * index + 1, 2 * index + 2, 3 * index + 5]
    .filter((other) => other < PACKAGES)
    .map((other) => [nameOf(other), versionOf(other)] as const),
}));

const [TOP] = MADE;
const root = { name: 'bench', version: '1.0.0', dependencies: { [TOP?.name ?? '']: TOP?.version ?? '' } };
const lines = (list: readonly string[]): string => list.join('\n');

const npm = (): string => {
  const entries = MADE.map(({ name, version, integrity, needs }) => [
    `node_modules/${name}`,
    {
      version,
      resolved: `https://registry.npmjs.org/${name}/-/${name.split('/').at(-1)}-${version}.tgz`,
      integrity,
      license: 'MIT',
      ...(needs.length > 0 && { dependencies: Object.fromEntries(needs) }),
      engines: { node: '>=18' },
    },
  ]);
  return JSON.stringify({ lockfileVersion: 3, packages: { '': root, ...Object.fromEntries(entries) } }, undefined, 2);
};

const quoted = (key: string): string => (key.startsWith('@') ? `'${key}'` : key);
const pnpm = (): string => {
  const packages = MADE.map(
    ({ name, version, integrity }) =>
      `  ${quoted(`${name}@${version}`)}:\n    resolution: {integrity: ${integrity}}\n    engines: {node: '>=18'}\n`,
  );
  const snapshots = MADE.map(({ name, version, needs }) => {
    const key = `  ${quoted(`${name}@${version}`)}:`;
    const list = needs.map(([other, at]) => `      ${quoted(other)}: ${at}\n`).join('');
    return needs.length === 0 ? `${key} {}\n` : `${key}\n    dependencies:\n${list}`;
  });
  const top = `      ${quoted(TOP?.name ?? '')}:\n        specifier: ${TOP?.version}\n        version: ${TOP?.version}\n`;
  const head = `lockfileVersion: '9.0'\n\nimporters:\n\n  .:\n    dependencies:\n${top}\npackages:\n\n`;
  return `${head}${lines(packages)}\nsnapshots:\n\n${lines(snapshots)}`;
};

const yarnClassic = (): string => {
  const entries = MADE.map(({ name, version, integrity, needs }) => {
    const file = `https://registry.yarnpkg.com/${name}/-/${name.split('/').at(-1)}-${version}.tgz#${'0a'.repeat(20)}`;
    const list = needs.map(([other, at]) => `    "${other}" "${at}"\n`).join('');
    const below = list === '' ? '' : `  dependencies:\n${list}`;
    return `"${name}@${version}":\n  version "${version}"\n  resolved "${file}"\n  integrity ${integrity}\n${below}`;
  });
  return `# yarn lockfile v1\n\n\n${lines(entries)}`;
};

const yarnBerry = (): string => {
  const entries = MADE.map(({ name, version, needs }) => {
    const list = needs.map(([other, at]) => `    "${other}": "npm:${at}"\n`).join('');
    const below = list === '' ? '' : `  dependencies:\n${list}`;
    const end = `  checksum: 10c0/${'0a'.repeat(64)}\n  languageName: node\n  linkType: hard\n`;
    return `"${name}@npm:${version}":\n  version: ${version}\n  resolution: "${name}@npm:${version}"\n${below}${end}`;
  });
  return `__metadata:\n  version: 8\n  cacheKey: 10c0\n\n${lines(entries)}`;
};

const KINDS: Readonly<Record<string, () => string>> = { npm, pnpm, 'yarn 1': yarnClassic, 'yarn berry': yarnBerry };
const manifests = { '.': root };

const timeOf = (work: () => unknown): number => {
  const start = performance.now();
  work();
  return performance.now() - start;
};

const median = (times: readonly number[]): number => times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0;

function measure(kind: string, format: SbomFormat): void {
  const text = KINDS[kind]?.() ?? '';
  const once = (): void => {
    const graph = parseLockfile(text, { manifests });
    if (graph.components.length !== PACKAGES)
      throw new Error(`Expected ${PACKAGES} packages, got ${graph.components.length}`);
    createSbom(graph, { format, component: { name: 'bench', version: '1.0.0' }, timestamp: new Date(0) });
  };
  const first = timeOf(once);
  const later = Array.from({ length: RUNS }, () => timeOf(once));
  const reading = Array.from({ length: RUNS }, () => timeOf(() => parseLockfile(text, { manifests })));
  const size = `${(text.length / 1024).toFixed(0)} KiB`;
  const cells = [kind, format, size, ...[first, median(later), median(reading)].map((time) => `${time.toFixed(0)} ms`)];
  console.log(`| ${cells.join(' | ')} |`);
}

const [, script = '', kind, format] = process.argv;
const asked = FORMATS.find((one) => one === format);
if (kind !== undefined && asked !== undefined) {
  measure(kind, asked);
} else {
  console.log(
    '| lockfile | format | size | read and write, first | median | of that, read |\n| - | - | - | - | - | - |',
  );
  for (const one of Object.keys(KINDS)) {
    for (const other of FORMATS) {
      execFileSync(process.execPath, ['--conditions=source', script, one, other], { stdio: 'inherit' });
    }
  }
  const text = pnpm();
  readAnyYaml(text, 'pnpm-lock.yaml');
  const times = Array.from({ length: 5 }, () => timeOf(() => readAnyYaml(text, 'pnpm-lock.yaml')));
  console.log(`\nThe yaml package alone, for the text of pnpm: ${median(times).toFixed(0)} ms.`);
}
