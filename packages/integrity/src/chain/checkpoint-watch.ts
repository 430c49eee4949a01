import { equalBytes } from '../equal-bytes.ts';
import type { MerkleBuilder } from '../merkle/builder.ts';
import type { Checkpoint } from './checkpoint.ts';
import { type ChainFinding, cutTail, foreignCheckpoint, fork } from './findings.ts';

/** Compares a chain with its checkpoints as it passes their sizes. */
export interface CheckpointWatch {
  /** Entries that a checkpoint vouches for. */
  readonly covered: number;
  /** To be called with the chain's tree at each size from the first one on. */
  pass(tree: Pick<MerkleBuilder, 'size' | 'root'>): ChainFinding[];
  /** Checkpoints ahead that contradict each other, whatever the chain is. */
  forksAhead(): ChainFinding[];
  /** What is missing where the chain ended. */
  tail(size: number): ChainFinding[];
}

/** Different roots of the same size, smallest size first. */
function bySize(checkpoints: readonly Checkpoint[]): Checkpoint[][] {
  const groups = new Map<number, Checkpoint[]>();
  for (const checkpoint of checkpoints) {
    const group = groups.get(checkpoint.size) ?? [];
    if (!group.some(({ root }) => equalBytes(root, checkpoint.root))) group.push(checkpoint);
    groups.set(checkpoint.size, group);
  }
  return [...groups.values()].toSorted(([a], [b]) => (a?.size ?? 0) - (b?.size ?? 0));
}

/** Takes checkpoints of any order. Those of before `start` are left out, since nothing is known of the chain there. */
export function watchCheckpoints(checkpoints: readonly Checkpoint[], start: number): CheckpointWatch {
  const groups = bySize(checkpoints.filter(({ size }) => !(size < start)));
  let covered = 0;
  let next = 0;
  return {
    get covered() {
      return covered;
    },
    pass(tree) {
      const { size } = tree;
      const group = groups[next];
      if (group?.[0]?.size !== size) return [];
      next++;
      const fits = equalBytes(group[0].root, tree.root());
      if (group.length > 1 || !fits) return [fork(covered, group, size)];
      covered = size;
      return [];
    },
    forksAhead() {
      const contradictory = groups.slice(next).filter((group) => group.length > 1);
      return contradictory.map((group) => fork(covered, group, group[0]?.size ?? 0));
    },
    tail(size) {
      const furthest = groups.slice(next).at(-1)?.[0];
      return furthest === undefined ? [] : [cutTail(size, furthest)];
    },
  };
}

/** Parts checkpoints of this chain from others. */
export function ownCheckpoints(
  checkpoints: readonly Checkpoint[],
  origin: string,
): { readonly own: readonly Checkpoint[]; readonly foreign: readonly ChainFinding[] } {
  const isOwn = (checkpoint: Checkpoint): boolean => checkpoint.origin === origin;
  const others = checkpoints.filter((checkpoint) => !isOwn(checkpoint));
  return { own: checkpoints.filter(isOwn), foreign: others.map((each) => foreignCheckpoint(each, origin)) };
}
