import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Git ignores it. */
const FOLDER = fileURLToPath(new URL('../.cache/test/', import.meta.url));

const made = new Map<string, Promise<string>>();

/**
 * Bundles a program of a test from the sources as they are now, once in a process of tests: it starts in a fraction of the processor time that
 * loading each source takes. For programs that start nothing that lies beside them.
 *
 * @param source URL of the program.
 * @returns The path of what `node` is to be started with, without options.
 */
export function bundledProgram(source: URL): Promise<string> {
  const bundling = made.get(source.href) ?? bundle(fileURLToPath(source));
  made.set(source.href, bundling);
  return bundling;
}

async function bundle(source: string): Promise<string> {
  const { build } = await import('tsup');
  // Not that of another process which bundles it now; and the same in the next run, as compiled code is cached by name.
  const outDir = join(
    FOLDER,
    basename(process.cwd()),
    process.env['VITEST_POOL_ID'] ?? '0',
    basename(dirname(dirname(source))),
  );
  const name = basename(source, '.ts');
  await build({
    config: false,
    entry: { [name]: source },
    outDir,
    format: ['esm'],
    target: 'node24',
    platform: 'node',
    noExternal: [/.*/],
    // `node:sqlite` has no other name.
    removeNodeProtocol: false,
    // What is CommonJS requires modules of Node.
    banner: { js: "import { createRequire } from 'node:module';\nconst require = createRequire(import.meta.url);" },
    outExtension: () => ({ js: '.mjs' }),
    splitting: false,
    clean: false,
    silent: true,
    esbuildOptions(options) {
      options.conditions = ['source'];
    },
  });
  return join(outDir, `${name}.mjs`);
}
