import type { GitAnswer } from './run-git.ts';

/** What became of one ref. */
interface PushedRef {
  /** `=` for one that was there, `!` for one that was refused. */
  readonly flag: string;
  /** Its name at the remote. */
  readonly ref: string;
  /** Such as `[rejected] (fetch first)`. */
  readonly summary: string;
}

/** How a push ended. */
export interface PushAnswer extends GitAnswer {
  readonly refs: readonly PushedRef[];
  /** Whether anything is there that was not before. */
  readonly isNew: boolean;
}

/** Reads what `git push --porcelain` says: `flag TAB from:to TAB summary` for each ref. */
export function readPushAnswer(answer: GitAnswer): PushAnswer {
  const refs = answer.output.split('\n').flatMap((line): PushedRef[] => {
    const [flag = '', names = '', ...summary] = line.split('\t');
    if (flag.length !== 1 || summary.length === 0) return [];
    return [{ flag, ref: names.slice(names.indexOf(':') + 1), summary: summary.join('\t') }];
  });
  return { ...answer, refs, isNew: refs.some(({ flag }) => flag !== '=' && flag !== '!') };
}

/** Refs that were refused for a reason of their own, not because another one was. */
export const refusedRefs = ({ refs }: PushAnswer): readonly PushedRef[] =>
  refs.filter(({ flag, summary }) => flag === '!' && !/atomic (?:push|transaction) failed/i.test(summary));

/** Whether a branch was refused because the remote's has commits that this one has not. */
export const isBehind = (answer: PushAnswer): boolean =>
  refusedRefs(answer).some(
    ({ ref, summary }) => ref.startsWith('refs/heads/') && /fetch first|non-fast-forward/.test(summary),
  );
