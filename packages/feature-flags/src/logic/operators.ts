/** What an operator of JsonLogic takes. */
export interface Arity {
  readonly least: number;
  readonly most: number;
}

const exactly = (count: number): Arity => ({ least: count, most: count });
const from = (least: number, most: number = Infinity): Arity => ({ least, most });

/** Operators that neither JsonLogic nor flagd has, with which rules of other systems are imported; see `extensions.ts`. */
const EXTENSIONS: Readonly<Record<string, Arity>> = {
  bucket: from(3, 4),
  number: exactly(1),
  lower: exactly(1),
  time: from(0, 1),
};

/** Whether flagd doesn't have an operator. */
export function isExtension(operator: string): boolean {
  return Object.hasOwn(EXTENSIONS, operator);
}

/** The operators: those of JsonLogic (jsonlogic.com/operations) and those that flagd adds. There is none that runs a regular expression. */
export const OPERATORS: Readonly<Record<string, Arity>> = {
  var: from(0, 2),
  missing: from(0),
  missing_some: exactly(2),
  if: from(0),
  '?:': from(0),
  '==': from(2),
  '===': from(2),
  '!=': exactly(2),
  '!==': exactly(2),
  '!': from(0, 1),
  '!!': from(0, 1),
  or: from(1),
  and: from(1),
  '>': from(2),
  '>=': from(2),
  '<': from(2),
  '<=': from(2),
  max: from(1),
  min: from(1),
  '+': from(0),
  '-': from(1),
  '*': from(0),
  '/': from(2),
  '%': from(2),
  map: exactly(2),
  filter: exactly(2),
  reduce: from(2, 3),
  all: exactly(2),
  none: exactly(2),
  some: exactly(2),
  merge: from(0),
  in: exactly(2),
  cat: from(0),
  substr: from(2, 3),
  fractional: from(1),
  starts_with: exactly(2),
  ends_with: exactly(2),
  sem_ver: exactly(3),
  ...EXTENSIONS,
};
