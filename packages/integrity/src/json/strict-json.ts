/** Deepest nesting of objects and arrays that is read. */
const MAX_DEPTH = 64;

const NOT_JSON = 'text that is not JSON';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Parses JSON (RFC 8259) that comes from anyone. Stricter than `JSON.parse`: the text must be valid UTF-8 of at most
 * `maxBytes`, no object may have a member twice (section 4 leaves to each reader which one counts, so that two readers may
 * see two documents), and nesting ends at 64.
 *
 * @throws {SyntaxError} With what is wrong. Callers give it their own code.
 */
export function parseStrictJson(source: string | Uint8Array, maxBytes: number): unknown {
  // A UTF-16 unit takes at least one byte, so a text that is too long is seen before it is encoded.
  if (source.length > maxBytes) throw new SyntaxError(`more than ${maxBytes} bytes`);
  const bytes = typeof source === 'string' ? encoder.encode(source) : source;
  if (bytes.length > maxBytes) throw new SyntaxError(`more than ${maxBytes} bytes`);
  const text = typeof source === 'string' ? source : decodeUtf8(source);
  // First, as JSON.parse follows nesting of any depth: ten million levels keep it busy for the better part of a minute.
  checkStructure(text);
  return parse(text);
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw new SyntaxError('bytes that are not UTF-8');
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // V8's message quotes the text, which may be anything.
    throw new SyntaxError(NOT_JSON);
  }
}

/**
 * Walks over text that may be JSON and refuses deep nesting and repeated members. `open` holds, for each object and array that is
 * not closed yet, the members seen (`undefined` for an array); a string is a member's name where an object has just begun or goes
 * on after a comma. What is not JSON passes, or fails in some way; JSON.parse refuses it afterwards.
 */
function checkStructure(text: string): void {
  const open: (Set<string> | undefined)[] = [];
  let nameNext = false;
  for (let at = 0; at < text.length; at += 1) {
    const sign = text[at];
    if (sign === '"') {
      const end = endOfString(text, at);
      if (nameNext) addMember(open.at(-1), parse(text.slice(at, end + 1)) as string);
      nameNext = false;
      at = end;
    } else if (sign === '{' || sign === '[') {
      open.push(sign === '{' ? new Set() : undefined);
      if (open.length > MAX_DEPTH) throw new SyntaxError(`more than ${MAX_DEPTH} levels of nesting`);
      nameNext = sign === '{';
    } else if (sign === '}' || sign === ']') {
      open.pop();
      nameNext = false;
    } else if (sign === ',') {
      nameNext = open.at(-1) !== undefined;
    }
  }
}

function addMember(seen: Set<string> | undefined, name: string): void {
  if (seen?.has(name)) throw new SyntaxError('an object with the same member twice');
  seen?.add(name);
}

/** The place of the quote that ends the string begun at `start`: the first one after an even number of backslashes. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (text[end - 1 - backslashes] === '\\') backslashes += 1;
    if (backslashes % 2 === 0) return end;
  }
  throw new SyntaxError(NOT_JSON);
}
