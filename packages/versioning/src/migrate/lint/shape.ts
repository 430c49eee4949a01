import type { SqlStatement, SqlWord } from '../sql/statements.ts';

/** A statement in a form that rules are written for: words in capitals, one blank between, quoted names in quotes, literals as `'…'`. */
export function shapeOf({ words }: SqlStatement): string {
  return words.map(shapeOfWord).join(' ');
}

function shapeOfWord({ kind, text }: SqlWord): string {
  if (kind === 'name') return `"${text}"`;
  return kind === 'text' ? "'…'" : text;
}

/** The name of a table or column in a shape. */
export const NAME: string = String.raw`(?:[\w$\u0080-\uFFFF]+|"[^"]*")(?: \. (?:[\w$\u0080-\uFFFF]+|"[^"]*"))*`;

/** A name as it is compared: without quotes and schema, in capitals. */
export function plainName(name: string): string {
  return (name.split(' . ').at(-1) ?? name).replaceAll('"', '').toUpperCase();
}

/** What an `ALTER TABLE` does, one after the other; of others, nothing. */
export function actionsOf(shape: string): { readonly table: string; readonly actions: readonly string[] } | undefined {
  const found = new RegExp(`^ALTER TABLE (?:IF EXISTS )?(?:ONLY )?(?<table>${NAME}) (?:\\* )?(?<rest>.*)$`, 's').exec(
    shape,
  );
  const { table, rest } = found?.groups ?? {};
  return table === undefined || rest === undefined ? undefined : { table: plainName(table), actions: atCommas(rest) };
}

function atCommas(shape: string): string[] {
  const parts: string[][] = [[]];
  let depth = 0;
  for (const word of shape.split(' ')) {
    if (word === '(') depth++;
    if (word === ')') depth--;
    if (word === ',' && depth === 0) parts.push([]);
    else parts.at(-1)?.push(word);
  }
  return parts.map((part) => part.join(' '));
}
