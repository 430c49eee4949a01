import { checkPolicy } from '../policy/check-policy.ts';
import type { Keep, KeepRules, RetentionPolicy } from '../policy/policy.ts';
import { COUNT_UNITS, VALUE_WORDS } from './words.ts';

/**
 * A policy as one line of text, which `parsePolicy` reads back: `7d 4w 12m`.
 *
 * @throws RetentionError `INVALID_POLICY`
 */
export function formatPolicy(policy: RetentionPolicy): string {
  checkPolicy(policy);
  const words = [
    ...(policy.name === undefined ? [] : [`name=${JSON.stringify(policy.name)}`]),
    ...ruleWords(policy),
    ...keepWords('kind', policy.kinds),
    ...keepWords('tag', policy.tags),
    ...(policy.immutable === undefined ? [] : [`immutable=${policy.immutable}`]),
    ...(policy.previousGood === undefined ? [] : [`previous-good=${policy.previousGood}`]),
    ...(policy.maxPerGroup === undefined ? [] : [`max-per-group=${policy.maxPerGroup}`]),
    ...(policy.maxBytes === undefined ? [] : [`max-bytes=${squeeze(`${policy.maxBytes}`)}`]),
  ];
  return words.join(' ');
}

/** Words are told apart by spaces, so values have none. */
const squeeze = (text: string): string => text.replaceAll(/\s+/g, '');
const countText = (count: number): string => (count === -1 ? '*' : `${count}`);

function ruleWords(rules: KeepRules): string[] {
  const words: string[] = [];
  for (const [name, unit] of COUNT_UNITS) {
    const count = rules[name];
    if (count !== undefined) words.push(`${countText(count)}${unit}`);
  }
  if (rules.lastGood !== undefined) words.push(`${countText(rules.lastGood)}good`);
  for (const [name, word] of VALUE_WORDS) {
    const value = rules[name];
    if (value !== undefined) words.push(`${word}=${squeeze(value)}`);
  }
  if (rules.windows !== undefined) {
    const spans = rules.windows.map(({ until, keep, end }) => {
      const mark = end === undefined ? '' : `/${end}`;
      return `${squeeze(until)}:${keep}${mark}`;
    });
    words.push(`windows=${spans.join(',')}`);
  }
  return words;
}

function keepWords(word: string, keeps: Readonly<Record<string, Keep>> | undefined): string[] {
  return Object.entries(keeps ?? {}).map(([name, keep]) => `${word}.${JSON.stringify(name)}=${keepText(keep)}`);
}

function keepText(keep: Keep): string {
  if (keep === -1) return '*';
  return typeof keep === 'string' ? squeeze(keep) : `(${ruleWords(keep).join(' ')})`;
}
