import { existsSync, linkSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { type LivePlace, SIDECARS } from './live-place.ts';
import { type RestoreJournal, syncFolder } from './restore-journal.ts';

/** One change of names. */
export type Step =
  /** A second name, so that the first is there all the time. */
  | { readonly do: 'link'; readonly from: string; readonly to: string }
  | { readonly do: 'move'; readonly from: string; readonly to: string }
  | { readonly do: 'remove'; readonly path: string };

type Old = Pick<RestoreJournal, 'hadOld' | 'sidecars'>;

/** What is there before a replacement. */
export function findOld({ target }: LivePlace): Old {
  return { hadOld: existsSync(target), sidecars: SIDECARS.filter((end) => existsSync(target + end)) };
}

/**
 * How the new database takes the place of the old one. At no time is there none: a service that opened it would make an empty one.
 * What was beside the old one goes before the new one comes, which it would be taken to belong to.
 */
export function planReplacement({ target, fresh, before }: LivePlace, { hadOld, sidecars }: Old): Step[] {
  return [
    ...(hadOld ? [{ do: 'link', from: target, to: before } as const] : []),
    ...sidecars.map((end) => ({ do: 'move', from: target + end, to: before + end }) as const),
    { do: 'move', from: fresh, to: target },
  ];
}

/**
 * How the old database gets back to where it was, from whatever point a replacement or this itself has come to.
 *
 * @param isThere Whether there is something at a path now.
 */
export function planPutBack(place: LivePlace, { hadOld, sidecars }: Old, isThere: (path: string) => boolean): Step[] {
  const { target, fresh, before } = place;
  const isReplaced = !isThere(fresh) && isThere(hadOld ? before : target);
  return [
    ...(isReplaced ? SIDECARS.map((end) => ({ do: 'remove', path: target + end }) as const) : []),
    ...(isReplaced && !hadOld ? [{ do: 'remove', path: target } as const] : []),
    ...(hadOld && isThere(before) ? [{ do: 'move', from: before, to: target } as const] : []),
    ...sidecars
      .filter((end) => isThere(before + end))
      .map((end) => ({ do: 'move', from: before + end, to: target + end }) as const),
  ];
}

/** Does what a plan says, so that it outlives a crash of the machine. */
export function applySteps(place: LivePlace, steps: readonly Step[]): void {
  for (const step of steps) {
    if (step.do === 'remove') rmSync(step.path, { force: true });
    else if (step.do === 'move') renameSync(step.from, step.to);
    else link(step.from, step.to);
  }
  syncFolder(place.folder);
  syncFolder(dirname(place.target));
}

function link(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch (error) {
    // A file system without links, or a file that somebody else owns. Then there is none for a moment.
    const { code = '' } = error as NodeJS.ErrnoException;
    if (!['EPERM', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP', 'EMLINK'].includes(code)) throw error;
    renameSync(from, to);
  }
}
