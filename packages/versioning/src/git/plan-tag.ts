import { shown, VersioningError } from '../errors.ts';
import type { Checkout } from './checkout.ts';
import { type GitIdentity, isSameIdentity, readIdentity } from './identity.ts';
import { normalMessage } from './message.ts';
import { peeled, readTag, type StoredTag } from './read-tag.ts';
import { refuseDetached, refuseDirty } from './release-state.ts';
import { planSigning, type Signing, type SignOption } from './signing.ts';

/** An annotated tag to be made. Plain data that can be stored: carried out again, it gives the same tag. */
export interface TagPlan {
  /** The folder at the top of the checkout. */
  readonly root: string;
  readonly name: string;
  readonly commit: string;
  readonly message: string;
  readonly tagger: GitIdentity;
  /** How it is to be signed; none for a tag without a signature. */
  readonly signing?: Signing | undefined;
  /** Whether an earlier attempt has made it already. */
  readonly isMade: boolean;
}

/** Options of {@link planTag}. */
export interface PlanTagOptions {
  /** As `readCheckout` reads it. */
  readonly checkout: Pick<Checkout, 'root' | 'commit' | 'branch' | 'changed' | 'untracked'>;
  /** Such as `v1.2.3`. */
  readonly name: string;
  readonly message: string;
  /** Milliseconds since 1970: the time that the tag says. Not the clock's, or a second attempt would make another tag. */
  readonly dateMs: number;
  /** The commit to tag; default the one that is checked out. */
  readonly commit?: string | undefined;
  /** Default what git is set to do (`tag.gpgSign`). */
  readonly sign?: SignOption | undefined;
  /** Allows a tree with changes; `untracked` only such with new files. Default `false`. */
  readonly allowDirty?: boolean | 'untracked' | undefined;
  /** Allows a HEAD without a branch. Default `false`. */
  readonly allowDetached?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Checks all that can stand in the way of a tag, and says what would be made.
 *
 * A tag that is there already is an error, unless it is the very one of the plan: then an earlier attempt has made it.
 *
 * @throws {VersioningError} `DIRTY_TREE`, `DETACHED_HEAD`, `TAG_EXISTS`, `IDENTITY_MISSING`; `INVALID_OPTION` for names, messages,
 * times and commits that are none; `GIT_NOT_FOUND`, `GIT_FAILED`.
 * @example
 * ```ts
 * import { applyTag, planTag, readCheckout } from '@x/versioning';
 *
 * const checkout = await readCheckout({ folder: '.' });
 * const plan = await planTag({ checkout, name: 'v1.2.3', message: 'Release 1.2.3', dateMs: checkout.commitDateMs });
 * console.log((await applyTag(plan)).object);
 * ```
 */
export async function planTag(options: PlanTagOptions): Promise<TagPlan> {
  const { checkout, name, dateMs, signal } = options;
  const git = { folder: checkout.root, signal };
  const message = normalMessage(options.message);
  const existing = await readTag(name, git);
  refuseDetached(checkout, options.allowDetached);
  refuseDirty(checkout, options.allowDirty);
  const named = options.commit ?? checkout.commit;
  const [commit, tagger, signing] = await Promise.all([
    peeled(named, git),
    readIdentity('COMMITTER', dateMs, git),
    planSigning(options.sign, 'tag.gpgSign', git),
  ]);
  if (commit === undefined) {
    throw new VersioningError('INVALID_OPTION', `Expected a commit of this repository, got ${shown(named)}`);
  }
  const plan = { root: checkout.root, name, commit, message, tagger, signing };
  if (existing !== undefined) refuseOther(existing, plan);
  return { ...plan, isMade: existing !== undefined };
}

/** Refuses a tag that is not the one of the plan. @throws {VersioningError} `TAG_EXISTS`. */
export function refuseOther(tag: StoredTag, plan: Omit<TagPlan, 'isMade'>): void {
  const difference = differenceOf(tag, plan);
  if (difference === undefined) return;
  const { name } = plan;
  throw new VersioningError('TAG_EXISTS', `Expected no other tag ${name}, got ${difference}`, {
    hint: `Release another version. If nobody has it yet, \`git tag -d ${name}\` removes it; a tag that others have must stay.`,
  });
}

/** What sets a tag apart from the one of a plan; nothing for the very same. Signatures differ each time they are made. */
function differenceOf(tag: StoredTag, plan: Omit<TagPlan, 'isMade'>): string | undefined {
  if (tag.commit !== plan.commit) return `one on ${tag.commit ?? tag.object}, not on ${plan.commit}`;
  if (!tag.isAnnotated) return `a lightweight one on the same commit`;
  if (tag.writtenName !== plan.name) return `one that says ${shown(tag.writtenName)}`;
  if (tag.message !== plan.message) return `one on the same commit with the message ${shown(tag.message)}`;
  if (!isSameIdentity(tag.tagger, plan.tagger)) {
    const { name = '', email = '', dateMs = 0 } = tag.tagger ?? {};
    return `one on the same commit, made by ${name} <${email}> at ${new Date(dateMs).toISOString()}`;
  }
  if (tag.isSigned !== (plan.signing !== undefined)) {
    return `one on the same commit ${tag.isSigned ? 'with' : 'without'} a signature`;
  }
  return undefined;
}
