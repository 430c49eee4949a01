/** Where something stands: keys and positions from the outside in. */
export type Path = Iterable<string | number>;

/**
 * A place inside another one. Its parts are put together when somebody asks for them: a file has as many places as values, and hardly one of
 * them is ever named.
 */
export function inside(path: Path, name: string | number): Path {
  return new Place(path, name);
}

class Place implements Iterable<string | number> {
  readonly path: Path;
  readonly name: string | number;

  constructor(path: Path, name: string | number) {
    this.path = path;
    this.name = name;
  }

  *[Symbol.iterator](): Generator<string | number, void, undefined> {
    yield* this.path;
    yield this.name;
  }
}

/** The first two parts of a place: the flag, segment or evaluator that it is in. */
export function headOf(path: Path): readonly (string | number)[] {
  const names: (string | number)[] = [];
  let outer = path;
  // From the inside out, so that nothing is put together that nobody asks for.
  for (; outer instanceof Place; outer = outer.path) names.push(outer.name);
  const head = [...outer].slice(0, 2);
  while (head.length < 2 && names.length > 0) head.push(names.pop() as string | number);
  return head;
}

/** A place as a JSON Pointer (RFC 6901). */
export function pointerOf(path: Path): string {
  let pointer = '';
  for (const part of path) pointer += `/${typeof part === 'number' ? part : escaped(part)}`;
  return pointer;
}

const escaped = (name: string): string =>
  name.includes('~') || name.includes('/') ? name.replaceAll('~', '~0').replaceAll('/', '~1') : name;

/** The keys and positions that a JSON Pointer goes by. */
export function pathOf(pointer: string): readonly string[] {
  const parts = pointer.split('/').slice(1);
  return parts.map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}
