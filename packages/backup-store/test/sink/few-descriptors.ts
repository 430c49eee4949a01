import { openSync } from 'node:fs';
import type { EntryMeta } from '../../src/sink/contract.ts';
import { openTreeSink } from '../../src/sink/tree-sink.ts';

/**
 * Writes to more directories than descriptors are allowed, then takes all that are left, writes once more, and
 * prints the error of that.
 */
function main(root: string, strong: boolean): void {
  const meta: EntryMeta = { mode: 0o644, uid: 0, gid: 0, mtimeNs: 1n };
  using sink = openTreeSink(Buffer.from(root), { strong });
  for (let i = 0; i < 200; i++) sink.writeFile(Buffer.from(`d${i}/e/f`), [Buffer.from('x')], meta);
  sink.writeFile(Buffer.from('f'), [], meta);
  sink.removeTree(Buffer.from('f'));
  for (let i = 0; i < 200; i++) sink.lstat(Buffer.from(`d${i}/e/f`));
  takeAll();
  for (let i = 0; i < 200; i++) {
    try {
      // Whatever the sink had open it may give up for this, so all of that is taken as well.
      sink.writeFile(Buffer.from(`last/d${i}/f`), [], meta);
      takeAll();
    } catch (error) {
      const { code, cause } = error as { code: string; cause: { code: string } };
      process.stdout.write(JSON.stringify({ code, cause: cause.code }));
      return;
    }
  }
}

function takeAll(): void {
  try {
    for (;;) openSync('/dev/null', 'r');
  } catch {
    // None is left.
  }
}

main(process.argv[2] as string, process.argv[3] === 'true');
