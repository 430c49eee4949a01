import { closeSync, openSync } from 'node:fs';
import { walkDirectory } from '../../src/source/walk.ts';

/** Walks the tree named on the command line, without a free descriptor when it comes to `a`, and prints what it saw. */
function main(root: string): void {
  const paths: string[] = [];
  const failures: string[][] = [];
  let taken: number[] = [];
  for (const item of walkDirectory({ root: Buffer.from(root) })) {
    if ('failure' in item) {
      failures.push([String(item.failure.path), item.failure.code]);
      for (const descriptor of taken) closeSync(descriptor);
      taken = [];
      continue;
    }
    paths.push(String(item.entry.path));
    if (String(item.entry.path) === 'a') taken = takeAll();
  }
  process.stdout.write(JSON.stringify({ paths, failures }));
}

function takeAll(): number[] {
  const taken: number[] = [];
  try {
    for (;;) taken.push(openSync('/dev/null', 'r'));
  } catch {
    return taken;
  }
}

main(process.argv[2] as string);
