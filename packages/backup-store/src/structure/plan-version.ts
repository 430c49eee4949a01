import { BackupError } from '../errors.ts';
import type { StructureBump, StructureChange, StructureVersionPlan } from './contract.ts';

const VERSION = /^(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})$/;
const FIRST = '1.0.0';

type Level = Exclude<StructureBump, 'first' | 'none'>;
const RANK: Record<Level, number> = { major: 2, minor: 1, patch: 0 };

/** The three numbers of a version. @throws {BackupError} `INVALID_OPTION`. */
function versionNumbers(version: string): readonly [number, number, number] {
  const found = VERSION.exec(version);
  if (found === null) {
    throw new BackupError('INVALID_OPTION', `Expected a version such as 1.4.0, got "${version}"`);
  }
  return [Number(found[1]), Number(found[2]), Number(found[3])];
}

/** Whether a version is a major one: `2.0.0`. */
export const isMajor = (version: string): boolean => /^[1-9]\d*\.0\.0$/.test(version);

/** Orders versions by SemVer 2.0.0, section 11. */
export function compareVersions(a: string, b: string): number {
  const [x, y] = [versionNumbers(a), versionNumbers(b)];
  return x[0] - y[0] || x[1] - y[1] || x[2] - y[2];
}

/**
 * The next version by what has changed. What tenants may rely on and is gone asks for a major one: a component, a language, a
 * migration, or a migration that is another one now; what is new for a minor one; the rest for a patch.
 *
 * @param asked a version to take instead; it has to be higher than the one before.
 * @throws {BackupError} `INVALID_OPTION`.
 */
export function planStructureVersion(
  previous: string | undefined,
  changes: readonly StructureChange[],
  asked?: string,
): StructureVersionPlan {
  if (previous === undefined) {
    if (asked !== undefined) versionNumbers(asked);
    return { version: asked ?? FIRST, bump: 'first', reasons: ['there is no version yet'] };
  }
  if (asked !== undefined && compareVersions(asked, previous) <= 0) {
    throw new BackupError('INVALID_OPTION', `Expected a version higher than ${previous}, got ${asked}`, {
      hint: 'Versions of the structure only go up: leave the version out to get the next one.',
    });
  }
  const levels = changes.map((change) => ({ change, level: levelOf(change) }));
  const level = levels.reduce<Level | undefined>(
    (most, each) => (most === undefined || RANK[each.level] > RANK[most] ? each.level : most),
    undefined,
  );
  if (level === undefined) {
    const reasons = [asked === undefined ? 'nothing has changed' : 'asked for'];
    return {
      version: asked ?? previous,
      previous,
      bump: asked === undefined ? 'none' : bumpOf(previous, asked),
      reasons,
    };
  }
  const reasons = levels.filter((each) => each.level === level).map(({ change }) => reasonOf(change));
  if (asked !== undefined)
    return { version: asked, previous, bump: bumpOf(previous, asked), reasons: ['asked for', ...reasons] };
  const [major, minor, patch] = versionNumbers(previous);
  const next = { major: `${major + 1}.0.0`, minor: `${major}.${minor + 1}.0`, patch: `${major}.${minor}.${patch + 1}` };
  return { version: next[level], previous, bump: level, reasons };
}

function bumpOf(before: string, after: string): Level {
  const [x, y] = [versionNumbers(before), versionNumbers(after)];
  return x[0] === y[0] ? (x[1] === y[1] ? 'patch' : 'minor') : 'major';
}

function levelOf({ part, change, before, after }: StructureChange): Level {
  if (part === 'styles') return change === 'added' ? 'minor' : 'patch';
  if (change === 'removed' || (part === 'migrations' && change === 'changed')) return 'major';
  if (change === 'added') return 'minor';
  if (before === undefined || after === undefined || !VERSION.test(before) || !VERSION.test(after)) return 'patch';
  return compareVersions(after, before) === 0 ? 'patch' : bumpOf(before, after);
}

function reasonOf({ part, change, name, before, after }: StructureChange): string {
  const kind = { components: 'component', styles: 'style', i18n: 'language', migrations: 'migration' }[part];
  const versions = change === 'changed' && before !== after && before !== undefined && after !== undefined;
  return `${kind} ${name} was ${change}${versions ? ` (${before} → ${after})` : ''}`;
}
