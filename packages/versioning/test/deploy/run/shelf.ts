import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { DeployableRelease, ReleaseSource } from '../../../src/deploy/index.ts';
import {
  type ArtifactContent,
  createArtifact,
  formatContents,
  parseContents,
  planArtifact,
  planMigrations,
  VersioningError,
} from '../../../src/index.ts';
import { digest } from '@x/integrity';

/** What a release of a test is made of. */
export interface ReleaseParts {
  /** Beside the server of all of them, by path. */
  readonly files?: Readonly<Record<string, string>> | undefined;
  /** Scripts by name of their file. */
  readonly migrations?: Readonly<Record<string, string>> | undefined;
  /** What the server does: answers well, with 500, or not at all as it ends at once. */
  readonly behaves?: 'well' | 'unhealthy' | 'dead' | undefined;
  readonly yanked?: boolean | undefined;
  /** Paths of those that may be run. */
  readonly executables?: readonly string[] | undefined;
}

/** Tells its version, or fails, as its `package.json` says. */
const SERVER = `import { createServer } from 'node:http';
import { readFileSync, writeFileSync } from 'node:fs';
const { version, behaves } = JSON.parse(readFileSync('package.json', 'utf8'));
console.log('shop ' + version + ' starts');
if (behaves === 'dead') throw new Error('no till in ' + version);
createServer((request, response) => {
  response.statusCode = behaves === 'unhealthy' ? 500 : 200;
  if (behaves === 'unhealthy') console.error('the till of ' + version + ' is stuck');
  response.end(JSON.stringify({ version, pid: process.pid }));
}).listen(Number(process.env.PORT), '127.0.0.1', () => writeFileSync(process.env.PID_FILE, String(process.pid)));
process.on('SIGTERM', () => process.exit(0));
`;

/** Releases in a folder, for any process that knows the folder. */
export interface Shelf extends ReleaseSource {
  contents(version: string): Promise<readonly ArtifactContent[]>;
  readonly folder: string;
  add(version: string, parts?: ReleaseParts): Promise<void>;
  /** Somebody has cleaned up. */
  remove(version: string): Promise<void>;
}

/** Opens a folder of releases. */
export function shelfAt(folder: string): Shelf {
  const manifest = (version: string): string => join(folder, `${version}.json`);
  const contents = (version: string): string => join(folder, `${version}.contents`);
  return {
    folder,
    async add(version, { files = {}, migrations = {}, behaves = 'well', yanked = false, executables = [] } = {}) {
      const source = join(folder, version);
      await mkdir(source, { recursive: true });
      const all = { 'server.mjs': SERVER, 'package.json': JSON.stringify({ version, behaves }), ...files };
      for (const [path, text] of Object.entries(all)) {
        await mkdir(dirname(join(source, path)), { recursive: true });
        await writeFile(join(source, path), text, { mode: executables.includes(path) ? 0o755 : 0o644 });
      }
      const name = `shop-${version}.zip`;
      const inventory = await createArtifact(await planArtifact(source), join(folder, name), { withDigests: true });
      const list = new TextEncoder().encode(formatContents(inventory.contents));
      await writeFile(contents(version), list);
      const stored = { digest: String(inventory.digest), size: inventory.size };
      const release: DeployableRelease = {
        version,
        artifact: { ...stored, name, contents: { digest: String(await digest(list)), size: list.length } },
        migrations: planMigrations(
          Object.entries(migrations).map(([file, text]) => ({ name: file, bytes: new TextEncoder().encode(text) })),
        ),
        changelog: { commits: 1, leadTimeMs: 3_600_000, sections: [] },
        createdAt: '2026-03-01T12:00:00.000Z',
        status: yanked ? 'yanked' : 'released',
        yank: yanked ? { at: '2026-03-02T12:00:00.000Z', by: 'bea', reason: 'loses orders' } : undefined,
      };
      await writeFile(manifest(version), JSON.stringify(release));
    },
    remove: async (version) => rm(manifest(version)),
    async getRelease(version) {
      const text = await readFile(manifest(version), 'utf8').catch(() => undefined);
      if (text === undefined) throw new VersioningError('RELEASE_NOT_FOUND', `Expected a release ${version}, got none`);
      return JSON.parse(text) as DeployableRelease;
    },
    contents: async (version) => parseContents(await readFile(contents(version))),
    async exportRelease(version, target) {
      await mkdir(target, { recursive: true });
      await copyFile(join(folder, `shop-${version}.zip`), join(target, `shop-${version}.zip`));
    },
  };
}
