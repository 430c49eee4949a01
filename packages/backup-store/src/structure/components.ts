import { posix } from 'node:path';
import type { StructureComponent } from './contract.ts';
import { type FileTree, jsonIn, type ReadFile, together } from './files.ts';
import { importsOf, isSourceFile } from './imports.ts';

const EXTENSION = /\.[^./]+$/;

interface Manifest {
  readonly name?: string | undefined;
  readonly version?: string | undefined;
  readonly dependencies: Readonly<Record<string, string>>;
}

interface Found {
  readonly path: string;
  readonly files: readonly ReadFile[];
  readonly manifest: Manifest | undefined;
}

/** Components below some folders, with what they need of each other. */
export async function readComponents(tree: FileTree, paths: readonly string[]): Promise<readonly StructureComponent[]> {
  const found: Found[] = [];
  for (const path of paths) {
    for (const child of await tree.children(path)) {
      const files = await tree.read(child.path);
      if (files.length > 0) found.push({ path: child.path, files, manifest: manifestOf(child.path, files) });
    }
  }
  const names = new Map(found.map((each) => [each.path, nameOf(each)]));
  const byName = new Set(names.values());
  return found
    .map((each) => {
      const { dependencies = {}, version } = each.manifest ?? {};
      const own = nameOf(each);
      const imported = [...each.files].flatMap((file) => importedBy(file, names));
      const declared = Object.keys(dependencies).filter((name) => byName.has(name));
      return {
        name: own,
        ...(version === undefined ? {} : { version }),
        ...together(each.path, each.files),
        dependencies: [...new Set([...imported, ...declared])].filter((name) => name !== own).toSorted(),
        packages: Object.fromEntries(Object.entries(dependencies).filter(([name]) => !byName.has(name))),
      };
    })
    .toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

const nameOf = ({ path, manifest }: Found): string => manifest?.name ?? posix.basename(path).replace(EXTENSION, '');

/** The component that holds what a file imports; the longest path wins. */
function importedBy(file: ReadFile, names: ReadonlyMap<string, string>): readonly string[] {
  if (file.content === undefined || !isSourceFile(file.path)) return [];
  return importsOf(file.content.toString('utf8')).flatMap((specifier) => {
    const target = posix.normalize(posix.join(posix.dirname(file.path), specifier));
    const holder = [...names.keys()].find(
      (path) => target === path || target.startsWith(`${path}/`) || target === path.replace(EXTENSION, ''),
    );
    return holder === undefined ? [] : [names.get(holder) as string];
  });
}

function manifestOf(path: string, files: readonly ReadFile[]): Manifest | undefined {
  const file = files.find((each) => each.path === `${path}/package.json`);
  if (file?.content === undefined) return undefined;
  const { name, version, dependencies } = (jsonIn(file.path, file.content) ?? {}) as Record<string, unknown>;
  const ranges = Object.entries((dependencies ?? {}) as Record<string, unknown>).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  return {
    name: typeof name === 'string' && name !== '' ? name : undefined,
    version: typeof version === 'string' ? version : undefined,
    dependencies: Object.fromEntries(ranges),
  };
}
