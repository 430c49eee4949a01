import type { Rule } from './call.ts';

interface Version {
  readonly core: readonly [number, number, number];
  readonly pre: readonly string[];
}

const NUMBER = '(0|[1-9]\\d{0,15})';
/** A number without leading zeros, or any word. */
const IDENTIFIER = '(?:0|[1-9]\\d*|\\d*[A-Za-z-][0-9A-Za-z-]*)';
/** As the specification has it (semver.org, 2.0.0). */
const VERSION = new RegExp(
  `^${NUMBER}\\.${NUMBER}\\.${NUMBER}(?:-(${IDENTIFIER}(?:\\.${IDENTIFIER})*))?(?:\\+[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*)?$`,
);
const LONGEST = 256;

/**
 * Compiles `[version, operator, version]`. A `v` may stand before a version, and a mere `1` or `1.2` is filled up; what is no version, and
 * what is no operator, gives `null`.
 */
export function compileSemVer([left, operator, right]: readonly [Rule, Rule, Rule]): Rule {
  return (data, call) => {
    const [a, b] = [parseVersion(left(data, call)), parseVersion(right(data, call))];
    return a === undefined || b === undefined ? null : holds(a, operator(data, call), b);
  };
}

function parseVersion(value: unknown): Version | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  const text = String(value)
    .trim()
    .replace(/^[vV]{1,2}/, '');
  // What is longer is not given to an expression.
  if (text.length > LONGEST) return undefined;
  const full = /^\d+$/.test(text) ? `${text}.0.0` : /^\d+\.\d+$/.test(text) ? `${text}.0` : text;
  const [whole, major, minor, patch, pre] = VERSION.exec(full) ?? [];
  if (whole === undefined) return undefined;
  const core = [Number(major), Number(minor), Number(patch)] as const;
  return core.every(Number.isSafeInteger) ? { core, pre: pre === undefined ? [] : pre.split('.') } : undefined;
}

function holds(a: Version, operator: unknown, b: Version): boolean | null {
  const order = compareVersions(a, b);
  switch (operator) {
    case '=':
      return order === 0;
    case '!=':
      return order !== 0;
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
    case '^':
      return a.core[0] === b.core[0];
    case '~':
      return a.core[0] === b.core[0] && a.core[1] === b.core[1];
    default:
      return null;
  }
}

/** Section 11 of the specification. */
function compareVersions(a: Version, b: Version): number {
  for (const [index, part] of a.core.entries()) {
    const difference = part - (b.core[index] as number);
    if (difference !== 0) return difference;
  }
  if (a.pre.length === 0 || b.pre.length === 0) return b.pre.length - a.pre.length;
  for (const [index, part] of a.pre.entries()) {
    const other = b.pre[index];
    if (other === undefined) return 1;
    const difference = compareIdentifiers(part, other);
    if (difference !== 0) return difference;
  }
  return a.pre.length - b.pre.length;
}

function compareIdentifiers(a: string, b: string): number {
  const [isNumberA, isNumberB] = [/^\d+$/.test(a), /^\d+$/.test(b)];
  if (isNumberA && isNumberB) return Number(a) - Number(b);
  if (isNumberA !== isNumberB) return isNumberA ? -1 : 1;
  return a < b ? -1 : Number(a > b);
}
