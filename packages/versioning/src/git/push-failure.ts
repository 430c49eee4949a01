import { VersioningError } from '../errors.ts';
import { allSaid, gitFailure } from './git-failure.ts';
import { isBehind, type PushAnswer, refusedRefs } from './push-answer.ts';
import { remoteFailure } from './remote.ts';
import { readRemoteRefs, type ReadRemoteRefsOptions } from './remote-refs.ts';

/** The error of a push that was refused, with what to do about it. */
export async function pushFailure(answer: PushAnswer, options: ReadRemoteRefsOptions): Promise<Error> {
  const { remote, tag } = options;
  const refused = refusedRefs(answer);
  if (refused.some(({ summary }) => summary.includes('already exists'))) return tagThere(options);
  if (isBehind(answer)) {
    return new VersioningError('PUSH_REJECTED', `Expected ${remote} to have no other commits on the branch, got some`, {
      hint: 'Undo the release here, bring the branch up to date, and plan again: the new commits belong to it.',
    });
  }
  // Before a hook of the remote speaks, connections may fail; after it, `hung up` is only how the refusal ends.
  const unheard = refused.length === 0 ? remoteFailure(remote, answer.complaints) : undefined;
  if (unheard !== undefined) return unheard;
  if (refused.length === 0 && answer.code !== 1) return gitFailure(['push'], answer.complaints);
  const reasons = refused.map(({ ref, summary }) => `${ref} ${summary}`).join(', ');
  // The hook of the checkout prints where the answer of the remote would stand.
  const printed = answer.refs.length === 0 ? answer.output : '';
  const said = allSaid([reasons, printed, answer.complaints].filter(Boolean).join('\n')) || 'nothing it said';
  return new VersioningError('PUSH_REJECTED', `Expected ${remote} to take ${tag}, got: ${said}`, {
    hint: 'Check the rights of the account, the rules that protect branches and tags, and the hooks; then go on.',
  });
}

async function tagThere(options: ReadRemoteRefsOptions): Promise<Error> {
  const { remote, tag } = options;
  const there = (await readRemoteRefs({ ...options, branch: undefined })).tag;
  const place = there === undefined ? 'one' : `one on ${there.commit}`;
  return new VersioningError('TAG_EXISTS', `Expected no other tag ${tag} on ${remote}, got ${place}`, {
    hint: `Others may have it, so it has to stay: undo the release here, \`git fetch --tags ${remote}\`, and release another version.`,
  });
}
