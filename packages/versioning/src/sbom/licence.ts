import parseExpression from 'spdx-expression-parse';

/** A licence as SBOMs tell them apart. */
export type Licence =
  | { readonly kind: 'id'; readonly id: string }
  /** An SPDX expression of more than one id; `isListed` when all its ids are on SPDX's list. */
  | { readonly kind: 'expression'; readonly expression: string; readonly isListed: boolean }
  /** Anything else, as it was written. */
  | { readonly kind: 'name'; readonly name: string };

/** Expressions of real packages are far shorter; the parser is recursive. */
const LONGEST = 1000;

/** Reads a manifest's licence: one id, an expression of the SPDX list's ids, or a text that only people understand. */
export function licenceFrom(text: string): Licence {
  const named: Licence = { kind: 'name', name: text };
  if (text.length > LONGEST) return named;
  try {
    const parsed = parseExpression(text);
    const isOne = 'license' in parsed && parsed.license === text && !text.includes('Ref-');
    return isOne
      ? { kind: 'id', id: text }
      : { kind: 'expression', expression: text, isListed: !text.includes('Ref-') };
  } catch {
    return named;
  }
}
