import { type Reading, tokenAt } from './token.ts';

/**
 * Whether the `IF` of MySQL that ends here is the function, as behind the `THEN` of a `CASE` that is an expression: it has three arguments. What
 * a statement asks may stand in parentheses, too, but is one condition.
 */
export function isIfFunction(reading: Reading, end: number): boolean {
  const { text } = reading;
  let depth = 0;
  let commas = 0;
  for (let at = end; at < text.length;) {
    const token = tokenAt(reading, at);
    at = token.end;
    if (token.kind === 'blank' || token.kind === 'comment') continue;
    const symbol = token.kind === 'symbol' ? text[token.start] : '';
    if (symbol === '(') depth++;
    else if (depth === 0 || symbol === ';') return false;
    else if (symbol === ')') depth--;
    else if (symbol === ',' && depth === 1) commas++;
    if (depth === 0) return commas === 2;
  }
  return false;
}
