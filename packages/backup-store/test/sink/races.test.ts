import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import type { EntryMeta, TreeSink } from '../../src/sink/contract.ts';
import { openTreeSink } from '../../src/sink/tree-sink.ts';
import { MEMORY_FOLDER, buildTree, pathsBelow, tempFolder } from '../source/tree.ts';
import type { SwapJob } from './swapping-thread.ts';

const meta: EntryMeta = { mode: 0o777, uid: process.geteuid?.() ?? 0, gid: process.getegid?.() ?? 0, mtimeNs: 1n };
const at = (path: string): Buffer => Buffer.from(path);

interface Outcome {
  readonly done: number;
  readonly refused: number;
  /** Codes of the errors met. */
  readonly codes: readonly string[];
}

/** A root with the directory `victim/sub`, and a folder outside which looks the same. */
function scene(): { readonly root: string; readonly outside: string } {
  const folder = tempFolder(MEMORY_FOLDER);
  const precious = { sub: { precious: 'x', dir: { precious: 'y' } }, precious: 'z' };
  buildTree(folder, { outside: precious, root: { victim: { sub: {} } } });
  return { root: join(folder, 'root'), outside: join(folder, 'outside') };
}

/** Repeats `step` while another thread swaps `victim`, until enough rounds went either way. */
async function whileSwapping(place: ReturnType<typeof scene>, step: (round: number) => void): Promise<Outcome> {
  const job: SwapJob = { victim: join(place.root, 'victim'), outside: place.outside, stop: new SharedArrayBuffer(4) };
  const worker = new Worker(new URL('swapping-thread.ts', import.meta.url), { workerData: job });
  await new Promise((resolve) => worker.once('online', resolve));
  const codes = new Set<string>();
  let done = 0;
  let refused = 0;
  for (let round = 0; round < 20_000 && (done < 200 || refused < 200); round++) {
    try {
      step(round);
      done++;
    } catch (error) {
      const { code } = error as { code: string };
      codes.add(code);
      if (code === 'UNSAFE_PATH') refused++;
    }
  }
  Atomics.store(new Int32Array(job.stop), 0, 1);
  await new Promise((resolve) => worker.once('exit', resolve));
  return { done, refused, codes: [...codes] };
}

/** One attack for each way in; each round resolves everything anew, since what is open already can't be diverted. */
const attacks: readonly (readonly [string, (sink: TreeSink, round: number) => void])[] = [
  ['files written', (sink, round) => sink.writeFile(at(`victim/sub/f${round % 10}`), [Buffer.from('evil')], meta)],
  ['directories made', (sink, round) => sink.makeDirectory(at(`victim/sub/d${round % 10}/e`))],
  ['links made', (sink, round) => sink.makeSymlink(at(`victim/sub/l${round % 10}`), at('/'), meta)],
  [
    'files assembled',
    (sink, round) => {
      const path = at(`victim/sub/t${round % 10}`);
      const temp = sink.createTemp(path, 10);
      sink.writeAt(path, temp, { position: 0, bytes: Buffer.from('evil') });
      sink.finishTemp(path, temp, meta);
    },
  ],
  [
    'hard links made',
    (sink, round) => {
      sink.writeFile(at('own'), [], meta);
      sink.makeHardLink(at(`victim/sub/h${round % 10}`), at('own'));
    },
  ],
  ['files removed', (sink) => sink.remove(at('victim/sub/precious'))],
  ['trees removed', (sink) => sink.removeTree(at('victim/sub/dir'))],
  ['metadata set', (sink) => sink.setMetadata(at('victim/sub'), 'directory', meta)],
];

describe.skipIf(process.platform !== 'linux')('while somebody swaps a parent for a link', () => {
  it.each(attacks)('%s: nothing outside changes', async (_name, attack) => {
    const place = scene();
    const facts = (): unknown => [
      pathsBelow(place.outside),
      [place.outside, join(place.outside, 'sub')].map((path) => [statSync(path).mode, statSync(path).mtimeMs]),
    ];
    const before = facts();
    const outcome = await whileSwapping(place, (round) => {
      using sink = openTreeSink(Buffer.from(place.root), { strong: true });
      attack(sink, round);
    });
    expect(facts()).toEqual(before);
    expect(outcome.done).toBeGreaterThan(0);
    expect(outcome.refused).toBeGreaterThan(0);
    expect(outcome.codes.filter((code) => code !== 'UNSAFE_PATH' && code !== 'PATH_FAILED')).toEqual([]);
  });

  it('trees being removed are not left for others', async () => {
    const place = scene();
    const before = pathsBelow(place.outside);
    await whileSwapping(place, () => {
      rmSync(join(place.root, 'victim.aside'), { recursive: true, force: true });
      using sink = openTreeSink(Buffer.from(place.root), { strong: true });
      sink.makeDirectory(at('victim/sub/dir'));
      sink.writeFile(at('victim/sub/dir/f'), [], meta);
      sink.removeTree(at('victim'));
    });
    expect(pathsBelow(place.outside)).toEqual(before);
  });

  it('the attack is a real one: plain paths are led outside by it', async () => {
    const place = scene();
    let escaped = false;
    for (let attempts = 0; attempts < 5 && !escaped; attempts++) {
      await whileSwapping(place, (round) => {
        mkdirSync(join(place.root, 'victim/sub'), { recursive: true });
        writeFileSync(join(place.root, `victim/sub/f${round % 10}`), 'evil');
      });
      escaped = readdirSync(join(place.outside, 'sub')).some((name) => name.startsWith('f'));
    }
    expect(escaped).toBe(true);
  });
});
