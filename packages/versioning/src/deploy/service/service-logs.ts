import type { ServiceLogOptions, ServiceSpec } from './contract.ts';
import { followLines, lastLines } from './log-file.ts';

const DEFAULT_LINES = 100;

/**
 * The lines of a service's two files: the last ones of its output, then those of its errors, as lines have no times by which they could be put in order. With `follow` those
 * that come, as they come.
 */
export async function* serviceLogs(
  { stdout, stderr }: Pick<ServiceSpec, 'stdout' | 'stderr'>,
  { lines = DEFAULT_LINES, follow = false, signal }: ServiceLogOptions = {},
): AsyncGenerator<string> {
  signal?.throwIfAborted();
  const files = [...new Set([stdout, stderr])];
  if (follow) {
    yield* inTurn(files.map((path) => followLines(path, { lines: Math.ceil(lines / files.length), signal })));
    return;
  }
  const ends = await Promise.all(files.map((path) => lastLines(path, lines)));
  yield* fairEnds(ends, lines).flat();
}

/** The last lines of each, so that they are `count` together: each gets half, and what the other leaves. */
function fairEnds(ends: readonly string[][], count: number): string[][] {
  const share = Math.ceil(count / ends.length);
  return ends.map((end, i) => {
    const others = ends.reduce((sum, other, j) => (i === j ? sum : sum + Math.min(other.length, share)), 0);
    const own = Math.min(end.length, Math.max(count - others, i === 0 ? share : count - share));
    return own === 0 ? [] : end.slice(-own);
  });
}

/** What several sequences give, as it comes. */
async function* inTurn<T>(sources: readonly AsyncGenerator<T>[]): AsyncGenerator<T> {
  const next = (source: AsyncGenerator<T>): Promise<{ source: AsyncGenerator<T>; result: IteratorResult<T> }> =>
    source.next().then((result) => ({ source, result }));
  const waiting = new Map(sources.map((source) => [source, next(source)]));
  try {
    while (waiting.size > 0) {
      const { source, result } = await Promise.race(waiting.values());
      if (result.done === true) waiting.delete(source);
      else {
        waiting.set(source, next(source));
        yield result.value;
      }
    }
  } finally {
    for (const promise of waiting.values()) promise.catch(() => undefined);
    // A source that waits for more ends when its signal is aborted, not before.
    await Promise.allSettled(sources.map(async (source) => void source.return(undefined)));
  }
}
