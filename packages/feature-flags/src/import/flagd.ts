import type { FlagDefinitions, FlagdFlag } from '../definition/model.ts';
import type { Draft, Found } from './draft.ts';
import { type Fields, fieldsOf, textOf } from './rules.ts';

/** Flags of flagd: they are as ours, but for what flagd puts up with - flags in a list, rules that are `null`, fields it does not know. */
export function flagdFlags(document: Fields): Found {
  const { flags, $evaluators, metadata } = document;
  const byName = Array.isArray(flags)
    ? flags.map((flag: unknown) => [textOf(fieldsOf(flag)['key']), flag] as const)
    : Object.entries(fieldsOf(flags));
  const rest = {
    ...($evaluators === undefined ? {} : { $evaluators }),
    ...(metadata === undefined ? {} : { metadata }),
  };
  return { drafts: byName.map(([key, flag]) => draftOf(key, fieldsOf(flag))), rest: rest as Partial<FlagDefinitions> };
}

function draftOf(key: string, { state, variants, defaultVariant, targeting, metadata }: Fields): Draft {
  const known = {
    state,
    variants,
    ...(defaultVariant === undefined || defaultVariant === '' ? {} : { defaultVariant }),
    ...(targeting === undefined || targeting === null ? {} : { targeting }),
    ...(metadata === undefined ? {} : { metadata }),
  };
  // It is checked with all others.
  return { key, make: () => known as FlagdFlag };
}
