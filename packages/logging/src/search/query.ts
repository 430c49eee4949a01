import { folded } from './words.ts';

/** How a field is compared. */
export type Operator = '=' | '!=' | '>' | '>=' | '<' | '<=' | '~';

/** A text that is looked for. */
export interface TextPattern {
  /** Folded. */
  readonly needle: string;
  /** Whether a word may begin before it: `*disk`. */
  readonly openStart: boolean;
  /** Whether a word may go on after it: `disk*`. */
  readonly openEnd: boolean;
}

/** A question about records, as data. */
export type Query =
  | { readonly kind: 'all' }
  | { readonly kind: 'and'; readonly parts: readonly Query[] }
  | { readonly kind: 'or'; readonly parts: readonly Query[] }
  | { readonly kind: 'not'; readonly part: Query }
  | { readonly kind: 'text'; readonly pattern: TextPattern }
  | { readonly kind: 'has'; readonly field: string }
  | {
      readonly kind: 'compare';
      readonly field: string;
      readonly operator: Exclude<Operator, '!=' | '~'>;
      readonly value: string;
      /** Of `=`: the value is how it begins. */
      readonly prefix: boolean;
    }
  | { readonly kind: 'contains'; readonly field: string; readonly pattern: TextPattern };

/** Every record. */
export const ALL: Query = { kind: 'all' };

/** Both must hold. */
export function both(...parts: readonly Query[]): Query {
  const asked = parts.filter(({ kind }) => kind !== 'all');
  const [only] = asked;
  if (only === undefined) return ALL;
  return asked.length === 1 ? only : { kind: 'and', parts: asked };
}

/** A field with a value, as `field=value` says it. */
export function fieldIs(field: string, value: string): Query {
  return { kind: 'compare', field, operator: '=', value, prefix: false };
}

/** A text, as it is typed: `disk`, `disk*`, `*disk*`. */
export function textPattern(text: string, quoted: boolean): TextPattern {
  if (quoted) return { needle: folded(text), openStart: false, openEnd: false };
  const openStart = text.startsWith('*');
  const openEnd = text.endsWith('*') && text.length > 1;
  return { needle: folded(text.slice(openStart ? 1 : 0, openEnd ? -1 : undefined)), openStart, openEnd };
}
