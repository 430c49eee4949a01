import type { LockfileGraph } from '../graph.ts';
import { parseYarnClassic } from './parse-yarn-classic.ts';
import { invalidLockfile, type Manifests, textAt } from './place.ts';
import { type YarnDialect, type YarnEntry, yarnGraph } from './yarn-graph.ts';

/** `name@range`, and for an alias `name@npm:other@range`. */
const nameOf = ({ patterns, place }: YarnEntry): string => {
  const [pattern = ''] = patterns;
  const split = pattern.indexOf('@', 1);
  if (split < 0) throw invalidLockfile(place, 'a pattern as "name@range"', pattern);
  const range = pattern.slice(split + 1);
  if (!range.startsWith('npm:')) return pattern.slice(0, split);
  const real = range.slice('npm:'.length);
  return real.includes('@', 1) ? real.slice(0, real.indexOf('@', 1)) : real;
};

/** Yarn 1 puts the SHA-1 of an archive behind its URL; older files have no other digest. */
function integrityOf(integrity: string | undefined, resolved: string | undefined): string | undefined {
  const [, sha1] = /\.tgz#([0-9a-f]{40})$/.exec(resolved ?? '') ?? [];
  const texts = [integrity, sha1 === undefined ? undefined : `sha1-${Buffer.from(sha1, 'hex').toString('base64')}`];
  const all = [...new Set(texts.filter((text) => text !== undefined).flatMap((text) => text.split(/\s+/)))];
  return all.length === 0 ? undefined : all.join(' ');
}

const CLASSIC: YarnDialect = {
  kind: 'yarn-classic',
  packageOf(entry) {
    const { fields, place, patterns } = entry;
    const version = textAt(fields, 'version', place);
    if (version === undefined) throw invalidLockfile(place, 'a version', version);
    const resolved = textAt(fields, 'resolved', place);
    const [, local] = /^[^@]?[^@]*@(file:.*)$/.exec(patterns[0] ?? '') ?? [];
    return {
      name: nameOf(entry),
      version,
      resolved: resolved ?? local,
      integrity: integrityOf(textAt(fields, 'integrity', place), resolved),
    };
  },
  patternsOf: (name, range) => [`${name}@${range}`, ...(range === '' ? [name] : [])],
};

/** Reads `yarn.lock` of yarn 1. */
export const parseYarnClassicLockfile = (text: string, file: string, manifests: Manifests): LockfileGraph =>
  yarnGraph(parseYarnClassic(text, file), manifests, CLASSIC);
